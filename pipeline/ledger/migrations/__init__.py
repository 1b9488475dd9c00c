"""From an older schema to this program's, step by step, with Alembic.

One module a step in `versions`; its revision is the schema version that it leads to, four
digits. A step is written once and never changed, so it names tables and columns itself and
imports nothing of `schema`. A new ledger is made by `schema` at once; a test holds that both
ways lead to the same tables.

The version that counts stands in the table `settings`; Alembic's own table only follows it.
"""
