"""The streaming job with a reader that dies of a message that says so, as of a library that crashes: `-pym deadly`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

from replay_signals.pipelines.stream import graph, main, steps
from replay_signals.transforms.evidence.kafka import evidence_of_kafka

WORD = b"kill-the-reader"


class Deadly(steps.DigestMessages):
    """In thread mode the TaskManager dies, in process mode the Python process beside it."""

    def open(self, runtime_context: Any) -> None:
        """Arms the step in the process in which it runs."""
        super().open(runtime_context)
        steps.evidence_of_kafka = deadly


def deadly(role: str, message: Any, *more: Any) -> Iterator[Any]:
    """All evidence in a message, if one survives it."""
    if WORD in (message.value or b""):
        os.kill(os.getpid(), signal.SIGKILL)
    return evidence_of_kafka(role, message, *more)


if __name__ == "__main__":
    graph.DigestMessages = Deadly
    main.main()
