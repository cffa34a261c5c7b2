"""Which tests share a worker, and which begin first."""

from __future__ import annotations

import os
from pathlib import PurePath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LANES = {
    "cluster": (
        "test_faults",
        "test_stream",
        "test_deadly_messages",
        "test_refused_rows",
        "test_stream_postgres",
        "test_ports",
    ),
    "broker": (
        "test_canary_stream",
        "test_consumer",
        "test_rank_topic",
        "test_deadletters",
        "test_follow",
        "test_sending",
    ),
}
"""Files that share an engine, which one worker starts; they take longest."""
LANE_OF = {name: lane for lane, names in LANES.items() for name in names}
PLACES = {lane: place for place, lane in enumerate(LANES)}
NICE = 5
"""Of tests outside the lanes: engines wait for much of their time and are to go on at once when they need not."""


class Lanes(LoadScopeScheduling):
    """One worker runs a file's tests, and those of all files of a lane."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid.split("::", 1)[0])


def lane_of(file: str) -> str:
    """The lane of a file with tests: its engine, or the file itself."""
    return LANE_OF.get(PurePath(file).stem, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes | None:
    """The scheduler of `--dist loadscope`."""
    return Lanes(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lanes first, then what is slow: at the end no worker waits for another's long test."""
    slow = {item.location[0] for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: PLACES.get(lane_of(item.location[0]), len(PLACES) + (item.location[0] not in slow)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A worker comes to other tests after its lane, so its niceness only ever grows."""
    if hasattr(item.config, "workerinput") and lane_of(item.location[0]) not in LANES:
        os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
