"""validate --new: what a stream commits is looked at once, and a fault is told once, by inbox, report and metrics."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from replay_signals.jobs import brokers, watch
from replay_signals.jobs.brokers import BrokerError
from replay_signals.jobs.cli import app
from replay_signals.jobs.exits import ExitCode
from replay_signals.pipelines.gate import watching
from replay_signals.pipelines.gate.evaluate import Finding
from replay_signals.pipelines.gate.memory import Memory, OpenFault, remembered, save
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.inbox import folder
from replay_signals.schemas.expectations import ROW_SUITES
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.record import to_signal_input
from support.gate_scene import DAYS, PER_DAY, Scene, batch, session
from support.made_rows import made

ORPHAN = "it belongs to a session that has no row in sessions"
DOUBLED = "two rows have one signal_id and revision"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A warehouse that was looked at."""
    made_scene = Scene(tmp_path / "w")
    assert look(made_scene)["faults"] == []
    return made_scene


def look(scene: Scene, *options: str, patience: float = 0) -> Any:
    done = CliRunner().invoke(
        app, ["validate", str(scene.warehouse), "--new", "--json", "--patience", str(patience), *options]
    )
    assert done.exit_code in (ExitCode.OK, ExitCode.NOT_VALID), done.output
    told = msgspec.json.decode(done.stdout)
    assert (done.exit_code == ExitCode.OK) == told["holds"]
    return told


def faults(told: Any) -> list[tuple[str, str]]:
    return sorted((one["suite"], one["what"]) for one in told["faults"])


def inbox(scene: Scene) -> list[InboxRecord]:
    where = scene.warehouse / "inbox"
    return [one for one in folder.read(where).records if one.fault] if where.exists() else []


def test_rows_of_a_stream_are_looked_at_once(scene: Scene) -> None:
    before = look(scene)["rows"]
    scene.append(batch(5000))
    after = look(scene)["rows"]
    assert {name: after[name] - before.get(name, 0) for name in ("sessions", "signals")} == {
        "sessions": 3,
        "signals": 3,
    }
    assert look(scene)["rows"] == after


def test_what_the_gate_let_through_is_not_looked_at_again(scene: Scene) -> None:
    before = look(scene)["rows"]
    scene.publish(batch(5000))
    assert look(scene)["rows"] == before


PLANTED: dict[str, tuple[dict[str, Any], str, str]] = {
    "severity": ({"severity": 120.0, "components": {"blocked": 120.0}}, "signals", "severity is not 0 to 100"),
    "sum": ({"components": {"blocked": 30.0}}, "signals", "the components do not add up to the severity"),
    "verdict": ({"verdict": "perhaps"}, "signals", "verdict is an unknown word"),
    "doubled": ({"signal_id": "g5001", "session_id": "s5001"}, "signals_keys", DOUBLED),
    "orphan": ({"session_id": "nobody"}, "signals", ORPHAN),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_told_once_and_that_it_is_over(scene: Scene, fault: str) -> None:
    fields, suite, what = PLANTED[fault]
    scene.append(batch(5000, **fields))
    brought = scene.shown()["signals"]
    assert (suite, what) in faults(look(scene))
    told = inbox(scene)
    look(scene)
    scene.append(batch(6000))
    look(scene)
    assert inbox(scene) == told
    (record,) = [one for one in told if one.title == f"{suite}: {what}"]
    assert (record.record_type, record.status, record.weight, record.fault is not None) == (
        "table_fault", "new", 0.0, True,
    )  # fmt: skip
    of = record.fault
    assert of is not None
    assert (scene.warehouse / of.report).read_text().count(what) >= 1
    assert of.snapshots == [str(brought)]
    assert any("s5001" in one or "s5000" in one or "nobody" in one for one in of.examples)

    scene.publish({"sessions": [session(700, DAYS[4])], "signals": []}, watching.Period(DAYS[4], DAYS[4]))
    assert faults(look(scene)) == []
    assert said_last(scene, record.id) == (2, "resolved")
    scene.append(batch(5000, **fields))
    look(scene)
    assert said_last(scene, record.id) == (3, "reopened")


def said_last(scene: Scene, key: str) -> tuple[int, str]:
    record = folder.current(scene.warehouse / "inbox")[key]
    return record.revision, record.status


def test_examples_name_keys_and_no_text_of_a_visitor(scene: Scene) -> None:
    scene.append(batch(5000, kind="<script>alert('anna')</script>"))
    look(scene)
    (record,) = inbox(scene)
    assert record.fault is not None
    assert record.fault.examples == ["team=t session_id=s5000 signal_id=g5000 revision=1"]
    assert "anna" not in msgspec.json.encode(record).decode()
    with pytest.raises(ValueError, match="no signal of a session"):
        to_signal_input(record)


def test_of_rows_without_ids_only_what_names_nothing_recorded_is_shown() -> None:
    row = dict.fromkeys(ROW_SUITES["exposure_days"].key, "anna") | {"day": DAYS[0], "team": "t", "unit": "page"}
    finding = Finding("exposure_days", "", "", [], 1, 1)
    assert "anna" not in watching._example("exposure_days", row | {"is_entry": True}, finding)


def test_a_session_that_goes_on_is_waited_for(scene: Scene) -> None:
    """Its signals come first; while messages come, and for some time after, that is no fault."""
    rows = batch(5000)
    scene.append({"signals": rows["signals"]})
    told = look(scene, patience=60)
    assert (told["faults"], told["awaited_sessions"]) == ([], 3)
    scene.append({"sessions": rows["sessions"][:2]})
    told = look(scene, patience=60)
    assert (told["faults"], told["awaited_sessions"]) == ([], 1)

    memory, day = Memory(), DAYS[4]
    now = datetime.now(UTC)

    def at(minutes: float) -> list[str]:
        watching.look(scene.catalog, memory, now + timedelta(minutes=minutes), timedelta(minutes=40))
        return [one.fault.what for one in memory.faults.values()]

    assert at(0) == []
    message = made("message_digests", team="t", session_id="s5002", message_id="m", revision=1, day=day)
    scene.append(
        {"message_digests": [msgspec.structs.replace(message, first_event_at=noon(day), last_event_at=noon(day))]}
    )
    assert at(30) == []
    assert at(60) == []  # heard of 30 minutes ago
    assert at(71) == [ORPHAN]
    scene.append({"sessions": rows["sessions"][2:]})
    assert at(72) == []
    assert memory.awaited == []


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_a_row_that_a_later_revision_took_the_place_of_is_no_fault_any_more(scene: Scene) -> None:
    rows = batch(5000, confidence=1.5)
    scene.append(rows)
    assert faults(look(scene)) == [("signals", "confidence is not 0 to 1")]
    mended = msgspec.structs.replace(rows["signals"][0], confidence=0.5, revision=2, status="revised")
    scene.append({"signals": [mended]})
    assert look(scene)["holds"]


def test_a_killed_look_is_made_up_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it was kept: it looks again. After: it tells, the same words, and does not look again."""
    scene.append(batch(5000, confidence=1.5))

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    for point in ("_write_reports", "_write_metrics"):
        with monkeypatch.context() as dying:
            dying.setattr(watch, point, killed)
            with pytest.raises(Killed):
                look_in_process(scene)
    assert len(inbox(scene)) == 1
    with remembered(scene.warehouse / watch.MEMORY) as memory:
        record = inbox(scene)[0]
        memory.outbox = [record]  # as of a process that died while it told
        save(scene.warehouse / watch.MEMORY, memory)
    assert faults(look(scene)) == [("signals", "confidence is not 0 to 1")]
    assert inbox(scene) == [record]


def look_in_process(scene: Scene) -> None:
    where = str(scene.warehouse / "inbox")
    metrics = scene.warehouse / "m.prom"
    store = watch.Store(str(scene.warehouse), None)
    watch.run(watch.Request(store, where, "", "", timedelta(0), metrics, True), None)


def test_two_do_not_look_at_once(scene: Scene) -> None:
    with (
        remembered(scene.warehouse / watch.MEMORY),
        pytest.raises(WarehouseError, match="looks at these tables already"),
        remembered(scene.warehouse / watch.MEMORY),
    ):
        pass


def test_a_broken_chain_means_that_all_is_looked_at_and_nothing_told_twice(scene: Scene) -> None:
    scene.append(batch(5000, confidence=1.5))
    look(scene)
    told = inbox(scene)
    scene.append(batch(6000))
    with remembered(scene.warehouse / watch.MEMORY) as memory:
        for name, mark in memory.marks.items():
            memory.marks[name] = msgspec.structs.replace(mark, snapshot_id=1)  # expired
        save(scene.warehouse / watch.MEMORY, memory)
    before = look(scene)["rows"]
    assert before["sessions"] > len(DAYS) * PER_DAY * 2
    assert inbox(scene) == told


def test_a_silent_day_of_a_steady_stream_is_told_once(tmp_path: Path) -> None:
    own = Scene(tmp_path / "w")
    memory = Memory()

    def at(day: date) -> list[OpenFault]:
        found = watching.look(own.catalog, memory, noon(day), timedelta(0))
        return [memory.faults[key] for key in found.opened]

    next_day, after = DAYS[-1] + timedelta(days=1), DAYS[-1] + timedelta(days=2)
    assert at(next_day) == []
    (silent,) = at(after)
    assert (silent.fault.suite, silent.fault.table, silent.fault.days) == ("volumes", "sessions", [str(next_day)])
    assert at(after) == []
    own.append({"sessions": [session(9000 + i, next_day) for i in range(PER_DAY)]})
    watching.look(own.catalog, memory, noon(after) + timedelta(hours=1), timedelta(0))
    assert not memory.faults


def test_a_day_of_half_or_thrice_its_weekdays_rows_is_told_and_stops_nobody(tmp_path: Path) -> None:
    own = Scene(tmp_path / "w")
    mondays = [DAYS[-1] + timedelta(weeks=n) for n in range(1, 6)]
    for day, of in zip(mondays, (2, 2, 2, 1, 6), strict=True):
        own.publish({"sessions": [session(20_000 + day.toordinal() * 1000 + i, day) for i in range(of * PER_DAY // 2)]})
    memory = Memory()

    def told(day: date) -> list[tuple[str, list[str]]]:
        found = watching.look(own.catalog, memory, noon(day + timedelta(days=1)), timedelta(0))
        return [(one.finding.suite, [str(day) for day in one.days or ()][:1]) for one in found.opened.values()]

    assert told(mondays[2]) == []
    memory.whole_until = mondays[3] - timedelta(days=1)
    assert told(mondays[3]) == [("weekday_volumes", [str(mondays[3])])]
    memory.whole_until = mondays[4] - timedelta(days=1)
    assert told(mondays[4]) == [("weekday_volumes", [str(mondays[4])])]
    assert [one.fault.days for one in memory.faults.values()] == [[str(mondays[4])]]  # a week later it is over


def test_verdicts_that_turn_unknown_are_told_while_the_day_goes_on(tmp_path: Path) -> None:
    own = Scene(tmp_path / "w")
    memory, day = Memory(), DAYS[5]

    def clicks(first: int, of: date, verdict: str) -> None:
        ids = [(f"s{first + n}", f"i{first + n}-{i}") for n in range(40) for i in range(6)]
        own.append(
            {
                "interactions": [
                    made(
                        "interactions", day=of, team="t", session_id=session_id, interaction_id=one, revision=1,
                        kind="click", verdict=verdict,
                    )
                    for session_id, one in ids
                ]
            }
        )  # fmt: skip

    clicks(0, DAYS[0], "alive")

    def opened(hours: int) -> list[str]:
        found = watching.look(own.catalog, memory, noon(day) + timedelta(hours=hours), timedelta(days=9))
        return [one.finding.suite for one in found.opened.values()]

    assert opened(0) == []
    clicks(5 * PER_DAY, day, "unknown")
    assert opened(1) == ["unknown_clicks"]
    assert opened(2) == []


def test_metrics_count_what_was_looked_at_and_what_is_open(scene: Scene, tmp_path: Path) -> None:
    metrics = tmp_path / "tables.prom"
    scene.append(batch(5000, confidence=1.5))
    look(scene, "--metrics", str(metrics))
    text = metrics.read_text()
    assert 'replay_signals_tables_rows_total{table="signals"} 3\n' in text
    assert 'replay_signals_tables_open_faults{suite="signals"} 1\n' in text
    assert 'what="confidence is not 0 to 1"} 1\n' in text
    assert "replay_signals_tables_awaited_sessions 0\n" in text


def test_the_inbox_shows_a_fault_beside_problems(scene: Scene) -> None:
    scene.append(batch(5000, confidence=1.5))
    look(scene)
    (record,) = inbox(scene)
    where = str(scene.warehouse / "inbox")
    listed = CliRunner().invoke(app, ["inbox", where])
    assert f"A fault of the tables: {record.title}" in listed.output
    shown = CliRunner().invoke(app, ["inbox", "show", record.id, where])
    assert "team=t session_id=s5000 signal_id=g5000" in shown.output
    assert "mend it" in shown.output


@pytest.mark.parametrize("options", [["--since", "2026-01-01"], ["--branch", "b"], ["--gx"]])
def test_new_goes_with_no_other_choice_of_rows(options: list[str]) -> None:
    assert CliRunner().invoke(app, ["validate", "--new", *options]).exit_code == ExitCode.USAGE
    assert CliRunner().invoke(app, ["validate", "--every", "5"]).exit_code == ExitCode.USAGE
    for every in ("0", "inf", "1e308"):
        assert CliRunner().invoke(app, ["validate", "--new", "--every", every]).exit_code == ExitCode.USAGE
    for patience in ("-1", "inf", "1e9"):
        assert CliRunner().invoke(app, ["validate", "--new", "--patience", patience]).exit_code == ExitCode.USAGE
    assert watch.memory_of(watch.Store(None, "prod/eu")).name == "validated-prod%2Feu.json"


def test_metrics_take_the_place_of_nothing_but_a_file(scene: Scene, tmp_path: Path) -> None:
    """A device, a pipe or a folder of that name stays what it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for named in (pipe, tmp_path, ""):
        done = CliRunner().invoke(app, ["validate", str(scene.warehouse), "--new", "--metrics", str(named)])
        assert done.exit_code == ExitCode.USAGE, done.output
    assert pipe.is_fifo()
    assert not list(tmp_path.glob(".*.part"))


def test_a_broker_that_is_not_there_is_said_before_anything_waits_for_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brokers, "ANSWER_S", 1.0)
    store = watch.Store(str(scene.warehouse), None)
    with pytest.raises(BrokerError, match="No broker answers"):
        watch.run(watch.Request(store, "", "127.0.0.1:1", "t", timedelta(0), None, True), None)


def test_a_single_look_says_how_things_stand(scene: Scene) -> None:
    def said() -> str:
        return CliRunner().invoke(app, ["validate", str(scene.warehouse), "--new", "--patience", "0"]).output

    assert "Every expectation holds." in said()
    scene.append(batch(5000, confidence=1.5))
    assert "1 fault open" in said()
    assert "1 fault open" in said()
