"""The server for agents, asked by the protocol's own client: in this process, over standard streams, over HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from replay_signals.jobs.agent_answers import MAX_BYTES
from replay_signals.jobs.agent_tools import Sources
from replay_signals.jobs.agents import PATH, TOKEN_VARIABLE, server_of
from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.ranking import run_rank
from replay_signals.pipelines.inbox.folder import current
from replay_signals.pipelines.playback.browser import find_chromium
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.briefs import NOTICE
from replay_signals.schemas.rules import Rules, Traffic
from support.samples import EXAMPLES
from support.warehouses import backfill, store_of

pytestmark = pytest.mark.slow
SESSION = "01a20b8f-abc2-7ce0-8e3d-169320b07989"
RECORDING = EXAMPLES / "s0027.posts.jsonl.gz"
TOOLS = [
    "list_problems",
    "read_brief",
    "read_timeline",
    "read_page",
    "read_still",
    "read_script",
    "find_sessions",
    "find_signals",
]
COMMAND = [sys.executable, "-c", "from replay_signals.jobs.cli import main; main()", "mcp"]
TOKEN = "a-token-that-is-long-enough"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A visit of a small shop with some faults, ranked."""
    folder = tmp_path_factory.mktemp("agents")
    backfill(folder, RECORDING)
    rules = Rules(traffic=Traffic(bots=False))
    run_rank(store_of(folder), rules, Limits(), into_folder(str(folder / "inbox"), Limits()))
    return folder


@pytest.fixture(scope="module")
def ask(warehouse: Path) -> Ask:
    """Asks a tool of a server in this process; gives what it answered, or its error as the error of the test."""
    server = server_of(Sources(store_of(warehouse), [str(RECORDING)]))

    def asked(tool: str, **arguments: Any) -> Any:
        async def once() -> Any:
            async with Client(server) as client:
                return await client.call_tool(tool, arguments)

        found = asyncio.run(once())
        text = found.content[0].text
        if found.is_error:
            raise ValueError(text)
        return text if found.structured_content is None or "result" in found.structured_content else json.loads(text)

    return asked


def test_every_tool_says_what_it_does_takes_and_gives_and_that_it_only_reads(warehouse: Path) -> None:
    async def listed() -> Any:
        async with Client(server_of(Sources(store_of(warehouse)))) as client:
            return (await client.list_tools()).tools, client.instructions

    tools, instructions = asyncio.run(listed())
    assert [tool.name for tool in tools] == TOOLS
    assert NOTICE in instructions
    for tool in tools:
        assert tool.description
        assert tool.output_schema or tool.name == "read_still"
        assert tool.annotations.read_only_hint
        for name, schema in tool.input_schema["properties"].items():
            assert schema["description"], f"{tool.name}: {name}"


def test_from_the_list_to_the_brief_to_the_moment(ask: Ask) -> None:
    listed = ask("list_problems", limit=100)
    assert listed["notice"] == NOTICE
    assert [one["severity"] for one in listed["items"]] == sorted(
        (o["severity"] for o in listed["items"]), reverse=True
    )
    coupon = next(one for one in listed["items"] if one["element_key"] == "testid=apply-coupon")
    brief = ask("read_brief", problem=coupon["problem_id"][:6])
    assert NOTICE in brief
    assert f"session `{SESSION}`" in brief
    fields = json.loads(ask("read_brief", problem=coupon["problem_id"], form="json"))
    at_ms = fields["examples"][0]["offset_ms"]
    told = ask("read_timeline", session=SESSION, from_ms=at_ms, limit=5)["items"]
    assert {"signal", "click"} <= {one["what"] for one in told}
    page = ask("read_page", session=SESSION, at_ms=at_ms, element="testid=apply-coupon")
    assert '<button id="dead" data-testid="apply-coupon">Apply coupon</button>' in page
    click = next(one["offset_ms"] for one in told if one["what"] == "click")
    assert "<button" in ask("read_page", session=SESSION, at_ms=click, element="clicked")
    assert "<body>" in ask("read_page", session=SESSION, at_ms=at_ms)
    assert "def reproduce(page: Page)" in brief
    script = ask("read_script", problem=coupon["problem_id"], base_url="http://127.0.0.1:1")
    compile(script, "script", "exec")
    assert "BASE_URL = 'http://127.0.0.1:1'" in script


def test_sessions_and_signals_are_found_by_a_condition(ask: Ask) -> None:
    (session,) = ask("find_sessions", where="signal = 'error_click' and device_type = 'Desktop'")["items"]
    assert session["session_id"] == SESSION
    assert "distinct_id" not in session
    assert ask("find_sessions", where="severity > 1000")["items"] == []
    missed = ask("find_sessions", where="device_type = 'Dekstop'")
    assert missed["items"] == []
    assert any("Desktop" in hint for hint in missed["hints"])
    signals = ask("find_signals", where="kind = 'error_click'", limit=100)["items"]
    assert {one["kind"] for one in signals} == {"error_click"}


def test_a_cursor_leads_through_everything_once(ask: Ask) -> None:
    whole = ask("read_timeline", session=SESSION, limit=100)["items"]
    found: list[Any] = []
    cursor, answers = "", 0
    while answers == 0 or cursor:
        part = ask("read_timeline", session=SESSION, limit=25, cursor=cursor)
        found, cursor, answers = [*found, *part["items"]], part["next_cursor"], answers + 1
    assert found[: len(whole)] == whole
    assert answers == -(-len(found) // 25)
    offsets = [one["offset_ms"] for one in found]
    assert offsets == sorted(offsets)


def test_an_answer_is_bounded(ask: Ask) -> None:
    for tool, arguments in (("list_problems", {}), ("read_timeline", {"session": SESSION}), ("find_signals", {})):
        assert len(json.dumps(ask(tool, limit=100, **arguments), indent=2)) <= MAX_BYTES + 1_000
    assert len(ask("read_page", session=SESSION, at_ms=30_000)) <= MAX_BYTES


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("read_brief", {"problem": "zzzzzzzz"}, "`list_problems` lists ids"),
        ("read_timeline", {"session": "nobody"}, "find_sessions lists them"),
        ("read_timeline", {"session": SESSION, "from_ms": 10**9}, "or from 0"),
        ("read_timeline", {"session": SESSION, "kinds": ["clicks"]}, "'click'"),
        ("read_page", {"session": "nobody", "at_ms": 1}, "find_sessions lists them"),
        ("read_page", {"session": SESSION, "at_ms": 30_000, "element": "button#no"}, "leave element out"),
        ("read_page", {"session": SESSION, "at_ms": 30_000, "window": "w"}, "there are"),
        ("read_page", {"session": SESSION, "at_ms": 1, "element": "clicked"}, "read_timeline"),
        ("find_sessions", {"where": "sevrity > 3"}, "do you mean severity?"),
        ("find_sessions", {"cursor": "abc"}, "leave it out"),
        ("list_problems", {"limit": 1000}, "less than or equal to 100"),
    ],
)
def test_an_error_says_what_to_do_next(ask: Ask, tool: str, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        ask(tool, **arguments)


def test_a_cursor_of_another_question_is_refused(ask: Ask) -> None:
    cursor = ask("find_signals", limit=1)["next_cursor"]
    with pytest.raises(ValueError, match="same arguments"):
        ask("find_signals", limit=2, cursor=cursor)


def test_without_recordings_pages_are_asked_for(warehouse: Path) -> None:
    async def once() -> Any:
        async with Client(server_of(Sources(store_of(warehouse)))) as client:
            return await client.call_tool("read_page", {"session": SESSION, "at_ms": 30_000})

    found = asyncio.run(once())
    assert found.is_error
    assert "--recordings" in found.content[0].text


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")
def test_a_picture_shows_the_page_at_the_moment(warehouse: Path) -> None:
    async def once() -> Any:
        async with Client(server_of(Sources(store_of(warehouse), [str(RECORDING)]))) as client:
            asked = {"session": SESSION, "at_ms": 30_000, "element": "testid=apply-coupon"}
            return (await client.call_tool("read_still", asked)).content[0]

    still = asyncio.run(once())
    assert still.mime_type == "image/png"
    assert base64.b64decode(still.data).startswith(b"\x89PNG")


def test_a_client_is_served_by_standard_input_and_output(warehouse: Path) -> None:
    async def once() -> Any:
        served = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], str(warehouse)], env=dict(os.environ))
        async with Client(served) as client:
            return client.server_info, await client.call_tool("list_problems", {"limit": 1})

    info, found = asyncio.run(once())
    assert info.name == "replay-signals"
    assert len(found.structured_content["items"]) == 1


@pytest.fixture(scope="module")
def served(warehouse: Path) -> Iterator[str]:
    """The URL of a server that listens here, with TOKEN."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [*COMMAND, str(warehouse), "--http", str(port)]
    server = subprocess.Popen(command, env=os.environ | {TOKEN_VARIABLE: TOKEN}, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    said = server.stderr.readline()
    assert "Serving" in said, said
    assert TOKEN not in said
    url = f"http://127.0.0.1:{port}{PATH}"
    while server.poll() is None:
        try:
            httpx2.get(url)
            break
        except httpx2.ConnectError:
            continue
    yield url
    server.send_signal(signal.SIGINT)
    server.wait(30)


def test_a_client_with_the_token_is_served_over_http(served: str) -> None:
    async def once() -> Any:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
        async with http, Client(streamable_http_client(served, http_client=http)) as client:
            return await client.call_tool("list_problems", {"limit": 1})

    assert len(asyncio.run(once()).structured_content["items"]) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"bearer {TOKEN}x"}, 401),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "evil.test"}, 421),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.test"}, 403),
    ],
)
def test_others_are_refused(served: str, headers: dict[str, str], status: int) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accepted = {"Accept": "application/json, text/event-stream"}
    answered = httpx2.post(served, json=body, headers=accepted | headers)
    assert answered.status_code == status
    assert "list_problems" not in answered.text


@pytest.mark.parametrize("more", [[], ["--http", "9999"]], ids=["stdio", "http"])
def test_who_starts_it_without_a_warehouse_is_told(
    tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]], more: list[str]
) -> None:
    code, out, err = run_cli("mcp", str(tmp_path / "nowhere"), *more)
    assert (code, out) == (ExitCode.STORE, "")
    assert "no warehouse at" in err.replace("\n", " ")


def test_only_this_machine_is_listened_to(served: str) -> None:
    port = int(served.rpartition(":")[2].partition("/")[0])
    with socket.socket() as other:
        other.bind(("127.0.0.2", port))  # free: the server has 127.0.0.1 alone


def test_the_example_problem_is_in_the_inbox_too(warehouse: Path) -> None:
    assert any("apply-coupon" in one.brief for one in current(warehouse / "inbox").values())
