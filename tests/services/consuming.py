"""A consumer as a process of its own, for tests that kill it: `consuming.py BOOTSTRAP TOPIC GROUP LEDGER [HOLD]`.

Each record becomes a row of `effects` in the ledger's database. At the record HOLD it says so by a file, in the middle
of its transaction, and waits for its end. Offsets are committed when it ends well, never before.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from replay_signals import inbox
from replay_signals.pipelines.inbox import consumer


def main(bootstrap: str, topic: str, group: str, path: str, hold: str = "") -> None:
    consumer.COMMIT_EVERY_S = 3600.0
    ledger = inbox.SqliteLedger(path)
    ledger.connection.execute("CREATE TABLE IF NOT EXISTS effects (id TEXT, revision INTEGER)")

    def handle(record: inbox.InboxRecord) -> None:
        ledger.connection.execute("INSERT INTO effects VALUES (?, ?)", (record.id, record.revision))
        if record.id == hold:
            Path(f"{path}.holding").touch()
            time.sleep(600)

    where = {"bootstrap": bootstrap, "topic": topic, "group": group}
    quick = {"session.timeout.ms": "6000"}  # how long the group waits for the one that was killed
    done = inbox.consume(handle, **where, ledger=ledger, until_quiet_s=2, properties=quick)
    print(done.handled, done.repeated, done.parked)


if __name__ == "__main__":
    main(*sys.argv[1:])
