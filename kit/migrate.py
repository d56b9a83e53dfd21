"""Alembic for each service: its own schema and version table, one at a time, with lock timeouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import create_engine, pool, text

# Service package → schema. Migrated in this order: what is later may refer to what is earlier.
SCHEMAS = {
    "core_record": "core_record",
    "results_service": "results",
    "journal_api": "journal",
    "citizen_panel": "panel",
}
_ADVISORY_LOCK = 0x616B736F6E  # "akson": only one migration at a time, whoever starts it


def upgrade(service: str, url: str, revision: str = "head") -> None:
    """Bring a service's schema to `revision`. `url` is libpq's, of the role `akson_owner`.

    Safe to repeat and to run from several places at once. Raises SQLAlchemy's errors on failure; the
    migration that failed is rolled back.
    """
    command.upgrade(_config(service, url), revision)


def upgrade_all(url: str) -> None:
    """All services, in order."""
    for service in SCHEMAS:
        upgrade(service, url)


def _config(service: str, url: str) -> Config:
    config = Config()
    root = Path(__file__).resolve().parent.parent
    config.set_main_option("script_location", str(root / service / "migrations"))
    config.attributes["url"] = url
    config.attributes["schema"] = SCHEMAS[service]
    return config


def run_env() -> None:
    """What every `migrations/env.py` calls."""
    attributes: dict[str, Any] = dict(context.config.attributes)
    schema = attributes["schema"]
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: __import__("psycopg").connect(attributes["url"]),
        poolclass=pool.NullPool,
    )
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        connection.commit()
        context.configure(connection=connection, version_table_schema=schema, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()
