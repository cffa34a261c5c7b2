"""A headless Chromium for tests of pages: what it complained of, what it loaded, and what it wanted from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from replay_signals.pipelines.playback.browser import chromium

WAIT_MS = 15_000
_OWN_HOSTS = ("*.googleapis.com", "*.google.com", "*.gvt1.com", "*.gstatic.com")
"""Whom Chromium asks on its own account (for parts of itself, within seconds of its start, whatever the flags)."""
DRAWN = """text => location.hash.includes(new URLSearchParams({where: text}))
    && !document.getElementById('fault').textContent
    && document.getElementById('status').textContent.includes(' of ')"""
KIND = """async text => {
    const known = await report.load("filter");
    try { report.filter(text, known); return ""; } catch (error) {
        return error instanceof report.ElsewhereError ? "ElsewhereError" : error.constructor.name;
    }
}"""


def every_host_at(port: int) -> str:
    """The flag by which every host that a page names is this port of this machine; Chromium's own are nowhere."""
    own = [f"MAP {host} ~NOTFOUND" for host in _OWN_HOSTS]
    return f"--host-resolver-rules={','.join([*own, f'MAP * 127.0.0.1:{port}'])}"


class Tab:
    """One page of a report that lies in a folder, or behind an address."""

    def __init__(self, page: Any, root: str) -> None:
        self.page, self._root = page, root
        self.complaints: list[str] = []
        self.loaded: list[str] = []
        self.outside: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        self.loaded.append(request.url)
        if not request.url.startswith((self._root, "about:")):
            self.outside.append(request.url)

    def open(self, name: str) -> None:
        """A page of the report, loaded anew also where only the part after `#` differs."""
        self.page.goto("about:blank")
        self.loaded.clear()
        self.page.goto(f"{self._root}/{name}")

    def settled(self, words: str) -> None:
        """Waits until the page says that it shows this."""
        self.page.wait_for_function("words => document.getElementById('status').textContent === words", arg=words)

    def focused(self) -> str:
        """The text of what has the focus."""
        text: str = self.page.evaluate("document.activeElement.innerText.trim()")
        return text

    def filtered(self, text: str) -> list[str]:
        """Visitors of the sessions that a filter keeps, in the order of the list."""
        self.page.get_by_label("Where").fill(text)
        self.page.get_by_label("Where").press("Enter")
        self.page.wait_for_function(DRAWN, arg=text)
        self.page.wait_for_timeout(30)
        found: list[str] = self.page.locator("#sessions tr a.title").all_inner_texts()
        return found

    def refused(self, text: str) -> str:
        """The kind of error that a filter is, empty when it is none."""
        kind: str = self.page.evaluate(KIND, text)
        return kind


class Browser:
    """A running browser."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    @contextmanager
    def tab(self, root: Path | str) -> Iterator[Tab]:
        """A tab with storage of its own."""
        with self._browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light") as context:
            yield Tab(context.new_page(), root.as_uri() if isinstance(root, Path) else root)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without window."""
    with chromium() as launched:
        yield Browser(launched)
