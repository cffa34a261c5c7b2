"""The inbox topic for programs: `from replay_signals import inbox; inbox.consume(handler, ...)`. See docs/streaming.md.

Needs the extra `kafka`.
"""

from replay_signals.pipelines.inbox.consumer import Consumed, consume
from replay_signals.pipelines.inbox.ledger import Ledger, Parked, SqliteLedger
from replay_signals.schemas.inbox import InboxRecord

__all__ = ["Consumed", "InboxRecord", "Ledger", "Parked", "SqliteLedger", "consume"]
