"""Topics from their declaration (infra/topics.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported, not declared so

TIMEOUT_S = 20.0


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
    """Makes the declared topics that do not exist; returns their names. Raises KafkaException."""
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
    return made
