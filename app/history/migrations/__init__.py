"""Alembic's migrations. They are applied when a history is opened; a new one also becomes ``schema.REVISION``."""
