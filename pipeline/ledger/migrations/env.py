"""What Alembic runs for a migration: the steps, on the connection that `upgrade` hands over.

The transaction is the caller's: all steps are committed together, or none.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
context.run_migrations()
