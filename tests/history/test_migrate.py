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
