"""Tables of a catalog in Flink's batch SQL, for the processes in Flink's environment that tests start beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyflink.table import EnvironmentSettings, TableEnvironment


def tables_of(catalog: Mapping[str, str], names: Iterable[str]) -> TableEnvironment:
    """An environment with a temporary view for each table of the catalog with these options."""
    tables = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
    tables.get_config().set("table.local-time-zone", "UTC")
    tables.get_config().set("parallelism.default", "1")
    options = ", ".join(f"'{key}' = '{value}'" for key, value in catalog.items())
    tables.execute_sql(f"CREATE CATALOG `replay` WITH ({options})")
    for name in names:
        tables.execute_sql(f"CREATE TEMPORARY VIEW `{name}` AS SELECT * FROM `replay`.`replay`.`{name}`")
    return tables
