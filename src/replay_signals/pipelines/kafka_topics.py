"""Topics from their declaration (infra/topics.toml)."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import msgspec
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic, TopicMetadata  # type: ignore[attr-defined]  # exported, not declared so

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

    Raises KafkaException, also when brokers did not take the new topics up in time.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = [
        NewTopic(topic.name, topic.partitions, topic.replicas, config=topic.config)
        for topic in declared_topics(declaration).values()
    ]
    made = []
    for name, future in admin.create_topics(wanted, operation_timeout=TIMEOUT_S).items():
        try:
            future.result(TIMEOUT_S)
            made.append(name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    _wait_for_leaders(admin, made)
    return made


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
