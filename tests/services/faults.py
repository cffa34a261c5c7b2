"""Chaos: sessions played in while processes are killed, and the account at the end.

`python tests/services/faults.py --sessions 2000 --each 3` is `make chaos`; the service tests run a small version.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from kit import (
    HOUR_MS,
    TOPICS,
    Topics,
    batch_of,
    config_of,
    differences,
    duplicates,
    expected_inbox,
    inbox_of,
    link_jars,
    newest,
    recordings,
    repeats_of,
    send,
    tick,
    unlike,
    wait_until,
)

from replay_signals.jobs import stack
from replay_signals.jobs.replay import in_order
from replay_signals.jobs.stack_state import State, load_state
from replay_signals.jobs.stream import jobs, newest_checkpoint, submit

TARGETS = ("taskmanager-1", "jobmanager", "kafka", "job")


class Fault(msgspec.Struct, frozen=True):
    """One kill: what, in which phase of the job, and how long until the job ran again."""

    target: str
    phase: str
    recovered_s: float


class Account(msgspec.Struct):
    """What came out. `accounted` are the messages sent that are a row of the tables, or a dead letter."""

    faults: list[Fault] = []
    messages: int = 0
    accounted: int = 0
    dead_letters: int = 0
    sessions: int = 0
    signals: int = 0
    different_rows: dict[str, tuple[int, int]] = {}
    doubled_rows: dict[str, int] = {}
    inbox_lost: int = 0
    inbox_wrong: int = 0
    inbox_repeats: int = 0
    repeats_allowed: bool = True

    @property
    def is_exact(self) -> bool:
        """Nothing lost, nothing doubled; repeats in the inbox only where the delivery is at least once."""
        wrong = self.different_rows or self.doubled_rows or self.inbox_lost or self.inbox_wrong
        repeated = self.inbox_repeats and not self.repeats_allowed
        return not wrong and not repeated and self.accounted == self.messages


def kill(root: Path, target: str) -> None:
    """SIGKILL for one process of the cluster; `job` means both TaskManagers at once."""
    names = ["taskmanager-1", "taskmanager-2"] if target == "job" else [target]
    for name in names:
        proc = load_state(root).processes.get(name)
        if proc is not None:
            try:
                os.kill(proc.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def wait_for_checkpoint_phase(root: Path, job: str, phase: str, dice: random.Random) -> None:
    """Returns at a random moment, during a checkpoint, or right after one completed (when tables commit)."""
    if phase == "any":
        time.sleep(dice.uniform(0.5, 3))
        return
    start = newest_checkpoint(root, job)
    folder = root / "checkpoints" / job
    known = {path.name for path in folder.glob("chk-*")}

    def reached() -> bool:
        if phase == "checkpoint":
            return bool({path.name for path in folder.glob("chk-*")} - known)
        return newest_checkpoint(root, job) != start

    wait_until(reached, 30, 0.01)


def is_running(state: State, job: str, since_ms: int) -> bool:
    """Whether all tasks of the job run, started after a time."""
    answer: Any = stack.rest(state, f"/jobs/{job}")
    if not answer or answer["state"] != "RUNNING":
        return False
    return all(v["status"] == "RUNNING" for v in answer["vertices"]) and answer["now"] > since_ms


def strike(root: Path, job: str, target: str, phase: str, dice: random.Random) -> Fault:
    """One fault, and the wait until a new checkpoint shows that the job is well again."""
    wait_for_checkpoint_phase(root, job, phase, dice)
    before, started = newest_checkpoint(root, job), time.monotonic()
    kill(root, target)
    time.sleep(1)
    state = load_state(root)
    recovered = wait_until(
        lambda: is_running(state, job, 0) and newest_checkpoint(root, job) not in (None, before), 240, 0.5
    )
    assert recovered, f"the job did not come back after {target} was killed: {jobs(load_state(root))}"
    return Fault(target, phase, time.monotonic() - started)


def run(
    root: Path,
    state: State,
    folder: Path,
    sessions: int,
    each: int,
    seed: int,
    say: Callable[[str], None] = print,
    **changes: Any,
) -> Account:
    """Plays sessions in, strikes, and accounts."""
    dice = random.Random(seed)
    topics = Topics(state.bootstrap, f"chaos-{seed}")
    topics.make(folder)
    config = config_of(topics, folder / "stream", parallelism=2, **changes)
    job = submit(config, root)
    plan = [(target, phase) for target in TARGETS for phase in ("any", "checkpoint", "commit", *["any"] * each)[:each]]
    dice.shuffle(plan)
    messages = list(in_order(recordings(), sessions))
    account = Account(messages=len(messages))
    part = max(1, len(messages) // (len(plan) + 1))
    for i, (target, phase) in enumerate(plan):
        send_through(topics, messages[i * part : (i + 1) * part])
        account.faults.append(strike(root, job, target, phase, dice))
        say(f"{i + 1}/{len(plan)} {target} killed ({phase}): well again after {account.faults[-1].recovered_s:.1f} s")
    send_through(topics, messages[len(plan) * part :])
    tick(topics, messages[-1].timestamp_ms + HOUR_MS)
    say("All sent; waiting for the tables")
    batch = batch_of(topics, folder)
    wanted = len(newest(batch)["sessions"])
    wait_until(lambda: len(newest(folder / "stream")["sessions"]) >= wanted, 300, 3)
    if not wait_until(lambda: not differences(folder / "stream", batch), 120, 10):
        say(f"Not equal: {jobs(load_state(root))}")
    account.sessions = wanted
    account.signals = len(newest(batch)["signals"])
    account.different_rows = differences(folder / "stream", batch)
    account.doubled_rows = duplicates(folder / "stream")
    rows = newest(folder / "stream")
    account.dead_letters = len(rows["dead_letters"])
    sent_too = sum(topic.partitions for role, topic in TOPICS.items() if role in ("snapshots", "events"))  # by `tick`
    account.accounted = sum(len(rows[name]) for name in ("message_digests", "events", "dead_letters")) - sent_too
    inbox = inbox_of(topics, folder)
    wrong = unlike(inbox, expected_inbox(batch, inbox))
    account.inbox_lost = sum(what == "lacking" for what in wrong.values())
    account.inbox_wrong = len(wrong) - account.inbox_lost
    for what in list(wrong.values())[:5]:
        say(f"inbox: {what}")
    account.inbox_repeats = repeats_of(topics)
    account.repeats_allowed = config.inbox_delivery == "at-least-once"
    stack.rest(load_state(root), f"/jobs/{job}?mode=cancel", "PATCH")
    return account


def send_through(topics: Topics, messages: Any) -> None:
    """Sends also while the broker is away: the client retries."""
    send(topics, messages)


def main() -> int:
    """Starts a cluster of its own, runs, prints the account; 0 when it is exact."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--each", type=int, default=3, help="kills of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=["thread", "process"], default="thread")
    parser.add_argument("--delivery", choices=["at-least-once", "exactly-once"], default="at-least-once")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="replay-signals-chaos-"))
    root = folder / "stack"
    link_jars(root)
    try:
        state = stack.up(root)
        changes = {"execution_mode": given.mode, "inbox_delivery": given.delivery}
        account = run(root, state, folder, given.sessions, given.each, given.seed, **changes)
    finally:
        stack.down(root)
    show(account)
    if account.is_exact:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    print(f"Tables, topics and logs are kept in {folder}")
    return 1


def show(account: Account) -> None:
    """A table of faults, and the counts."""
    print(f"\n{'killed':<16}{'phase':<12}{'well again after':>18}")
    for fault in account.faults:
        print(f"{fault.target:<16}{fault.phase:<12}{fault.recovered_s:>16.1f} s")
    print(f"\nmessages sent {account.messages}, accounted for {account.accounted}")
    print(f"sessions {account.sessions}, signals {account.signals}")
    print(f"rows that differ from the backfill (stream only, batch only): {account.different_rows or 0}")
    print(f"rows stored twice: {account.doubled_rows or 0}")
    print(f"inbox records lost {account.inbox_lost}, wrong {account.inbox_wrong}, repeated {account.inbox_repeats}")


if __name__ == "__main__":
    sys.exit(main())
