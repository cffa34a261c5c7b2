"""The inbox for programs: `from replay_signals import inbox; inbox.consume(handler, ledger=…, folder=…)`.

A folder needs no extra; a topic (`bootstrap=…, group=…`) needs the extra `kafka`. See docs/inbox.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay_signals.pipelines.inbox.folder_consumer import consume_folder
from replay_signals.pipelines.inbox.handling import Consumed, Handler
from replay_signals.pipelines.inbox.ledger import Ledger, Parked, SqliteLedger
from replay_signals.pipelines.inbox.posting import poster
from replay_signals.schemas.inbox import InboxRecord

__all__ = ["Consumed", "Handler", "InboxRecord", "Ledger", "Parked", "SqliteLedger", "consume", "poster"]


def consume(handler: Handler, *, ledger: Ledger, folder: str | Path | None = None, **options: Any) -> Consumed:
    """Calls the handler once for each revision of each record of a folder, or else of the inbox topic.

    Both take `attempts`, `retry_s`, `stop` and `until_quiet_s`; the topic also `bootstrap`, `group`, `topic` and
    `properties`: see `consume_folder` and `pipelines.inbox.consumer.consume`, also for what they raise.
    """
    if folder is not None:
        return consume_folder(handler, folder=folder, ledger=ledger, **options)
    from replay_signals.pipelines.inbox import consumer

    return consumer.consume(handler, ledger=ledger, **options)
