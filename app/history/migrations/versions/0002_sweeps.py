"""Which run started last, by number; sweeps; and what runs are found by."""

import json

import sqlalchemy as sa
from alembic import op

from app.recipe import Recipe

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXED = ("start_number", "sweep", "recipe_key")


def upgrade() -> None:
    # Not in batches: SQLite would drop the old table, and with it, by cascade, every event.
    op.add_column("runs", sa.Column("start_number", sa.Integer))
    op.add_column("runs", sa.Column("origin", sa.String(16), nullable=False, server_default="person"))
    op.add_column("runs", sa.Column("sweep", sa.String(32)))
    op.add_column("runs", sa.Column("recipe_key", sa.String(16)))
    for name in INDEXED:
        op.create_index(f"ix_runs_{name}", "runs", [name])
    op.create_table(
        "sweeps",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("sweep", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    # The queue gave runs their turns in the order in which they had been asked for, which is that of their numbers.
    runs = sa.table("runs", *map(sa.column, ("number", "started", "run", "start_number", "recipe_key")))
    starts = 0
    for number, started, run in connection.execute(
        sa.select(runs.c.number, runs.c.started, runs.c.run).order_by(runs.c.number)
    ).all():
        starts += started is not None
        connection.execute(
            sa.update(runs)
            .where(runs.c.number == number)
            .values(
                start_number=None if started is None else starts,
                recipe_key=Recipe.model_validate(json.loads(run)["recipe"]).key,
            )
        )


def downgrade() -> None:
    op.drop_table("sweeps")
    for name in INDEXED:
        op.drop_index(f"ix_runs_{name}", "runs")
    for name in ("recipe_key", "sweep", "origin", "start_number"):
        op.drop_column("runs", name)
