"""Priors in the judge: what an element did for others, beside what this session shows of a silent click."""

from __future__ import annotations

import pytest

from replay_signals.schemas.prior_rows import ANSWERS, PLAIN, TRACELESS
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors, priors_of
from support.dom import El, button, el
from support.outcome import Outcome
from support.web import Page, Visit

URL = "http://shop.test/cart"


def visited(*clicks: float, control: El | None = None) -> tuple[Visit, Page]:
    """A page that reacts to other things, and clicks on a control that stay silent."""
    visit = Visit()
    made = control or button("Pay", id="pay")
    page = visit.open(URL, made, el("p", "0", id="total"))
    page.says("total", "1", at=500)
    for at in clicks:
        page.click(made, at)
    page.lives(25_000)
    return visit, page


def with_priors(visit: Visit, says: str, name: str = "pay") -> Outcome:
    """The outcome, where the clicked control says something to everybody."""
    row = visit.outcome().click(name)
    return visit.outcome(priors=Priors("v7", {(row.team, row.place, row.element_key): says}))


def test_what_answers_everybody_else_is_dead_for_this_visitor_with_more_confidence() -> None:
    visit, _ = visited(4000, control=el("div", "Pay", id="pay", role="button"))
    alone, found = visit.outcome().click("pay"), with_priors(visit, ANSWERS)
    assert found.click("pay").verdict == alone.verdict == "dead"
    assert alone.confidence < found.click("pay").confidence < 1
    assert found.signal("dead_click").confidence >= visit.outcome().signal("dead_click").confidence


def test_a_name_excuses_nothing_of_what_answers_everybody_else() -> None:
    visit, _ = visited(4000, control=button("Download", id="pay"))
    assert visit.outcome().click("pay").verdict == "unknown"
    found = with_priors(visit, ANSWERS)
    assert (found.click("pay").verdict, found.click("pay").verdict_alone) == ("dead", "unknown")
    assert found.kinds == ["dead_click"]


def test_what_never_leaves_a_trace_is_unknown_and_keeps_what_the_session_said() -> None:
    visit, _ = visited(4000)
    assert visit.kinds() == ["dead_click"]
    found = with_priors(visit, TRACELESS)
    row = found.click("pay")
    assert (row.verdict, row.verdict_alone, row.priors_version) == ("unknown", "dead", "v7")
    assert found.kinds == []
    assert found.rows.session.priors_version == "v7"


def test_who_tries_in_vain_is_believed() -> None:
    visit, _ = visited(4000, 6000)
    assert with_priors(visit, TRACELESS).click("pay").verdict == "dead"
    raging, _ = visited(4000, 4300, 4600, 4900)
    assert with_priors(raging, TRACELESS).kinds == raging.kinds() == ["rage_click"]


def test_plain_says_nothing_of_a_control() -> None:
    visit, _ = visited(4000)
    assert with_priors(visit, PLAIN).click("pay").verdict == "dead"


@pytest.mark.parametrize("says", [ANSWERS, TRACELESS, PLAIN])
def test_an_answer_is_an_answer(says: str) -> None:
    visit = Visit()
    page = visit.open(URL, button("Pay", id="pay"), el("p", "0", id="total"))
    page.click("pay", 4000).says("total", "2", at=4100).lives(15_000)
    found = with_priors(visit, says)
    assert (found.click("pay").verdict, found.click("pay").verdict_alone) == ("alive", "")


def test_an_error_is_told_whatever_others_met() -> None:
    visit, page = visited(4000)
    page.fails("TypeError: x is undefined", at=4010)
    assert with_priors(visit, TRACELESS).kinds == visit.kinds() == ["blocking_exception", "error_click"]


def test_priors_of_another_place_or_team_change_nothing() -> None:
    visit, _ = visited(4000)
    row = visit.outcome().click("pay")
    others = {(row.team, "/other", row.element_key): TRACELESS, ("x", row.place, row.element_key): TRACELESS}
    assert visit.outcome(priors=Priors("v", others)).click("pay").verdict == "dead"


def test_no_rows_are_no_priors() -> None:
    assert priors_of([]) == NO_PRIORS
