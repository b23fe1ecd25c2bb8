"""Store who has asked for a run that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("starter", sa.String(32)))


def downgrade() -> None:
    op.drop_column("runs", "starter")
