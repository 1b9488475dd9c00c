"""Column types that mean the same on SQLite and PostgreSQL. Migrations use them too.

SQLite compares text by its bytes. PostgreSQL compares it by the language of the database unless
told otherwise, and then neither order nor ranges of references would be the same.
"""

from __future__ import annotations

import sqlalchemy as sa

String = sa.String().with_variant(sa.String(collation="C"), "postgresql")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
