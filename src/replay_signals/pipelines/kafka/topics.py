"""Topics from their declaration (infra/topics.toml)."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import msgspec
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported, not declared so
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    TopicMetadata,
)

TIMEOUT_S = 20.0
POLL_S = 0.1


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One declared topic; `production` is advice for a real cluster and not applied here."""

    name: str
    partitions: int
    replicas: int = 1
    config: dict[str, str] = {}
    production: dict[str, object] = {}


def declared_topics(declaration: Path) -> dict[str, Topic]:
    """Topics by role: snapshots, events, inbox, dead_letters."""
    return msgspec.convert(tomllib.loads(declaration.read_text()), dict[str, Topic])


def create_topics(bootstrap: str, declaration: Path) -> list[str]:
    """Makes the declared topics that do not exist, so that they can be used; returns their names.

    Those that exist get the declared settings, and keep their partitions. Raises KafkaException, also when brokers did
    not take the new topics up in time.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    topics = {topic.name: topic for topic in declared_topics(declaration).values()}
    wanted = [NewTopic(t.name, t.partitions, t.replicas, config=t.config) for t in topics.values()]
    made = []
    for name, future in admin.create_topics(wanted, operation_timeout=TIMEOUT_S).items():
        try:
            future.result(TIMEOUT_S)
            made.append(name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
            _set(admin, topics[name])
    _wait_for_leaders(admin, made)
    return made


def _set(admin: AdminClient, topic: Topic) -> None:
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in topic.config.items()
    ]
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic.name, incremental_configs=entries)
    admin.incremental_alter_configs([resource])[resource].result(TIMEOUT_S)


def retention_ms(bootstrap: str, topic: str) -> int | None:
    """How old a message of a topic may get, by its own time; None when it does not matter, or nobody tells."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    try:
        found = admin.describe_configs([resource], request_timeout=TIMEOUT_S)[resource].result(TIMEOUT_S)
    except (KafkaException, TimeoutError):
        return None
    settings = {name: str(entry.value) for name, entry in found.items()}  # brokers of other makes lack some
    is_by_own_time = settings.get("message.timestamp.type", "CreateTime") == "CreateTime"
    if "delete" not in settings.get("cleanup.policy", "delete") or not is_by_own_time:
        return None
    kept = int(settings.get("retention.ms", -1))
    return kept if kept >= 0 else None


def _wait_for_leaders(admin: AdminClient, names: list[str]) -> None:
    """Brokers say that a topic is made before they all know it."""
    until = time.monotonic() + TIMEOUT_S
    while True:
        known = admin.list_topics(timeout=TIMEOUT_S).topics
        if all(name in known and known[name].error is None and _is_led(known[name]) for name in names):
            return
        if time.monotonic() > until:
            raise KafkaException(KafkaError(KafkaError.LEADER_NOT_AVAILABLE))
        time.sleep(POLL_S)


def _is_led(topic: TopicMetadata) -> bool:
    return all(partition.leader >= 0 for partition in topic.partitions.values())
