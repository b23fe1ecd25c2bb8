"""The tables. Portable between SQLite and PostgreSQL: no column type or constraint is particular to one of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

REVISION = "0010"
"""The newest migration. A database that says it is there needs no migrating (and no import of Alembic)."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("state", String(16), nullable=False, index=True),
    Column("started", Float),
    Column("start_number", Integer, index=True),
    Column("origin", String(16), nullable=False, server_default="person"),
    Column("sweep", String(32), index=True),
    Column("recipe_key", String(16), index=True),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("renamed", Boolean, nullable=False, server_default=false()),
    Column("deleted", Float),
    Column("starter", String(32)),
    Column("run", Text, nullable=False),
    sqlite_autoincrement=True,  # a deleted run's number is not given again: it is a cursor
)
"""One row a run. ``run`` is the run folded from its events (JSON of :class:`app.run.Run`), kept so that a list of
runs need not read their logs; the others repeat what runs are found by. ``start_number`` counts the runs that have
started, in the order of their starts: clocks may be set back. Nothing depends on ``started``, a Unix time.
``bytes`` is what the run's events and checkpoints take, ``renamed`` whether a person named it, ``deleted`` the Unix
time at which it was deleted, if it was and can still be restored. ``starter``, of a queued run, tells whoever has asked
for it from others, and nothing else of them; it is forgotten when the run begins."""

controls = Table(
    "controls",
    metadata,
    Column("run", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("control", Text, nullable=False),
)
"""What runs were given while they waited, where several servers share the database: JSON of
:data:`app.controls.Control`, the newest of each kind. One goes when the run's log says that it took effect."""

sweeps = Table(
    "sweeps",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("sweep", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""One row a sweep: JSON of :class:`app.sweep.Sweep`. Its members are the runs that name it."""

events = Table(
    "events",
    metadata,
    Column("run", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(32), nullable=False),
    Column("step", Integer),
    Column("data", LargeBinary, nullable=False),
    Index("ix_events_run_type_seq", "run", "type", "seq"),
)
"""The log. ``data`` is the frame exactly as viewers get it."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("run", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Whole models (safetensors), one at each step that is kept."""

writer = Table(
    "writer",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("address", Text),
    Column("secret", LargeBinary),
)
"""One row: how many servers have opened the database. A server that finds another number than its own after it had lost
its connection knows that another one has written since. Where several share it, ``address`` is where the others reach
the one that writes, and ``secret`` what they all know and nobody else."""

removals = Table(
    "removals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("time", Float, nullable=False),
    Column("run", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("what", String(16), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""What the server removed by itself, newest last: the fields of :class:`app.storage.Removal`."""

entries = Table(
    "entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("entry", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""One row for each entry of the lesson's board, which are few: JSON of :class:`app.entry.Entry`."""

drawings = Table(
    "drawings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("drawing", Text, nullable=False),
    Column("deleted", Float),
    sqlite_autoincrement=True,
)
"""One row for each labelled drawing that the server was told to keep: JSON of :class:`app.drawing.Drawing`. ``deleted``
as of a run."""
