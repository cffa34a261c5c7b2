"""A savepoint of an older version, kept in tests/golden, and how it was made.

`PYTHONPATH=tests:tests/pipelines python tests/services/savepoints.py` on a running cluster (`make stack`) makes one of
the present version: to be kept beside the older ones when the format of state changes, never instead of them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from kit import Topics, config_of, newest, recorded, send, wait_until

from replay_signals.jobs.stack_state import load_state
from replay_signals.jobs.stream import stop_with_savepoint, submit
from replay_signals.pipelines.kafka.messages import Outgoing
from replay_signals.pipelines.stream.config import StreamConfig

KEPT = Path(__file__).parents[1] / "golden" / "savepoints"
PREFIX = "kept"
"""A savepoint holds offsets by topic, so whoever goes on from it needs the same names."""


def halves() -> tuple[list[Outgoing], list[Outgoing]]:
    """What the job had read at the savepoint, in the middle of the first session, and what comes after it."""
    messages = recorded(3, 8)
    return messages[: len(messages) // 4], messages[len(messages) // 4 :]


def started(root: Path, bootstrap: str, folder: Path, savepoint: str | None = None) -> tuple[Topics, StreamConfig, str]:
    """A job on the topics of the savepoint, which hold its first half."""
    topics = Topics(bootstrap, PREFIX)
    topics.make(folder)
    send(topics, halves()[0])
    config = config_of(topics, folder / "stream")
    return topics, config, submit(config, root, savepoint)


def main() -> None:
    """Makes tests/golden/savepoints/NAME of the present version."""
    root = Path(".stack").absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, _, job = started(root, load_state(root).bootstrap, folder)
        count = len({m.value for m in halves()[0]})
        rows = lambda: sum(len(newest(folder / "stream")[table]) for table in ("message_digests", "events"))  # noqa: E731
        assert wait_until(lambda: rows() >= count, 120)
        made = Path(stop_with_savepoint(load_state(root), job).removeprefix("file:"))
    shutil.copytree(made, KEPT / sys.argv[1])


if __name__ == "__main__":
    main()
