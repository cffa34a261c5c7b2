"""What the streaming job needs to know: one TOML file, every key optional, unknown keys rejected."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from replay_signals.schemas.rules import Rules

DEFAULT_CATALOG = "replay"
NAMESPACE = "replay"
"""Of the tables, as `pipelines/iceberg/catalog.py` makes them."""
PRIORS_FILE = "priors.json"
"""In a warehouse's folder, where the command `priors` puts the newest version."""


def doc(text: str) -> Meta:
    """Field documentation."""
    return Meta(description=text)


class Kafka(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Brokers and topics."""

    bootstrap: Annotated[str, doc("Addresses of brokers")] = "127.0.0.1:9092"
    group: Annotated[str, doc("Consumer group; offsets are committed at checkpoints, for monitoring only")] = (
        "replay-signals"
    )
    snapshots: Annotated[str, doc("Snapshot topic, or with `/…/` a pattern of topics")] = (
        "session_recording_snapshot_item_events"
    )
    events: Annotated[str, doc("Analytics topic, or with `/…/` a pattern of topics")] = "clickhouse_events_json"
    inbox: Annotated[str, doc("Topic of inbox records")] = "replay_signals"
    dead_letters: Annotated[str, doc("Topic of dead letters")] = "replay_signals_dead_letters"
    properties: Annotated[dict[str, str], doc("More client properties, such as security")] = {}


class Warehouse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Iceberg catalog. Without `catalog`, a SQLite file in `folder`, the one that backfills use."""

    folder: Annotated[str, doc("Folder of the warehouse")] = "warehouse"
    catalog: Annotated[str | None, doc("Name of a configured PyIceberg catalog, instead of the folder's own")] = None
    flink_catalog: Annotated[
        dict[str, str], doc("Options of Flink's CREATE CATALOG, for a catalog that is not translated for Flink")
    ] = {}

    @property
    def catalog_name(self) -> str:
        """What rows of a SQL catalog carry, so it must be one name for all who use it."""
        return self.catalog or DEFAULT_CATALOG

    @property
    def is_folder(self) -> bool:
        """Catalog and data lie in the folder."""
        return not (self.catalog or self.flink_catalog)


class StreamConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    kafka: Kafka = Kafka()
    warehouse: Warehouse = Warehouse()
    rules: Rules = Rules()
    priors: Annotated[
        str, doc("File (fsspec URL) that `priors` writes; without one priors.json in the warehouse's own folder")
    ] = ""
    priors_every_ms: Annotated[int, doc("It is read again this often, and a new version judges from then on")] = 60_000
    teams: Annotated[list[str], doc("Known project tokens; messages of others are dead letters. Empty: all")] = []
    inbox_delivery: Annotated[
        Literal["at-least-once", "exactly-once"], doc("exactly-once delays the inbox by a checkpoint interval")
    ] = "at-least-once"
    inbox_offsets: Annotated[
        dict[str, int], doc("Where a new job reads its inbox back from; `stream` asks unless a login is set")
    ] = {}
    checkpoint_interval_ms: Annotated[int, doc("Tables get a commit this often")] = 10_000
    idle_after_ms: Annotated[int, doc("A partition without messages for so long does not hold the clock back")] = 30_000
    out_of_order_ms: Annotated[int, doc("How far broker times of one partition may go back")] = 1_000
    discovery_ms: Annotated[int, doc("New partitions, and topics of a pattern, are looked for this often")] = 30_000
    execution_mode: Annotated[
        Literal["thread", "process"], doc("Messages are read in the TaskManager, or in processes beside it")
    ] = "thread"
    bundle_ms: Annotated[int, doc("Process mode: longest wait for a bundle of messages")] = 20
    attempts: Annotated[
        str,
        doc("Folder, shared by all TaskManagers, of what readers are at when they die; `stream` uses the cluster's"),
    ] = ""
    parallelism: Annotated[int | None, doc("Slots to use; the cluster's default without")] = None
    name: Annotated[str, doc("Name of the job, and prefix of its transactions")] = "replay-signals"

    @property
    def priors_url(self) -> str:
        """Where the priors are; empty for a configured catalog without a named file."""
        if self.priors or not self.warehouse.is_folder:
            return self.priors
        return f"{self.warehouse.folder}/{PRIORS_FILE}"


class ConfigError(ValueError):
    """A configuration that cannot be used; the message says which key."""


def load_config(text: str) -> StreamConfig:
    """The configuration of a TOML text; raises ConfigError."""
    try:
        return msgspec.convert(tomllib.loads(text), StreamConfig)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(str(error)) from None


def to_json(config: StreamConfig) -> str:
    """The configuration as one argument of a command line."""
    return msgspec.json.encode(config).decode()


def from_json(text: str) -> StreamConfig:
    """The inverse of `to_json`."""
    return msgspec.json.decode(text, type=StreamConfig)


def add_config(parser: argparse.ArgumentParser) -> None:
    """The two ways to hand a configuration over; parsed, it is `config`."""
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--config", type=from_json, help="StreamConfig as JSON")
    given.add_argument("--config-file", dest="config", type=_read, help="StreamConfig as a TOML file")


def _read(path: str) -> StreamConfig:
    return load_config(Path(path).read_text())
