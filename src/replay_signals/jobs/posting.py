"""inbox post: problems of an inbox folder or topic to an HTTP endpoint, each revision once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from replay_signals import inbox
from replay_signals.jobs import render
from replay_signals.pipelines import secrets
from replay_signals.pipelines.inbox.encoding import InboxError


class Source(NamedTuple):
    """Where records come from: the topic when brokers are named, else the folder."""

    folder: str
    kafka: str | None
    topic: str
    group: str

    @property
    def options(self) -> dict[str, Any]:
        """As `inbox.consume` takes them."""
        if self.kafka is None:
            return {"folder": self.folder}
        return {"bootstrap": self.kafka, "topic": self.topic, "group": self.group}


def run(url: str, source: Source, ledger: str, headers: Sequence[str], *, until_quiet_s: float | None) -> None:
    """Posts and says what was done. Raises InboxError, and what a broker that cannot be used raises."""
    named = dict(map(_header, headers))
    secrets.remember({f"header.{name}": value for name, value in named.items()})
    kept = inbox.SqliteLedger(ledger)
    try:
        done = inbox.consume(inbox.poster(url, named), ledger=kept, until_quiet_s=until_quiet_s, **source.options)
    finally:
        kept.close()
    render.say(
        f"{render.count(done.handled, 'record')} looked at, {done.repeated:,} known before, "
        f"{done.parked:,} put aside in {ledger}."
    )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise InboxError("A header is given as 'Name: value'.")
    return name.strip(), value.strip()
