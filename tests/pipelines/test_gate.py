"""The gate: a batch with a planted fault is stopped on its branch, a good one passes, whoever writes meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.types import StringType
from typer.testing import CliRunner

from replay_signals.jobs import validate
from replay_signals.jobs.cli import app
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.gate_report import page
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.gate import publishing
from replay_signals.pipelines.gate.batch import check, published_since, staged_batch
from replay_signals.pipelines.gate.history import Period
from replay_signals.pipelines.gate.publishing import BatchStopped, publish_batch, publish_waiting
from replay_signals.pipelines.gate.waiting import drop, parts_of, waiting
from replay_signals.pipelines.iceberg import commit
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import Conflict, TablePlan, restage_table, stage_table
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from support.gate_scene import DAYS, PER_DAY, TODAY, Rows, Scene, batch, plans_of, session, signal
from support.made_rows import made
from support.warehouses import contents


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("gate"))


def test_a_good_batch_passes_and_leaves_no_branch(scene: Scene) -> None:
    scene.publish(batch(4000))
    assert waiting(scene.catalog) == []
    assert all(one.holds for one in check(published_since(scene.catalog, None, TODAY)))


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "severity of 120": (
        {"severity": 120.0, "components": {"blocked": 120.0}}, "signals: severity is not 0 to 100"
    ),
    "components": ({"components": {"blocked": 30.0}}, "signals: the components do not add up to the severity"),
    "kind": ({"kind": "mystery"}, "signals: its kind is none that this version finds"),
    "verdict": ({"verdict": "perhaps"}, "signals: verdict is an unknown word"),
    "status": ({"status": "newish"}, "signals: status is an unknown word"),
    "confidence": ({"confidence": 1.5}, "signals: confidence is not 0 to 1"),
    "not a number": ({"confidence": float("nan")}, "signals: confidence is not 0 to 1"),
    "orphan": ({"session_id": "nobody"}, "signals: it belongs to a session that has no row in sessions"),
    "doubled id": (
        {"signal_id": "g5001", "session_id": "s5001"}, "signals_keys: two rows have one signal_id and revision"
    ),
    "backwards": (
        {"started_at": datetime(2026, 3, 3, tzinfo=UTC), "ended_at": datetime(2026, 3, 2, tzinfo=UTC)},
        "signals: it ends before it starts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_stopped(scene: Scene, fault: str) -> None:
    fields, reason = FAULTS[fault]
    expected = [reason, "signals: the components do not add up to the severity"] if "120" in fault else [reason]
    assert scene.stopped(lambda: scene.publish(batch(**fields))) == expected


def test_a_row_that_is_stored_already_is_stopped(scene: Scene) -> None:
    scene.publish(batch(4100))
    again = scene.stopped(lambda: scene.publish({"signals": batch(4100)["signals"][:1]}))
    assert again == ["signals_keys: two rows have one signal_id and revision"]


def test_a_null_in_a_required_column_is_stopped(scene: Scene) -> None:
    tables = scene.tables()
    row = session(6000, DAYS[4])
    plan = TablePlan("sessions", added=1)
    plan.files.extend(write_rows(tables["sessions"].table, partition_of("sessions", row), [row]))
    file = plan.files[0].file_path.removeprefix("file://")
    rows = pq.read_table(file, partitioning=None)  # PyIceberg refuses to write it; another engine may not
    place = rows.schema.get_field_index("rules_version")
    pq.write_table(rows.set_column(place, "rules_version", pa.nulls(1, pa.string())), file)
    run_id = uuid.uuid4().hex
    assert scene.stopped(lambda: publish_batch(scene.catalog, tables, [plan], run_id)) == [
        "sessions: rules_version is null, and must not be"
    ]


@pytest.mark.parametrize("left", [0, 5], ids=["missing day", "volume collapse"])
def test_days_that_come_back_all_but_empty_are_stopped(scene: Scene, left: int) -> None:
    """Replaced days keep what a usual day has."""
    day = DAYS[8]
    rows = [session(8 * PER_DAY + i, day) for i in range(left)]
    period = Period(day, day)
    assert scene.stopped(lambda: scene.publish({"sessions": rows}, period)) == [
        "volumes: the day has less than 10% of a usual day's rows"
    ]


def test_a_replaced_day_as_full_as_usual_passes(scene: Scene) -> None:
    day = DAYS[8]
    scene.publish({"sessions": [session(8 * PER_DAY + i, day, revision=2) for i in range(PER_DAY)]}, Period(day, day))


def test_a_few_late_rows_on_either_side_of_a_sparse_day_pass(tmp_path: Path) -> None:
    """The day between was stored as it is; whoever adds elsewhere is not to blame for it."""
    sparse = Scene(tmp_path)
    day = DAYS[-1]
    sparse.publish({"sessions": [session(8000 + i, day + 2 * timedelta(days=1)) for i in range(PER_DAY)]})
    sparse.publish({"sessions": [session(8200, day), session(8201, day + 2 * timedelta(days=1))]})


def test_a_hole_in_a_batch_of_full_days_is_stopped(tmp_path: Path) -> None:
    full = Scene(tmp_path)
    days = [DAYS[-1] + n * timedelta(days=1) for n in (1, 3)]
    rows = {"sessions": [session(8000 + PER_DAY * n + i, days[n]) for n in (0, 1) for i in range(PER_DAY)]}
    assert full.stopped(lambda: full.publish(rows)) == ["volumes: the day has less than 10% of a usual day's rows"]


def test_a_day_of_the_week_that_never_has_rows_is_no_hole(tmp_path: Path) -> None:
    closed = Scene(tmp_path)
    days = [DAYS[-1] + timedelta(days=n) for n in range(1, 16) if n % 7 != 1]
    closed.publish({"sessions": [session(8000 + PER_DAY * n + i, days[n]) for n in range(6) for i in range(PER_DAY)]})
    closed.publish(
        {"sessions": [session(8000 + PER_DAY * n + i, days[n]) for n in range(6, 12) for i in range(PER_DAY)]}
    )


def test_a_row_may_come_for_a_session_that_is_stored(scene: Scene) -> None:
    scene.publish({"signals": [signal(1, DAYS[0] + timedelta(days=1), signal_id="after midnight")]})


def test_stored_files_that_hold_nothing_of_the_batch_are_not_read(tmp_path: Path) -> None:
    own = Scene(tmp_path)
    own.publish(batch(4000, DAYS[9]))
    for table in open_tables(own.catalog).values():
        for task in table.scan().plan_files():
            Path(task.file.file_path.removeprefix("file://")).unlink()
    own.publish(batch(5000, DAYS[9]))


def clicks(first: int, sessions: int, of_each: int, verdict: str, day: date, team: str = "t") -> Rows:
    numbers = range(first, first + sessions)
    made_clicks = [
        made(
            "interactions", day=day, team=team, session_id=f"s{n}", interaction_id=f"i{n}-{i}", revision=1,
            kind="click", verdict=verdict,
        )
        for n in numbers
        for i in range(of_each)
    ]  # fmt: skip
    return {"sessions": [session(n, day, team=team) for n in numbers], "interactions": made_clicks}


def test_many_sessions_whose_clicks_turn_unknown_are_stopped_and_one_canvas_is_not(tmp_path: Path) -> None:
    clicked = Scene(tmp_path)
    clicked.publish(clicks(20_000, 50, 5, "alive", DAYS[3]))
    clicked.publish(clicks(21_000, 1, 300, "unknown", DAYS[5]))
    clicked.publish(clicks(22_000, 50, 5, "unknown", DAYS[5], team="new"))
    assert clicked.stopped(lambda: clicked.publish(clicks(23_000, 50, 5, "unknown", DAYS[5]))) == [
        "unknown_clicks: the share of unknown verdicts is 30% above what is usual"
    ]


def test_another_writer_between_check_and_publication_is_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = 0
    check_once = publishing.check

    def overtaken(looked_at: Any) -> Any:
        nonlocal checks
        checks += 1
        found = check_once(looked_at)
        if checks == 1:
            scene.publish(batch(7100))
        return found

    monkeypatch.setattr(publishing, "check", overtaken)
    scene.publish(batch(7000))
    monkeypatch.undo()
    stored = set(contents(scene.warehouse)["signals"])
    assert {msgspec.msgpack.decode(row)["session_id"] for row in stored} >= {"s7000", "s7100"}
    assert checks > 2  # its own, the other's, and again on top of that
    assert waiting(scene.catalog) == []


def test_another_writer_of_the_same_sessions_makes_it_look_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    check_once = publishing.check

    def overtaken(looked_at: Any) -> Any:
        monkeypatch.setattr(publishing, "check", check_once)
        scene.publish(batch(7200))
        return check_once(looked_at)

    monkeypatch.setattr(publishing, "check", overtaken)
    with pytest.raises(Conflict):
        scene.publish(batch(7200))
    assert waiting(scene.catalog) == []


def cli(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["validate", *arguments, "--json"])
    return done.exit_code, msgspec.json.decode(done.stdout) if done.stdout else done.stderr


def test_a_stopped_batch_can_be_looked_at_published_or_discarded(scene: Scene, tmp_path: Path) -> None:
    where = str(scene.warehouse)
    with pytest.raises(BatchStopped) as raised:
        scene.publish(batch(9000, kind="<script>alert(1)</script>"))
    branch = raised.value.branch
    code, told = cli(where)
    assert code == ExitCode.OK
    assert [one["branch"] for one in told["waiting"]] == [branch]
    report = tmp_path / "report.html"
    code, told = cli(where, "--branch", branch[:14], "--report", str(report))
    assert code == ExitCode.NOT_VALID
    assert [one["what"] for one in told["broken"]] == ["its kind is none that this version finds"]
    assert "<script" not in report.read_text()
    assert "&lt;script&gt;" in report.read_text()
    shown, before = scene.shown(), contents(scene.warehouse)["signals"]
    assert cli(where, "--branch", branch, "--publish")[0] == ExitCode.NOT_VALID
    assert scene.shown() == shown
    scene.publish(batch(9100))  # main moves on meanwhile
    assert cli(where, "--branch", branch, "--publish", "--despite", "seen by hand") == (
        ExitCode.OK, {"published": ["signals", "sessions"]},
    )  # fmt: skip
    table = open_tables(scene.catalog)["signals"]
    assert table.properties["replay.published-despite"] == f"{branch}: seen by hand"
    assert len(contents(scene.warehouse)["signals"]) == len(before) + 6
    assert cli(where, "--branch", branch)[0] == ExitCode.STORE


def test_a_batch_that_was_stopped_for_a_day_stays_stopped(scene: Scene) -> None:
    day, where = DAYS[7], str(scene.warehouse)
    rows = {"sessions": [session(7 * PER_DAY, day, revision=2)], "signals": [signal(7 * PER_DAY, day)]}
    with pytest.raises(BatchStopped) as raised:
        scene.publish(rows, Period(day, day))
    branch, shown = raised.value.branch, scene.shown()
    code, told = cli(where, "--branch", branch)
    assert (code, [one["suite"] for one in told["broken"]]) == (ExitCode.NOT_VALID, ["volumes"])
    assert cli(where, "--branch", branch, "--publish")[0] == ExitCode.NOT_VALID
    assert scene.shown() == shown
    assert cli(where, "--branch", branch, "--discard")[0] == ExitCode.OK


def test_the_days_of_a_batch_are_kept_when_it_is_put_on_top_of_others(scene: Scene) -> None:
    day = DAYS[7]
    tables = scene.tables()
    (plan,) = (one for one in plans_of(tables, batch(7300)) if one.name == "signals")
    staged = stage_table(scene.catalog, tables["signals"], plan, uuid.uuid4().hex, Period(day, date.max).interval)
    assert staged
    scene.publish(batch(7400))
    again = restage_table(scene.catalog, staged)
    assert again
    assert again != staged
    assert staged_batch(scene.catalog, [again], TODAY).replaced == Period(day, date.max)
    drop(scene.catalog, {"signals": again})


def test_who_discards_what_another_publishes_deletes_nothing_of_it(tmp_path: Path) -> None:
    """Also when it was put on top of what others wrote, under another snapshot with the same files."""
    for moves_on in (False, True):
        own = Scene(tmp_path / str(moves_on))
        branch = left_behind(own, batch(5000))
        parts = parts_of(own.catalog, branch)
        if moves_on:
            own.publish(batch(6000))
        assert cli(str(own.warehouse), "--branch", branch, "--publish")[0] == ExitCode.OK
        assert drop(own.catalog, parts) == 0
        assert len(contents(own.warehouse)["signals"]) == (6 if moves_on else 3)


def test_who_publishes_what_another_discards_publishes_nothing(tmp_path: Path) -> None:
    for moves_on in (False, True):
        own = Scene(tmp_path / str(moves_on))
        parts = parts_of(own.catalog, left_behind(own, batch(5000)))
        if moves_on:
            own.publish(batch(6000))
        shown = own.shown()
        assert drop(own.catalog, dict(parts)) == 2
        with pytest.raises(Conflict, match="somebody else published or discarded"):
            publish_waiting(own.catalog, parts)
        assert own.shown() == shown


def test_a_run_whose_batch_another_published_meanwhile_deletes_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Scene(tmp_path)
    check_once = publishing.check

    def overtaken(looked_at: Any) -> Any:
        monkeypatch.setattr(publishing, "check", check_once)
        found = check_once(looked_at)
        own.publish(batch(6000))
        (waits,) = waiting(own.catalog)
        assert cli(str(own.warehouse), "--branch", waits.branch, "--publish")[0] == ExitCode.OK
        return found

    monkeypatch.setattr(publishing, "check", overtaken)
    with pytest.raises(Conflict):
        own.publish(batch(5000))
    assert len(contents(own.warehouse)["signals"]) == 6
    assert waiting(own.catalog) == []


@pytest.mark.parametrize("moment", ["_stage_once", "forget"])
def test_killed_while_it_is_put_on_top_of_others_a_batch_waits_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Before its branch moved, and after: nothing is lost, and whoever publishes it again publishes all."""

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    own = Scene(tmp_path)
    branch = left_behind(own, batch(5000))
    own.publish(batch(6000))
    shown = own.shown()
    with monkeypatch.context() as dying:
        dying.setattr(commit, moment, killed)
        with pytest.raises(Killed):
            publish_waiting(own.catalog, parts_of(own.catalog, branch))
    assert [one.branch for one in waiting(own.catalog)] == [branch]
    assert own.shown() == shown
    publish_waiting(own.catalog, parts_of(own.catalog, branch))
    assert len(contents(own.warehouse)["signals"]) == 6
    assert waiting(own.catalog) == []


def left_behind(scene: Scene, rows: Rows) -> str:
    """The branch of a run that was killed before it published."""
    tables = scene.tables()
    run_id = uuid.uuid4().hex
    for plan in plans_of(tables, rows):
        stage_table(scene.catalog, tables[plan.name], plan, run_id)
    return f"batch-{run_id}"


def test_what_killed_runs_left_is_named_and_goes_when_it_is_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = Scene(tmp_path)
    where, shown = str(own.warehouse), own.shown()
    branch = left_behind(own, batch(5000))
    assert "was killed" in CliRunner().invoke(app, ["validate", where]).output
    assert cli(where, "--discard", "--older-than", "1") == (ExitCode.OK, {"discarded": []})
    assert cli(where, "--discard", "--older-than", "0.5")[0] == ExitCode.USAGE
    assert cli(where, "--older-than", "2")[0] == ExitCode.USAGE
    validate.discard_old(Store(where, None), 0, json=True)
    assert branch in capsys.readouterr().out
    assert (waiting(own.catalog), own.shown()) == ([], shown)


def test_a_faulty_batch_on_an_empty_warehouse_is_stopped_and_a_good_one_comes_first(tmp_path: Path) -> None:
    catalog = open_catalog(str(tmp_path))

    def publish(rows: Rows) -> None:
        tables = {name: PinnedTable(table) for name, table in open_tables(catalog).items()}
        publish_batch(catalog, tables, plans_of(tables, rows), uuid.uuid4().hex)

    with pytest.raises(BatchStopped) as raised:
        publish(batch(5000, severity=120.0))
    assert all(table.current_snapshot() is None for table in open_tables(catalog).values())
    assert {name for name, rows in contents(tmp_path).items() if rows} == set()
    publish(batch(6000))
    assert cli(str(tmp_path), "--branch", raised.value.branch, "--publish")[0] == ExitCode.NOT_VALID
    assert len(contents(tmp_path)["signals"]) == 3
    assert cli(str(tmp_path), "--branch", raised.value.branch, "--publish", "--despite", "a test")[0] == ExitCode.OK
    assert len(contents(tmp_path)["signals"]) == 6


def test_a_column_that_changed_its_type_or_went_is_told_and_one_of_a_later_version_is_not(tmp_path: Path) -> None:
    own = Scene(tmp_path)
    own.publish(batch(5000))
    table = open_tables(own.catalog)["signals"]
    with table.update_schema(allow_incompatible_changes=True) as change:
        change.add_column("of_the_future", StringType())
        change.delete_column("click_count")
    with table.update_schema() as change:
        change.add_column("click_count", StringType())
    findings = check(published_since(own.catalog, None, TODAY))
    assert [(one.suite, one.examples) for one in findings if not one.holds] == [
        ("columns", [{"table": "signals", "column": "click_count", "state": "differs"}])
    ]


@pytest.mark.parametrize("share", [0.5, 3.0], ids=["half", "thrice"])
def test_a_day_of_half_or_thrice_the_usual_rows_passes(tmp_path: Path, share: float) -> None:
    """A holiday and a launch look like that: only a day that is all but empty stops a batch."""
    own, day = Scene(tmp_path), DAYS[8]
    rows = [session(10_000 + i, day) for i in range(round(PER_DAY * share))]
    own.publish({"sessions": rows}, Period(day, day))


def test_a_report_says_that_all_holds(scene: Scene) -> None:
    findings = check(published_since(scene.catalog, datetime(2099, 1, 1, tzinfo=UTC), TODAY))
    assert "every expectation holds" in page("now", findings)


def test_only_what_came_since_a_moment_is_looked_at(scene: Scene) -> None:
    moment = datetime.now(UTC)
    scene.publish(batch(9500))
    rows = {one.suite: one.rows for one in check(published_since(scene.catalog, moment, TODAY))}
    assert (rows["sessions"], rows["signals"]) == (3, 3)


def verdicts(findings: Sequence[Any]) -> list[tuple[str, str, str, int]]:
    return [(one.suite, one.type, one.what, one.unexpected) for one in findings]


@pytest.mark.slow
def test_great_expectations_comes_to_the_same_verdicts(scene: Scene) -> None:
    """On a sound warehouse, and on a batch that has every fault at once."""
    from replay_signals.pipelines.gate.greatexpectations import check_by_gx

    whole = published_since(scene.catalog, None, TODAY)
    assert verdicts(check_by_gx(whole)) == verdicts(check(whole))
    faulty: dict[str, Any] = {}
    for name, (fields, _) in FAULTS.items():
        if name not in ("not a number", "doubled id"):  # which pandas takes for null
            faulty |= fields
    rows = batch(9700, **faulty)
    rows["signals"] += [signal(9702, DAYS[4])]
    with pytest.raises(BatchStopped) as raised:
        scene.publish(rows)
    parts = parts_of(scene.catalog, raised.value.branch)
    waits = staged_batch(scene.catalog, parts.values(), TODAY)
    found = verdicts(check(waits))
    assert sum(unexpected > 0 for *_, unexpected in found) == len(FAULTS) - 1
    assert verdicts(check_by_gx(waits)) == found
    drop(scene.catalog, parts)
