"""The canary over runs: what commands print, log and write, decoded and searched for every mark of the recordings.

A new command, table or kind of file fails here until it is searched, or is said to hold nothing of a recording.
"""

from __future__ import annotations

import asyncio
import base64
import http.server
import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import msgspec
import pytest
import typer.main
from mcp import Client

from replay_signals.jobs import exits
from replay_signals.jobs.agent_tools import Sources
from replay_signals.jobs.agents import server_of
from replay_signals.jobs.cli import app
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.catalog import open_catalog
from replay_signals.pipelines.inbox.folder import current
from replay_signals.pipelines.privacy import KEY_VARIABLE
from replay_signals.pipelines.problems import learning
from replay_signals.schemas.messages import Reason
from replay_signals.schemas.rows import FED_TABLES
from replay_signals.transforms.evidence import extract
from support.canary import FEW, SESSION, TEAM, kafka_values, requests, visited_again
from support.canary_marks import PLAYED, Marks, decoded
from support.exhaustive import first_then_exhaustive
from support.gate_scene import append
from support.leftovers import texts_in
from support.warehouses import rows

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]

PRINTED: dict[str, tuple[str, ...]] = {
    "detect": ("IN/visit.jsonl", "IN/kafka.jsonl"),
    "detect --json": ("IN/visit.jsonl", "--json"),
    "detect --jsonl": ("IN/visit.jsonl", "IN/kafka.jsonl", "--jsonl", "--top", "0"),
    "detect --dead-letters": ("IN/visit.jsonl", "IN/kafka.jsonl", "--dead-letters", "OUT/letters.jsonl"),
    "detect --format": ("IN/visit.jsonl", "--format", "rrweb"),
    "detect --rules": ("IN/visit.jsonl", "--rules", "IN/visit.jsonl"),
    "privacy check": ("IN/visit.jsonl", "IN/kafka.jsonl", "--samples", "0"),
    "privacy check --json": ("IN/visit.jsonl", "IN/kafka.jsonl", "--samples", "0", "--json"),
    "privacy audit": ("WAREHOUSE",),
    "privacy audit --json": ("WAREHOUSE", "--json"),
    "backfill": ("IN/visit.jsonl", "IN/again.jsonl", "IN/kafka.jsonl", "-w", "WAREHOUSE"),
    "backfill --json": ("IN/visit.jsonl", "IN/again.jsonl", "IN/kafka.jsonl", "-w", "WAREHOUSE", "--json"),
    "rejudge": ("-w", "WAREHOUSE"),
    "rejudge --json": ("-w", "WAREHOUSE", "--json"),
    "rank": ("WAREHOUSE", "--top", "0"),
    "rank --json": ("WAREHOUSE", "--json"),
    "rank --rules": ("WAREHOUSE", "--rules", "IN/few.toml", "--top", "0"),
    "script": ("PROBLEM", "WAREHOUSE"),
    "script --json": ("PROBLEM", "WAREHOUSE", "--json"),
    "script --recordings": (SESSION, "--recordings", "IN/visit.jsonl"),
    "brief": ("PROBLEM", "WAREHOUSE"),
    "brief --json": ("PROBLEM", "WAREHOUSE", "--json"),
    "priors": ("WAREHOUSE",),
    "priors --json": ("WAREHOUSE", "--json"),
    "sessions": ("-w", "WAREHOUSE", "--limit", "0"),
    "sessions --json": ("-w", "WAREHOUSE", "--limit", "0", "--json"),
    "signals": ("-w", "WAREHOUSE", "--limit", "0"),
    "signals --json": ("-w", "WAREHOUSE", "--limit", "0", "--json"),
    "funnel": ("$pageview", "$autocapture", "-w", "WAREHOUSE"),
    "funnel --json": ("$pageview", "$autocapture", "-w", "WAREHOUSE", "--json"),
    "heatmap": ("PAGE", "-w", "WAREHOUSE", "--recordings", "IN/visit.jsonl", "-o", "PLAYED"),
    "heatmap --json": ("PAGE", "-w", "WAREHOUSE", "--json"),
    "groups": ("-w", "WAREHOUSE", "--limit", "0"),
    "groups --json": ("-w", "WAREHOUSE", "--limit", "0", "--json"),
    "session": ("SESSION", "-w", "WAREHOUSE", "--limit", "0"),
    "session --json": ("SESSION", "-w", "WAREHOUSE", "--json"),
    "collections save": ("own", "--where", "severity > 0", "-w", "WAREHOUSE"),
    "collections list": ("-w", "WAREHOUSE"),
    "collections show": ("own", "-w", "WAREHOUSE", "--limit", "0"),
    "collections show --json": ("own", "-w", "WAREHOUSE", "--limit", "0", "--json"),
    "collections add": ("some", "SESSION", "-w", "WAREHOUSE"),
    "funnel --by": ("$pageview", "view: page is not null", "-w", "WAREHOUSE", "--by", "page"),
    "trend": ("$pageview", "signal: severity >= 0", "-w", "WAREHOUSE", "--by", "page"),
    "trend --json": ("$pageview", "click: element is not null", "-w", "WAREHOUSE", "--by", "person.plan", "--json"),
    "retention": ("$pageview", "-w", "WAREHOUSE", "--by", "page"),
    "retention --json": ("$pageview", "-w", "WAREHOUSE", "--period", "hour", "--json"),
    "compare": ("-w", "WAREHOUSE", "--where", "severity > 0"),
    "compare --json": ("-w", "WAREHOUSE", "--where", "severity > 0", "--json"),
    "inbox": ("WAREHOUSE/inbox", "--top", "0"),
    "inbox --json": ("WAREHOUSE/inbox", "--json"),
    "inbox show": ("ID", "WAREHOUSE/inbox"),
    "inbox confirm": ("PROBLEM", "-w", "WAREHOUSE"),
    "inbox snooze": ("PROBLEM", "-w", "WAREHOUSE", "--until", "2099-01-01", "--reason", "later"),
    "inbox dismiss": ("PROBLEM", "-w", "WAREHOUSE", "--reason", "as meant"),
    "inbox fixed": ("PROBLEM", "-w", "WAREHOUSE", "--release", "2.0"),
    "inbox post": ("URL", "--folder", "WAREHOUSE/inbox", "--ledger", "OUT/posted.db", "--until-quiet", "0"),
    "report": ("WAREHOUSE", "--output", "OUT/report"),
    "report --recordings": ("WAREHOUSE", "--output", "PLAYED/report", "--recordings", "IN", "--stills", "0"),
    "report --json": ("WAREHOUSE", "--output", "OUT/report", "--json"),
    "validate": ("WAREHOUSE", "--report", "OUT/report.html"),
    "validate --json": ("WAREHOUSE", "--json"),
    "validate --new": ("WAREHOUSE", "--new", "--patience", "0", "--metrics", "OUT/tables.prom"),
    "maintain": ("-w", "WAREHOUSE", "--only-orphans"),
    "repair": ("-w", "WAREHOUSE"),
}
"""Commands that meet recordings or what is made of them, each with its arguments; an option tells two runs apart."""
ENDS = {"detect --rules": exits.ExitCode.USAGE} | dict.fromkeys(
    ("script", "script --json", "script --recordings"), exits.ExitCode.NOTHING
)
"""Runs that do not end with 0; every address of the marked pages is masked, so no script can open one."""
POSTED = {"inbox post"}
"""Searched where its endpoint is."""
SERVED = {"mcp", "fix"}
"""Asked by a client in a test below; `fix` writes what `brief` and `script` print."""
STREAMED = {"stream", "replay", "deadletters list", "deadletters replay", "inbox follow"}
"""Searched in tests/services/test_canary_stream.py."""
NOTHING = {
    "serve": "shows on localhost what `report` writes",
    "rules": "prints settings",
    "simulate": "makes up its own sessions",
    "formats": "prints names of formats",
    "stack up": "starts programs",
    "stack down": "stops programs",
    "stack status": "prints ports",
    "stack clear": "deletes",
    "collections remove": "takes out what somebody names",
    "collections delete": "deletes",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary")


@pytest.fixture(scope="module")
def marks(folder: Path) -> Marks:
    """The marks of all input, which is written here."""
    m = Marks()
    inputs = folder / "in"
    inputs.mkdir()
    (inputs / "few.toml").write_text(FEW)
    visit = requests(m)
    (inputs / "visit.jsonl").write_text("\n".join(visit) + "\n")
    (inputs / "again.jsonl").write_text("\n".join(visited_again(visit)) + "\n")
    names = {"snapshots": "session_recording_snapshot_item_events", "events": "clickhouse_events_json"}
    lines = [
        {
            "topic": names[role],
            "partition": 0,
            "offset": offset,
            "timestamp": 1_795_490_001_000 + offset,
            "headers": {"token": TEAM},
            "value": base64.b64encode(value).decode(),
            "value_encoding": "base64",
        }
        for offset, (role, value) in enumerate(kafka_values(m))
    ]
    (inputs / "kafka.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    return m


@pytest.fixture(scope="module")
def posted() -> Iterator[tuple[str, list[str]]]:
    """An endpoint, and what it was sent."""
    bodies: list[str] = []

    class Tracker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tracker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tickets", bodies
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(
    run_cli: Run,
    folder: Path,
    posted: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Callable[..., tuple[int, list[str]]]:
    """Runs a command as people do; gives its exit code and all that it printed and logged."""
    monkeypatch.setenv(KEY_VARIABLE, "canary")
    (folder / "out").mkdir(exist_ok=True)
    caplog.set_level(logging.DEBUG)

    def start(name: str, *, debug: bool = False) -> tuple[int, list[str]]:
        words = [word for word in name.split() if not word.startswith("--")]
        places = {
            "URL": posted[0],
            "IN": str(folder / "in"),
            "OUT": str(folder / "out"),
            "WAREHOUSE": str(folder / "warehouse"),
            "PLAYED": str(folder / "played"),
        }
        arguments = [_placed(argument, places, folder) for argument in PRINTED[name]]
        caplog.clear()
        code, out, err = run_cli(*(["--debug"] if debug else []), *words, *arguments)
        return code, [out, err, *(record.getMessage() for record in caplog.records), *posted[1]]

    return start


def _placed(argument: str, places: dict[str, str], folder: Path) -> str:
    if argument in ("ID", "PROBLEM"):
        records = current(folder / "warehouse" / "inbox").values()
        return next(one.id for one in records if argument == "ID" or one.record_type == "problem")
    if argument == "PAGE":
        return str(next(row.page_pattern for row in rows(folder / "warehouse", "page_views")))
    if argument == "SESSION":
        return str(max(rows(folder / "warehouse", "sessions"), key=lambda row: row.signal_count).session_id)
    head, slash, rest = argument.partition("/")
    return places.get(head, head) + slash + rest


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that one can type."""
    below = getattr(group, "commands", {})
    for name, command in below.items():
        yield from commands(command, path if name == "[FOLDER]" else (*path, name))
    if not below:
        yield " ".join(path)


def test_every_command_is_searched_or_has_nothing_to_search() -> None:
    every = set(commands(typer.main.get_command(app)))
    known = {" ".join(word for word in name.split() if not word.startswith("--")) for name in PRINTED} - {"inbox show"}
    assert every == known | POSTED | SERVED | STREAMED | NOTHING.keys()
    assert not known & NOTHING.keys()


FIRST = ("backfill", "backfill --json")
"""A backfill makes what the commands after it read."""


@pytest.mark.parametrize("debug", first_then_exhaustive([True, False]), ids=["debug", "plain"])
@pytest.mark.parametrize("name", sorted(PRINTED, key=FIRST.__contains__, reverse=True))
def test_nothing_marked_is_printed_or_logged(
    run: Callable[..., tuple[int, list[str]]], marks: Marks, name: str, debug: bool
) -> None:
    code, said = run(name, debug=debug)
    assert code == ENDS.get(name, exits.ExitCode.OK), said
    assert marks.found_in(said) == {}


def test_nothing_marked_is_in_a_file(
    run: Callable[..., tuple[int, list[str]]], marks: Marks, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backfill")
    run("detect --dead-letters")
    run("rank --rules")
    run("report")
    monkeypatch.setattr(learning, "MIN_VISITORS", 1)
    run("priors")
    for table in (*FED_TABLES, "problems", "capture_days", "priors"):
        assert rows(folder / "warehouse", table) != [], f"{table}: nothing in it to search"
    for place in ("warehouse", "out"):
        texts = list(texts_in(folder / place))
        assert len(texts) > 10
        assert marks.found_in(texts) == {}


def test_nothing_marked_is_told_of_a_fault_of_the_tables(
    run_cli: Run, marks: Marks, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "canary")
    warehouse = tmp_path / "w"
    run_cli("backfill", str(folder / "in" / "visit.jsonl"), "-w", str(warehouse))
    wrong = msgspec.structs.replace(rows(warehouse, "signals")[0], confidence=1.5)
    append(open_catalog(str(warehouse)), {"signals": [wrong]})
    where = (str(warehouse), "--new", "--patience", "0", "--metrics", str(tmp_path / "tables.prom"))
    said = run_cli("validate", *where)
    assert said[0] == exits.ExitCode.NOT_VALID, said
    (told,) = (one for one in current(warehouse / "inbox").values() if one.fault and "confidence" in one.fault.what)
    shown = run_cli("inbox", "show", told.id, str(warehouse / "inbox"))
    assert told.fault
    assert told.fault.report.encode() in b" ".join(str(path).encode() for path in warehouse.rglob("*.html"))
    assert marks.found_in([*decoded([said, shown]), *texts_in(tmp_path)]) == {}


def test_what_is_drawn_of_a_page_shows_its_controls_alone(
    run: Callable[..., tuple[int, list[str]]], marks: Marks, folder: Path
) -> None:
    run("backfill")
    run("heatmap")
    run("rank --rules")
    run("report --recordings")
    texts = list(texts_in(folder / "played"))
    assert any('"tagName"' in text or "tagName" in text for text in texts)
    assert set(marks.found_in(texts).values()) <= PLAYED


def test_nothing_marked_is_posted_or_remembered_of_it(
    run: Callable[..., tuple[int, list[str]]], run_cli: Run, marks: Marks, folder: Path, tmp_path: Path
) -> None:
    run("backfill")
    run("rank --rules")
    posted: list[tuple[dict[str, str], bytes]] = []

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(posted) in (2, 3) else 204)  # each refusal costs a pause
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/problems"
        inbox, ledger = str(folder / "warehouse" / "inbox"), str(tmp_path / "posted.db")
        said = run_cli("inbox", "post", url, "--folder", inbox, "--ledger", ledger, "--until-quiet", "0.5")
        server.shutdown()
    assert said[0] == exits.ExitCode.OK, said
    assert posted
    assert marks.found_in([*decoded([said, posted]), *texts_in(tmp_path)]) == {}


def test_nothing_marked_is_told_to_agents(
    run: Callable[..., tuple[int, list[str]]], marks: Marks, folder: Path
) -> None:
    run("backfill")
    run("rank --rules")
    server = server_of(Sources(Store(str(folder / "warehouse")), [str(folder / "in" / "visit.jsonl")]))

    async def asked() -> tuple[list[str], list[str]]:
        """What the tables are asked for, and pages."""
        async with Client(server) as client:

            async def items(tool: str, **arguments: object) -> list[dict[str, str]]:
                found = (await client.call_tool(tool, {"limit": 100, **arguments})).structured_content
                said.append(json.dumps(found))
                return list((found or {})["items"])

            said: list[str] = []
            problems, sessions = await items("list_problems"), await items("find_sessions")
            await items("find_signals")
            for session in sessions:
                await items("read_timeline", session=session["session_id"])
            for problem in problems[:5]:
                brief = await client.call_tool("read_brief", {"problem": problem["problem_id"]})
                said.extend(map(str, brief.content))
            at = [{"session": one["session_id"], "at_ms": 60_000} for one in sessions]
            return said, [str((await client.call_tool("read_page", one)).content) for one in at]

    said, pages = asyncio.run(asked())
    assert len(said) > 10
    assert marks.found_in(decoded(said)) == {}
    assert any("<html" in page for page in pages)
    assert set(marks.found_in(decoded(pages)).values()) <= PLAYED


def test_a_bug_that_quotes_its_input_tells_nobody(
    run: Callable[..., tuple[int, list[str]]], marks: Marks, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: object, policy: object) -> None:
        raise ValueError(f"cannot read {message}")

    monkeypatch.setattr(extract, "digested", broken)
    _, said = run("detect --dead-letters", debug=True)
    assert Reason.INTERNAL in "".join(said)
    assert marks.found_in([*said, *texts_in(folder / "out")]) == {}


def test_without_rules_it_would_be_found(marks: Marks, folder: Path, run_cli: Run) -> None:
    """Else the search would see nothing."""
    rules = folder / "off.toml"
    rules.write_text("[privacy]\nenabled = false\n")
    arguments = [str(folder / "in" / "visit.jsonl"), "--rules", str(rules)]
    _, out, _ = run_cli("detect", "--jsonl", *arguments)
    assert len(marks.found_in([out])) > 60
    run_cli("backfill", *arguments, "-w", str(folder / "off"))
    for place in ("replay/message_digests", "replay/events", "replay/dead_letters", "replay/signals", "inbox"):
        assert len(marks.found_in(texts_in(folder / "off" / place))) > 5, place


def test_a_file_that_nobody_can_search_fails(tmp_path: Path) -> None:
    (tmp_path / "new.bin").write_bytes(b"x")
    with pytest.raises(AssertionError, match="add a reader"):
        list(texts_in(tmp_path))
