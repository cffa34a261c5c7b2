"""console_error: uncaught exceptions that no click caused."""

from __future__ import annotations

from support import events as rrweb
from support.dom import button, el
from support.web import Page, Visit

MESSAGE = "Uncaught ReferenceError: tracker is not defined"


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    return visit, visit.open("http://shop.test/", button("Add", id="add"), el("p", "0", id="total"))


def test_an_exception_at_load() -> None:
    visit, page = shop()
    page.fails(MESSAGE, at=300).click("add", at=4000).says("total", "2", at=4020).lives(60_000)
    assert visit.kinds() == ["console_error"]
    assert visit.outcome().signal("console_error").severity < 20


def test_the_same_exception_again_is_counted_not_repeated() -> None:
    visit, page = shop()
    for i in range(5):
        page.fails(MESSAGE, at=300 + 3000 * i)
    page.lives(60_000)
    assert visit.outcome().evidence("console_error")["times"] == 5


def test_a_logged_error_is_a_row_and_no_signal() -> None:
    visit, page = shop()
    page.record(rrweb.console(300, "error", "could not load the banner")).lives(60_000)
    assert visit.kinds() == []
    assert [log.level for log in visit.outcome().rows.console_logs] == ["error"]


def test_the_same_exception_by_console_and_sdk_is_one_signal() -> None:
    visit, page = shop()
    page.fails(MESSAGE, at=300).lives(60_000)
    exception = {"type": "ReferenceError", "value": "tracker is not defined"}
    visit.event("$exception", at=305, _exception_list=[exception])
    assert visit.kinds() == ["console_error"]


def test_an_exception_of_a_click_is_not_the_page_s() -> None:
    visit, page = shop()
    page.click("add", at=4000).fails(MESSAGE, at=4005).lives(60_000)
    assert "console_error" not in visit.kinds()
