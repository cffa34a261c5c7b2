"""The generator of labelled recordings: what decides about labels, and what pages get from its server.

The browser itself is not started here; `sites/record.py` needs Xvfb, Chromium and packages that nothing else does.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent / "sites"))

import backend
import labels
import pixels
import server
import split
from hand import LEFT, Hand
from new_sites import NEW_SITES
from site_facts import Site
from sites import FIRST_SITES
from unseen_sites import UNSEEN_SITES
from visitor import ACTS, EACH, program

PARTS = {"development": split.DEVELOPMENT, "held-out": split.HELD_OUT, "unseen": split.UNSEEN}
PAGES = Path(__file__).parent / "sites" / "pages"


def test_the_split_is_by_site_and_stays_as_it_was_drawn() -> None:
    assert sorted(s.name for s in NEW_SITES) == sorted(split.NEW_SITES)
    assert {"bazaar", "creative", "crm", "handbook", "helpdesk", "rooms", "signup", "sketch"} == split.DEVELOPMENT
    assert set(split.NEW_SITES) - split.DEVELOPMENT == split.HELD_OUT


def test_the_second_drawing_holds_no_site_of_the_first() -> None:
    assert {s.name for s in UNSEEN_SITES} == split.UNSEEN
    assert split.UNSEEN.isdisjoint({s.name for s in (*NEW_SITES, *FIRST_SITES)})


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("what", ["dead", "blocked", "slow", "forms", "refused", "live", "prefilled", "rapid", "works"])
def test_each_part_has_each_kind_of_control_on_several_sites(part: str, what: str) -> None:
    assert sum(bool(getattr(s, what)) for s in (*NEW_SITES, *UNSEEN_SITES) if s.name in PARTS[part]) >= 3


@pytest.mark.parametrize("site", [s for s in UNSEEN_SITES if (PAGES / s.name).is_dir()], ids=lambda s: s.name)
def test_facts_name_controls_that_the_pages_have(site: Site) -> None:
    own = [f for f in (PAGES / site.name).iterdir() if f.suffix in (".html", ".js", ".svelte")]
    source = "".join(f.read_text() for f in own or [Path(backend.__file__)])
    places = [*site.dead, *site.blocked, *(s[:2] for s in site.slow), *(live[:2] for live in site.live)]
    places += [(page, f"{fields},{button}") for page, fields, button in (*site.forms, *site.refused)]
    names = {name for _, selectors in places for name in re.findall(r"#([\w-]+)", selectors)}
    assert names
    assert not {name for name in names if not re.search(rf"""["']{name}["']""", source)}


def test_every_act_is_dealt_as_often_as_it_says() -> None:
    pack = sum(count for count, _ in ACTS.values())
    dealt = Counter(name for seed in range(pack) for name in program(seed))
    assert dealt == {name: count * EACH for name, (count, _) in ACTS.items()}


def click(t: int, kind: int = labels.CLICK) -> dict[str, Any]:
    return {"type": 3, "timestamp": t, "data": {"source": labels.MOUSE, "type": kind}}


def test_a_label_counts_what_the_recording_holds() -> None:
    label = {"kind": "fault:dead", "t": 1000, "t_end": 1100, "clicks": 1}
    labels.check([label], [click(1050), click(5000)])
    assert label["recorded"] == 1
    labels.check([label], [click(5000)])
    assert label["recorded"] == 0


def test_a_rage_that_a_busy_machine_slowed_is_a_retry() -> None:
    fast = {"kind": "fault:dead:rage", "t": 0, "t_end": 900, "clicks": 4}
    slow = {"kind": "fault:net:rage", "t": 10_000, "t_end": 14_000, "clicks": 3}
    events = [*(click(t) for t in (0, 300, 600, 900)), *(click(t) for t in (10_000, 11_900, 13_800))]
    labels.check([fast, slow], events)
    assert (fast["kind"], slow["kind"]) == ("fault:dead:rage", "fault:net:retry")


def test_a_disabled_button_is_pressed_and_never_clicked() -> None:
    label = {"kind": "fault:blocked", "t": 1000, "t_end": 1100, "clicks": 1}
    labels.check([label], [click(1010, labels.PRESS)])
    assert label["recorded"] == 1


@pytest.mark.parametrize(("documents", "recorded"), [([], 0), ([2000], 0), ([2000, 4000], 2)])
def test_reloading_shows_as_more_than_one_document(documents: list[int], recorded: int) -> None:
    label = {"kind": "refresh-loop", "t": 1000, "t_end": 5000}
    labels.check([label], [{"type": labels.META, "timestamp": t, "data": {}} for t in documents])
    assert label["recorded"] == recorded


@pytest.mark.parametrize(("shown", "recorded"), [("/b", 1), ("/a", 0)])
def test_going_back_is_seen_only_where_the_other_page_is(shown: str, recorded: int) -> None:
    label = {"kind": "quick-back", "t": 1000, "t_end": 3000, "to": "/b", "page_cache": True}
    labels.check([label], [{"type": labels.META, "timestamp": 1400, "data": {"href": shown}}])
    assert label["recorded"] == recorded


@pytest.mark.parametrize(("seen_ms", "void"), [(2000, False), (3600, True)])
def test_an_answer_that_a_busy_machine_made_late_proves_nothing(seen_ms: int, void: bool) -> None:
    label = {"kind": "works:slow", "t": 1000, "t_end": 1100, "clicks": 1, "answered_ms": 2200, "seen_ms": seen_ms}
    labels.check([label], [click(1050)])
    assert ("void" in label) == void


@pytest.mark.parametrize("clicks", [[], [1050]])
def test_leaving_after_a_fault_leans_on_the_fault(clicks: list[int]) -> None:
    fault = {"kind": "fault:net", "t": 1000, "t_end": 1100, "clicks": 1}
    left = {"kind": "exit-after-fault", "t": 3000}
    labels.check([fault, left], [click(t) for t in clicks])
    assert left["recorded"] == len(clicks)


@pytest.mark.parametrize(("clicks", "recorded"), [([1050], 0), ([1050, 3050], 1)])
def test_what_was_tried_again_has_to_be_recorded_twice(clicks: list[int], recorded: int) -> None:
    tries = [{"kind": "fault:error", "t": t, "t_end": t + 100, "clicks": 1} for t in (1000, 3000)]
    blocked = {"kind": "blocking-exception", "t": 1000, "t_end": 3100}
    labels.check([tries[0], blocked, tries[1]], [click(t) for t in clicks])
    assert blocked["recorded"] == recorded


@pytest.mark.parametrize(("keys", "last_ms", "recorded"), [(30, 4900, 30), (30, 2000, 0), (5, 4900, 0)])
def test_typing_has_to_be_recorded_to_the_end(keys: int, last_ms: int, recorded: int) -> None:
    label = {"kind": "input-struggle", "t": 1000, "t_end": 5000, "times": 3}
    times = [1000 + (last_ms - 1000) * (i + 1) // keys for i in range(keys)]
    labels.check([label], [{"type": 3, "timestamp": t, "data": {"source": labels.INPUT}} for t in times])
    assert label["recorded"] == recorded


def test_an_error_belongs_to_the_click_before_it_or_to_the_page() -> None:
    clicked = {"kind": "plain", "t": 1000, "t_end": 1100, "clicks": 1}
    found = labels.raised([clicked], [(1200, "TypeError: a"), (9000, "TypeError: b")])
    assert clicked["raised"] == 1
    assert [(m["kind"], m["message"]) for m in found] == [("console-error", "TypeError: b")]


@pytest.mark.parametrize(("held", "recorded"), [("Uncaught TypeError: b", 1), ("another", 0)])
def test_an_error_from_before_the_recorder_is_not_expected(held: str, recorded: int) -> None:
    label = {"kind": "console-error", "t": 9000, "message": "TypeError: b"}
    labels.check([label], [{"type": labels.PLUGIN, "timestamp": 9010, "data": {"payload": [held]}}])
    assert label["recorded"] == recorded


class PaperScreen:
    """A screen that writes down what the hand does."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self.buttons: list[tuple[int, bool]] = []

    def point(self, x: float, y: float) -> None:
        self.points.append((x, y))

    def button(self, number: int, down: bool) -> None:
        self.buttons.append((number, down))


@pytest.fixture
def hand() -> Hand:
    hand = Hand(PaperScreen(), random.Random(3))  # type: ignore[arg-type]
    hand.lies(4, 87, 800, 600)
    return hand


def test_the_pointer_gets_there_and_never_leaves_the_page(hand: Hand) -> None:
    asyncio.run(hand.to(790, 20))
    asyncio.run(hand.to(-50, 900))
    screen: Any = hand.screen
    assert (round(hand.x), round(hand.y)) == (1, 598)
    assert all(4 < x < 804 and 87 < y < 687 for x, y in screen.points)


def test_scribbling_holds_the_button(hand: Hand) -> None:
    asyncio.run(hand.scribble(200, 50, 0.2))
    screen: Any = hand.screen
    assert screen.buttons == [(LEFT, True), (LEFT, False)]
    assert len(screen.points) > 8


def test_pictures_differ_where_a_person_would_see_it() -> None:
    before = np.zeros((40, 50, 4), dtype=np.uint8)
    after = before.copy()
    after[10:12, 20:30, :3] = 200
    after[30, :, 0] = pixels.TOLERANCE  # antialiasing
    after[:, :, 3] = 9  # the byte without meaning
    mask = pixels.differs(before, after)
    assert mask.sum() == 20
    assert mask[10:12, 20:30].all()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    running, _ = server.start(0)
    yield running.server_address[1]
    running.shutdown()


def fetch(port: int, path: str, host: str = "site.test", recorder: str = "posthog.s0001") -> tuple[int, str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"host": host, "cookie": f"rec={recorder}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("recorder", "says"),
    [
        ("posthog.s0001", "full_snapshot_interval_millis:15000"),
        ("posthog-default.s0001", "compress_events:true}"),
        ("rrweb.s0001", "checkoutEveryNms"),
        ("rrweb-bare.s0001", "checkoutEveryNth"),
        ("rrweb-clicks.s0001", "MouseDown:false"),
    ],
)
def test_a_page_gets_the_recorder_of_its_session(port: int, recorder: str, says: str) -> None:
    status, text = fetch(port, "/bazaar/index.html", recorder=recorder)
    assert status == 200
    assert says in text.partition("</head>")[0]


def test_links_to_other_sites_lead_to_one_that_nobody_records(port: int) -> None:
    _, page = fetch(port, "/grid/index.html")
    assert "http://elsewhere.test/status.example.net/all" in page
    status, text = fetch(port, "/status.example.net/all", host="elsewhere.test")
    assert status == 200
    assert "posthog" not in text


def test_pages_that_are_missing_are_recorded_like_others(port: int) -> None:
    for path in ("/bazaar/sold-1.html", "/crm.old/1.html"):
        status, text = fetch(port, path)
        assert status == 404
        assert "posthog.init" in text


def test_suggestions_match_what_was_typed(port: int) -> None:
    assert fetch(port, "/api/words?q=ber&ms=0")[1] == '["Bergen", "Berlin", "Bern"]'


class Visit(urllib.request.HTTPRedirectHandler):
    """Follows redirects as a browser does, with what the server keeps in a cookie."""

    def __init__(self, port: int) -> None:
        self.port, self.basket = port, ""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        """Follows nothing: the redirect itself is looked at."""

    def post(self, path: str, body: str = "") -> tuple[str, str]:
        """Sends a form and loads the page that the server leads to: its address and text."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=body.encode(),
            headers={
                "host": "site.test",
                "referer": "http://site.test/grocer/offers",
                "cookie": f"basket={self.basket}",
            },
        )
        with pytest.raises(urllib.error.HTTPError) as redirect:
            urllib.request.build_opener(self).open(request, timeout=10)
        assert redirect.value.code == 303
        self.basket = redirect.value.headers["set-cookie"].partition(";")[0].removeprefix("basket=")
        place = redirect.value.headers["location"].removeprefix("http://site.test")
        return place, fetch(self.port, place, recorder=f"posthog.s0001; basket={self.basket}")[1]


def test_the_shop_without_scripts_keeps_a_basket_by_forms_and_redirects(port: int) -> None:
    visit = Visit(port)
    place, page = visit.post("/grocer/add", "id=rye")
    assert (place, visit.basket) == ("/grocer/offers", "rye")
    assert "Basket (1)" in page
    assert visit.post("/grocer/coupon", "code=12")[1].count("not valid") == 1
    assert visit.post("/grocer/order/send", "oname=&ostreet=")[0].endswith("bad=1")
    assert "Thank you" in visit.post("/grocer/order/send", "oname=Kim")[1]
    assert visit.post("/grocer/remove", "id=rye")[0] == "/grocer/basket"
    assert visit.basket == ""


@pytest.mark.parametrize("path", backend.PAGES)
def test_pages_that_the_server_writes_are_recorded(port: int, path: str) -> None:
    status, page = fetch(port, f"/grocer{path}")
    assert status == 200
    assert "posthog.init" in page


def test_a_fragment_is_no_page_of_its_own(port: int) -> None:
    status, text = fetch(port, "/frag/styles?q=bo&ms=0")
    assert (status, text) == (200, "<li>Bob</li>")
    assert fetch(port, "/grocer/shelf-9")[0] == 404
