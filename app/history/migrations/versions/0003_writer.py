"""How many servers have opened the database."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table("writer", sa.Column("number", sa.Integer, primary_key=True, autoincrement=False))
    op.bulk_insert(made, [{"number": 0}])


def downgrade() -> None:
    op.drop_table("writer")
