"""When labelled drawings were deleted that can still be restored."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("drawings", sa.Column("deleted", sa.Float))


def downgrade() -> None:
    op.execute("DELETE FROM drawings WHERE deleted IS NOT NULL")
    op.drop_column("drawings", "deleted")
