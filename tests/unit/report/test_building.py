"""The files of a report, of rows that are made up."""

from __future__ import annotations

import html.parser
import json
from pathlib import Path

import pytest

from replay_signals.pipelines.report.writing import MARK, WRITING, ReportError, check_output, replacing
from replay_signals.transforms.report.names import page_name, session_key
from support.reports import OTHER, PROBLEM, hostile, session, shop, write

ALLOWED = {"a", "abbr", "article", "aside", "b", "body", "button", "caption", "circle", "code", "dd", "details", "div",
           "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "head", "header", "html", "iframe", "input",
           "label", "legend", "li", "line", "link", "main", "meta", "nav", "noscript", "ol", "option", "p", "path",
           "rect", "script", "section", "select", "span", "summary", "svg", "table", "tbody", "td", "th", "thead",
           "title", "tr", "ul"}  # fmt: skip


class Page(html.parser.HTMLParser):
    """Tags and attributes of a page, and whether a script or a style stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self.addresses: set[str] = set()
        self.inline: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in = tag
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.handlers.add(name)
            if name in ("href", "src"):
                self.addresses.add(value or "")

    def handle_data(self, data: str) -> None:
        if self._in in ("script", "style") and data.strip():
            self.inline.append(data)


def data_of(path: Path) -> object:
    (_, value) = json.loads(f"[{path.read_text().removeprefix('report.page(').removesuffix(');' + chr(10))}]")
    return value


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "report"
    built = write(folder, shop())
    assert (built.open_problems, built.problems, built.sessions, built.totals.visitors) == (1, 2, 3, 3)
    return folder


def test_it_has_every_page_and_a_page_for_each_problem(written: Path) -> None:
    names = {str(path.relative_to(written)) for path in written.rglob("*.html")}
    assert names == {"index.html", "sessions.html", "session.html", "capture.html", "about.html", "collections.html",
                     "pages.html", f"pages/{page_name('/cart')}.html", f"play/heat-{page_name('/cart')}.html",
                     f"problems/{PROBLEM}.html", f"problems/{OTHER}.html"}  # fmt: skip


def test_a_problem_has_its_days_its_examples_and_its_sessions(written: Path) -> None:
    page = (written / "problems" / f"{PROBLEM}.html").read_text()
    assert f"session.html#{session_key('t', 's0')}@19333" in page
    assert "Tue 24 Nov: 25.0% affected, 4 of 16 sessions" in page
    assert "sessions.html#where=problem%20%3D%20%270123456789abcdef%27" in page


def test_collections_lead_to_their_sessions(written: Path) -> None:
    page = (written / "collections.html").read_text()
    assert "mine" in page and "to look at" in page and f"session.html#{session_key('t', 's2')}" in page
    assert "worst-this-week" in page or "worst" in page


def test_pages_are_ranked_by_whom_they_hurt(written: Path) -> None:
    page = (written / "pages.html").read_text()
    assert f'href="pages/{page_name("/cart")}.html">/cart</a>' in page and "100 %" in page
    assert f"../play/heat-{page_name('/cart')}.html" in (written / "pages" / f"{page_name('/cart')}.html").read_text()


def test_what_happened_in_a_session_stands_in_order(written: Path) -> None:
    found = data_of(written / "data" / "timelines" / "0.js")
    assert isinstance(found, dict)
    moments = found[session_key("t", "s0")]["moments"]
    assert [one[1] for one in moments] == ["view", "event", "click", "signal", "error", "request", "console"]
    assert moments[2][2:4] == ['button "Pay"', "dead, no answer"] and moments[3][0] == 19_333
    assert moments[5][2:4] == ["POST /api/pay", "500, 120 ms"]


@pytest.mark.parametrize("rows", ["shop", "hostile"])
def test_pages_hold_no_markup_of_strangers(rows: str, tmp_path: Path) -> None:
    write(tmp_path / "report", {"shop": shop, "hostile": hostile}[rows]())
    pages = [path for path in (tmp_path / "report").rglob("*.html") if path.parent.name != "play"]
    assert len(pages) >= 9
    for path in pages:
        page = Page()
        page.feed(path.read_text())
        assert page.tags <= ALLOWED and page.handlers == set() and page.inline == [], path.name
        assert all(not one.startswith(("//", "http", "javascript", "data:")) for one in page.addresses), path.name
        assert "Content-Security-Policy" in path.read_text()
    for path in (tmp_path / "report" / "data").rglob("*.js"):
        assert not set("<>&\u2028\u2029") & set(path.read_text()), path.name


def test_names_of_files_are_our_own(tmp_path: Path) -> None:
    write(tmp_path / "report", hostile())
    for path in {*(tmp_path / "report").rglob("*")} - {tmp_path / "report" / "play" / "LICENCES.txt"}:
        assert not set(str(path.relative_to(tmp_path))) - set("abcdefghijklmnopqrstuvwxyz0123456789./-"), path


def test_examples_stay_when_few_sessions_are_asked_for(tmp_path: Path) -> None:
    rows = shop() | {"sessions": [session(f"s{n}", severity=float(n)) for n in range(300)]}
    few = write(tmp_path / "report", rows, most_sessions=2).sessions
    assert 3 <= few < 100
    assert f"The {few} worst of 300 sessions" in (tmp_path / "report" / "sessions.html").read_text()


def test_nothing_at_all_is_a_report_too(tmp_path: Path) -> None:
    assert write(tmp_path / "report", {})[:3] == (0, 0, 0)
    assert data_of(tmp_path / "report" / "data" / "problems" / "0.js") == []


def test_only_a_report_is_replaced_and_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    write(folder, shop())
    (folder / "old.html").write_text("of an older report")
    write(folder, {})
    assert not (folder / "old.html").exists() and (folder / MARK).exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    for path in (other, other / "thesis.txt"):
        with pytest.raises(ReportError, match="no report of Replay Signals"):
            check_output(path)


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "report", shop())
    with pytest.raises(RuntimeError), replacing(tmp_path / "report") as files:
        files.write("index.html", b"half")
        raise RuntimeError
    assert b"half" not in (tmp_path / "report" / "index.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_what_a_killed_report_left_goes_and_what_another_writes_stays(tmp_path: Path) -> None:
    path = tmp_path / "report"
    left = tmp_path / ".report-killed"
    left.mkdir()
    (left / WRITING).touch()
    kept = tmp_path / ".report-kept"
    with replacing(kept):
        pass
    with replacing(path) as other:
        other.write("index.html", b"other")
        with replacing(path) as own:
            own.write("index.html", b"own")
        assert (path / "index.html").read_bytes() == b"own"
    assert (path / "index.html").read_bytes() == b"other"
    assert {one.name for one in tmp_path.iterdir()} == {"report", kept.name}
