"""mcp: problems for coding agents over the Model Context Protocol, by standard input and output or HTTP.

The server reads and never writes. Over HTTP it listens on 127.0.0.1 only, asks for a token, and refuses requests that a
page of another site made a browser send (Host and Origin).
"""

from __future__ import annotations

import functools
import hmac
import secrets
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from replay_signals.jobs import render
from replay_signals.jobs.cli_agents import TOKEN_VARIABLE
from replay_signals.jobs.exits import KNOWN
from replay_signals.pipelines.files.paths import InputError
from replay_signals.pipelines.secrets import redacted
from replay_signals.schemas.briefs import NOTICE

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

    from replay_signals.jobs.agent_tools import Sources

HOST = "127.0.0.1"
PATH = "/mcp"

MIN_TOKEN_CHARS = 16
INSTRUCTIONS = (
    "Problems that visitors of a site had, found in session replays. Begin with list_problems, then read_brief; "
    "read_timeline, read_page and read_script tell more of one. " + NOTICE
)


def run_stdio(sources: Sources) -> None:
    """Serves one client by standard input and output, until it goes away. Raises WarehouseError."""
    _check(sources)
    server_of(sources).run("stdio")


def run_http(sources: Sources, port: int, token: str | None) -> None:
    """Serves clients on this machine, until Ctrl-C. Raises WarehouseError, and InputError for too short a token."""
    import uvicorn

    _check(sources)
    app = http_app(sources, port, token_of(token))
    uvicorn.run(app, host=HOST, port=port, log_level="error", access_log=False, server_header=False)


def _check(sources: Sources) -> None:
    """Who starts the server hears of a warehouse that is not there, before an agent does."""
    from replay_signals.pipelines.iceberg.catalog import open_catalog

    open_catalog(sources.store.warehouse, sources.store.catalog, create=False)


def token_of(given: str | None) -> str:
    """The given token, else a new one, which is printed. Raises InputError."""
    if given is None:
        made = secrets.token_urlsafe(32)
        render.say(f"Token of this run (set {TOKEN_VARIABLE} to choose one): {made}")
        return made
    if len(given) < MIN_TOKEN_CHARS or not given.isascii() or not given.isprintable():
        raise InputError(f"A token needs {MIN_TOKEN_CHARS} printable characters or more: leave it out and one is made.")
    return given


def http_app(sources: Sources, port: int, token: str) -> ASGIApp:
    """The server as an application of HTTP, behind its token."""
    from mcp.server.transport_security import TransportSecuritySettings

    names = [f"{host}:{port}" for host in (HOST, "localhost")]
    allowed = TransportSecuritySettings(allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names])
    app = server_of(sources).streamable_http_app(
        streamable_http_path=PATH, stateless_http=True, json_response=True, transport_security=allowed, host=HOST
    )
    render.say(f"Serving http://{HOST}:{port}{PATH}; Ctrl-C ends it.")
    return WithToken(app, token)


class WithToken:
    """An application that answers only who knows a token (RFC 6750); others get 401 and nothing else."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._expected = app, f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Asks for the token, and passes on."""
        if scope["type"] == "http":
            given = [value for name, value in scope["headers"] if name == b"authorization"]
            if len(given) != 1 or not hmac.compare_digest(given[0], self._expected):
                from starlette.responses import PlainTextResponse

                words = f"Send the header 'Authorization: Bearer TOKEN' with the token of {TOKEN_VARIABLE}.\n"
                refusal = PlainTextResponse(words, 401, {"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def server_of(sources: Sources) -> MCPServer[Any]:
    """The server with its tools."""
    from mcp.server.mcpserver import MCPServer
    from mcp_types import ToolAnnotations

    from replay_signals.jobs.agent_tools import Tools

    tools = Tools(sources)
    server: MCPServer[Any] = MCPServer(
        name=render.NAME,
        title="Replay Signals",
        version=version(render.NAME),
        instructions=INSTRUCTIONS,
        log_level="CRITICAL",
    )
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False)
    for tool in tools.all():
        server.add_tool(_told(tool), annotations=reads)
    return server


def _told(tool: Callable[..., Any]) -> Callable[..., Any]:
    """A tool whose known errors are told to the agent in their own words, which say what to do next."""
    from mcp.server.mcpserver.exceptions import ToolError

    @functools.wraps(tool)
    def call(**arguments: Any) -> Any:
        try:
            return tool(**arguments)
        except Exception as error:  # what is none of these is raised again
            if any(kind.__name__ in KNOWN for kind in type(error).__mro__):
                raise ToolError(redacted(str(error))) from error
            raise

    return call
