"""What runs take, which a person has named, which are deleted; and what was removed to keep within a limit."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_BYTES = 150
"""As app.history.sizes has it at this revision."""


def upgrade() -> None:
    op.add_column("runs", sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("renamed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("deleted", sa.Float))
    op.create_table(
        "removals",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    runs = sa.table("runs", *map(sa.column, ("id", "run", "bytes", "renamed")))
    events = sa.table("events", *map(sa.column, ("run", "seq", "data")))
    checkpoints = sa.table("checkpoints", *map(sa.column, ("run", "data")))
    for id, run in connection.execute(sa.select(runs.c.id, runs.c.run)).all():
        taken = 0
        for table in (events, checkpoints):
            size = sa.func.coalesce(sa.func.sum(sa.func.length(table.c.data) + ROW_BYTES), 0)
            taken += connection.execute(sa.select(size).where(table.c.run == id)).scalar_one()
        first = connection.execute(sa.select(events.c.data).where(events.c.run == id, events.c.seq == 1)).scalar()
        renamed = first is not None and json.loads(bytes(first))["name"] != json.loads(run)["name"]
        connection.execute(sa.update(runs).where(runs.c.id == id).values(bytes=taken, renamed=renamed))


def downgrade() -> None:
    op.drop_table("removals")
    for name in ("deleted", "renamed", "bytes"):
        op.drop_column("runs", name)
