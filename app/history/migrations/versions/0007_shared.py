"""Where the server that writes is reached by others that share the database, and what they all know."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("writer", sa.Column("address", sa.Text))
    op.add_column("writer", sa.Column("secret", sa.LargeBinary))


def downgrade() -> None:
    op.drop_column("writer", "secret")
    op.drop_column("writer", "address")
