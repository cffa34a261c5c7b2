"""A small client of the DevTools protocol: one connection to a browser, a session for each tab.

Nothing is switched on that a visitor's browser would not have: no focus emulation, no device metrics, no interception
of dialogs or downloads. The hand works through the window system (`hand.py`); the protocol only runs scripts in pages,
loads addresses and tells what happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

ANSWER_S = 12.0
"""A page that hangs longer than this is lost."""
Heard = Callable[[dict[str, Any]], None]


class Lost(Exception):
    """The page or the browser does not answer any more."""


class Browser:
    """A connection to a browser's DevTools port."""

    def __init__(self, link: ClientConnection) -> None:
        self._link, self._numbers = link, itertools.count(1)
        self._open: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._ears: dict[str, list[tuple[str, Heard]]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def at(cls, port: int) -> Self:
        """Waits until the browser listens."""
        from websockets.asyncio.client import connect

        for _ in range(200):
            with contextlib.suppress(OSError):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=2) as answer:
                    address = json.load(answer)["webSocketDebuggerUrl"]
                return cls(await connect(address, max_size=None, ping_interval=None))
            await asyncio.sleep(0.1)
        raise Lost("the browser did not start")

    async def _read(self) -> None:
        with contextlib.suppress(Exception):
            async for text in self._link:
                message = json.loads(text)
                future = self._open.pop(message.get("id", 0), None)
                if future is not None and not future.done():
                    future.set_result(message)
                for method, heard in list(self._ears.get(message.get("sessionId", ""), ())):
                    if method == message.get("method"):
                        heard(message["params"])
        for future in self._open.values():
            if not future.done():
                future.set_result({"error": {"message": "the connection ended"}})

    async def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The result of a command; `Lost` when it fails or nothing comes."""
        number = next(self._numbers)
        future = self._open[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        try:
            await self._link.send(json.dumps(message))
            answer = await asyncio.wait_for(future, ANSWER_S)
        except Exception as error:
            raise Lost(f"{method}: {error!r}") from error
        if "error" in answer:
            raise Lost(f"{method}: {answer['error'].get('message')}")
        return dict(answer["result"])

    def on(self, session: str, method: str, heard: Heard) -> None:
        """Calls back for each such event of a session (`""`: of the browser)."""
        self._ears.setdefault(session, []).append((method, heard))

    def deaf(self) -> None:
        """Nobody listens any more."""
        self._ears.clear()

    async def close(self) -> None:
        """Quits the browser as its menu does: pages are left and may send their last words."""
        with contextlib.suppress(Lost):
            await self.send("Browser.close")
        await asyncio.sleep(0.3)
        self._reading.cancel()
        with contextlib.suppress(Exception):
            await self._link.close()


class Tab:
    """One tab."""

    def __init__(self, browser: Browser, session: str, target: str) -> None:
        self.browser, self.session, self.target = browser, session, target

    @classmethod
    async def attach(cls, browser: Browser, target: str) -> Self:
        """A session of a target, with page and script events on."""
        answer = await browser.send("Target.attachToTarget", targetId=target, flatten=True)
        tab = cls(browser, answer["sessionId"], target)
        await tab.send("Page.enable")
        await tab.send("Runtime.enable")
        return tab

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """A command to this tab."""
        return await self.browser.send(method, self.session, **params)

    def on(self, method: str, heard: Heard) -> None:
        """Calls back for each such event of this tab."""
        self.browser.on(self.session, method, heard)

    async def run(self, function: str, *args: Any) -> Any:
        """What a JavaScript function returns in the page; promises are awaited."""
        source = f"({function})({', '.join(json.dumps(a) for a in args)})"
        answer = await self.send("Runtime.evaluate", expression=source, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Lost(str(answer["exceptionDetails"].get("exception", {}).get("description", "script failed"))[:200])
        return answer["result"].get("value")

    async def loaded(self, seconds: float = 10) -> None:
        """Waits until the document is complete."""
        for _ in range(int(seconds / 0.1)):
            with contextlib.suppress(Lost):
                if await self.run("() => document.readyState") == "complete":
                    return
            await asyncio.sleep(0.1)

    async def goto(self, url: str) -> None:
        """As from the address bar."""
        await self.send("Page.navigate", url=url)
        await asyncio.sleep(0.15)
        await self.loaded()
