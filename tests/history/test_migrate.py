import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from app.history import migrate, schema
from app.history.history import History

pytestmark = pytest.mark.anyio

DATA = Path(__file__).parent.parent / "data"
"""Made by the version whose schema was 0001."""


async def test_migrations_lead_to_exactly_the_tables_that_are_used(url: str) -> None:
    async with History.open(url):
        pass
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert migrate.revision(connection) == schema.REVISION
    engine.dispose()


def test_the_newest_migration_is_the_one_the_schema_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.REVISION]


async def test_opening_again_changes_nothing(url: str) -> None:
    for _ in range(2):
        async with History.open(url) as history:
            assert await history.runs() == ([], None)


async def test_runs_of_the_first_version_get_start_numbers_and_keys(tmp_path: Path) -> None:
    file = tmp_path / "threeseven.db"
    file.write_bytes(gzip.decompress((DATA / "history-0001.db.gz").read_bytes()))
    names = json.loads((DATA / "history-0001.json").read_text())
    async with History.open(f"sqlite:///{file}") as history:
        runs, _ = await history.runs()
        assert {run.id for run in runs} == set(names.values())
        assert {run.origin for run in runs} == {"person"}
        finished = await history.get(names["finished"])
        assert finished in await history.equal_runs(finished.recipe_key)
        started = [run for run in runs if run.started]
        assert await history.live() == started[0]
    with closing(sqlite3.connect(file)) as connection:
        numbers = connection.execute("SELECT start_number FROM runs WHERE started NOT NULL ORDER BY number").fetchall()
    assert numbers == [(number,) for number in range(1, len(started) + 1)]
