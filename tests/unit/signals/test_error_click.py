"""error_click: the click's own handler failed."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el
from support.web import Page, Visit

MESSAGE = "Uncaught TypeError: Cannot read properties of undefined (reading 'pay')"


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


def test_a_handler_that_throws() -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails(MESSAGE, at=4004).click("add", at=9000).says("total", "2", at=9020).lives(60_000)
    found = visit.outcome().signal("error_click")
    assert found.element == 'button#pay "Pay"'
    assert "Cannot read properties" in found.summary
    evidence = visit.outcome().evidence("error_click")
    assert evidence["message"] == MESSAGE
    assert evidence["source"].startswith("onClick")
    assert evidence["uncaught"] is True
    assert "dead_click" not in visit.kinds()


def test_an_exception_known_from_the_sdk_alone() -> None:
    visit, page = shop()
    page.click("pay", at=4000).click("add", at=9000).says("total", "2", at=9020).lives(60_000)
    visit.event("$exception", at=4006, _exception_list=[{"type": "TypeError", "value": "x is undefined"}])
    assert visit.outcome().evidence("error_click")["message"] == "TypeError: x is undefined"


def test_the_same_error_by_console_and_sdk_is_one_signal() -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails("TypeError: x is undefined", at=4004).click("add", at=9000)
    page.says("total", "2", at=9020).lives(60_000)
    visit.event("$exception", at=4006, _exception_list=[{"type": "TypeError", "value": "x is undefined"}])
    assert visit.kinds() == ["error_click"]


def test_an_error_of_a_polling_script_belongs_to_no_click() -> None:
    visit, page = shop()
    for i in range(12):
        page.fails("Error: poll failed", at=2100 + 2000 * i)
    page.click("add", at=8050).says("total", "2", at=8080).lives(60_000)
    assert "error_click" not in visit.kinds()


@pytest.mark.parametrize("by_itself", [1, 3])
def test_an_error_of_the_handler_that_the_page_also_raises_by_itself(by_itself: int) -> None:
    """The same broken function is called by the handler and, now and then, by a timer."""
    visit, page = shop()
    for i in range(by_itself):
        page.fails(MESSAGE, at=14_000 + 15_000 * i)
    page.click("pay", at=4000).fails(MESSAGE, at=4006).lives(60_000)
    assert visit.kinds().count("error_click") == 1
    assert "dead_click" not in visit.kinds()


def test_an_error_that_comes_another_way_by_itself_is_another_one() -> None:
    """The message is the same and comes every second, but not out of a handler."""
    visit, page = shop()
    for i in range(40):
        page.fails(MESSAGE, at=2000 + 1000 * i, trace="tick (http://a.test/app.js:9:3)")
    page.click("pay", at=8500).fails(MESSAGE, at=8506).lives(60_000)
    assert "error_click" in visit.kinds()


def test_an_error_long_after_the_click_belongs_to_none() -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020).fails(MESSAGE, at=8000).lives(60_000)
    assert "error_click" not in visit.kinds()


def test_an_error_before_the_click_belongs_to_none() -> None:
    visit, page = shop()
    page.fails(MESSAGE, at=3900).click("add", at=4000).says("total", "2", at=4020).lives(60_000)
    assert "error_click" not in visit.kinds()


def test_an_error_after_the_response_of_the_clicks_request() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=3000).fails(MESSAGE, at=7030)
    page.click("add", at=12_000).says("total", "2", at=12_020).lives(60_000)
    assert visit.outcome().signal("error_click").element == 'button#pay "Pay"'


def test_warnings_are_no_errors() -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020)
    page.record(rrweb.console(4005, "warn", "Deprecated: use pay2()")).lives(60_000)
    assert visit.kinds() == []


def test_an_answered_click_that_logs_an_error_stops_nobody() -> None:
    """The page shows what was asked for; the visitor leaves content."""
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020)
    page.record(rrweb.console(4005, "error", "could not count the visit")).lives(6000)
    outcome = visit.outcome()
    assert outcome.signal("error_click").severity < 20
    assert "unexpected_exit" not in outcome.kinds


def test_a_repeated_try_is_two_signals() -> None:
    visit, page = shop()
    for at in (4000, 8000):
        page.click("pay", at=at).fails(MESSAGE, at=at + 4)
    page.click("add", at=14_000).says("total", "2", at=14_020).lives(60_000)
    assert visit.kinds().count("error_click") == 2


def test_another_tab_s_error_belongs_to_its_own_tab() -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020).lives(60_000)
    other = visit.open("http://shop.test/other", at=1000, window="window-2")
    other.fails(MESSAGE, at=4010).lives(60_000)
    assert "error_click" not in visit.kinds()


HARMLESS = [
    "ResizeObserver loop completed with undelivered notifications.",
    "Uncaught ResizeObserver loop limit exceeded",
    "Script error.",
    "Uncaught Error: Script error.",
    "Uncaught (in promise) AbortError: The user aborted a request.",
    "Uncaught (in promise) CanceledError: canceled",
    "DOMException: The play() request was interrupted by a call to pause().",
    "Unchecked runtime.lastError: The message port closed before a response was received.",
    "Uncaught TypeError: x is null at chrome-extension://abcdefgh/content.js:1:2",
    "TypeError: o is undefined\\nmoz-extension://0f1e/inject.js:2:1",
    "Refused to load the script 'https://ads.test/a.js' because it violates the policy",
    "Loading the font 'https://fonts.test/a.woff2' violates the following directive: \"font-src 'self'\"",
    "FetchEvent.respondWith received an error: TypeError: Load failed",
    "Uncaught TypeError: Cannot redefine property: ethereum",
    "Failed to decode downloaded font: https://cdn.test/f.woff",
    "Access to font at 'https://cdn.test/f.woff' from origin 'http://shop.test' has been blocked by CORS policy",
    "Blocked autofocusing on a <input> element in a cross-origin subframe.",
    "Unrecognized Content-Security-Policy directive 'foo'.",
    "THREE.WARNING: Multiple instances of Three.js being imported.",
    "GET https://ads.test/a.js net::ERR_BLOCKED_BY_CLIENT",
    "Uncaught (in promise) TypeError: Failed to fetch (https://www.google-analytics.com/g/collect)",
    'Warning: Each child in a list should have a unique "key" prop.',
    '[Vue warn]: Missing required prop: "id"',
    "[Deprecation] Synchronous XMLHttpRequest is old",
    "MUI: The `anchorEl` prop provided to the component is invalid.",
    "[@formatjs/intl Error MISSING_TRANSLATION] save",
    "Unable to preventDefault inside passive event listener due to target being treated as passive.",
    "Cookie “_ga” has been rejected for invalid domain.",
    "Uncaught (in promise) Timeout (h)",
    'Uncaught (in promise) {"isTrusted":true}',
    "Error: Cancel rendering route",
    "Refused to load the script 'https://www.googletagmanager.com/gtm.js' because it violates a policy",
    "Uncaught SecurityError: Failed to read a named property 'document' from 'Window': Blocked a frame with origin "
    '"http://shop.test" from accessing a cross-origin frame.',
    "Failed to execute 'postMessage' on 'DOMWindow': The target origin provided ('https://player.test') does not match "
    "the recipient window's origin ('http://shop.test').",
    "Unable to post message to https://player.test. Recipient has origin http://shop.test.",
    "Mixed Content: The page at 'https://shop.test/' was loaded over HTTPS, but requested an insecure image 'http://i'.",
    "Tracking Prevention blocked access to storage for https://ads.test.",
    "[Report Only] Refused to execute inline script because it violates the following directive",
    "Ignored attempt to cancel a touchmove event with cancelable=false, for example because scrolling is in progress",
    'Error: <path> attribute d: Expected number, "MNaN,NaN".',
    "Failed to load resource: the server responded with a status of 404 () http://shop.test/favicon.ico",
    "Warning: Extra attributes from the server: data-gr-ext-installed",
    "Error: Minified React error #422; visit https://react.dev/errors/422 for the full message",
    "Can't perform a React state update on an unmounted component. This is a no-op.",
    "Event `CustomEvent` (type=unhandledrejection) captured as promise rejection",
    "Access to fetch at 'https://stats.g.doubleclick.net/j' from origin 'http://a' has been blocked by CORS policy",
    "User denied Geolocation",
]
HARMFUL = [
    "Uncaught TypeError: observer.loop is not a function",
    "Uncaught Error: script error in cart: no price",
    "Uncaught (in promise) TypeError: Failed to fetch",
    "Error: Chrome: cannot print",
    "Uncaught Error: request aborted by the shop: no stock",
    "Uncaught Error: the cart API is deprecated",
    "Uncaught Error: Timeout",
    "Refused to connect to 'https://api.shop.test/cart' because it violates a policy",
    "Access to fetch at 'https://api.shop.test/cart' from origin 'http://shop.test' has been blocked by CORS policy",
    "Mixed Content: The page requested an insecure XMLHttpRequest endpoint 'http://api.shop.test/', blocked",
    "Uncaught TypeError: Cannot read properties of null (reading 'postMessage')",
    "Uncaught Error: the frame of the order was blocked",
    "Error: attribute price is missing",
    "Object captured as promise rejection with keys: code, reason",
]


@pytest.mark.parametrize("message", HARMLESS)
@pytest.mark.parametrize("clicked", [True, False])
def test_a_message_that_harms_nobody_is_no_error(message: str, clicked: bool) -> None:
    visit, page = shop()
    if clicked:
        page.click("add", at=4000).says("total", "2", at=4020)
    page.fails(message, at=4040, trace="").lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("message", HARMLESS[:6])
def test_the_same_from_the_sdk(message: str) -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020).lives(60_000)
    kind, _, value = message.removeprefix("Uncaught ").removeprefix("(in promise) ").rpartition(": ")
    visit.event("$exception", at=4040, _exception_list=[{"type": kind or "Error", "value": value}])
    assert visit.kinds() == []


@pytest.mark.parametrize("message", HARMFUL)
def test_words_of_harmless_messages_in_others_excuse_nothing(message: str) -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails(message, at=4040).click("add", at=9000).says("total", "2", at=9020).lives(60_000)
    assert visit.kinds() == ["error_click"]


@pytest.mark.parametrize("scheme", ["chrome-extension", "moz-extension", "safari-web-extension"])
def test_an_extension_s_stack_is_no_error_of_the_page(scheme: str) -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020)
    page.fails("Uncaught TypeError: x is null", at=4040, trace=f"fill ({scheme}://abcdef/content.js:1:2)").lives(60_000)
    frames = [{"filename": "<anonymous>"}, {"filename": f"{scheme}://abcdef/inject.js"}]
    thrown = {"type": "TypeError", "value": "y is null", "stacktrace": {"frames": frames}}
    visit.event("$exception", at=4050, _exception_list=[thrown])
    assert visit.kinds() == []


def test_an_error_of_the_page_that_passes_through_an_extension_is_one() -> None:
    visit, page = shop()
    page.click("pay", at=4000).click("add", at=9000).says("total", "2", at=9020).lives(60_000)
    frames = [{"filename": "http://shop.test/app.js"}, {"filename": "chrome-extension://abcdef/hook.js"}]
    thrown = {"type": "TypeError", "value": "y is null", "stacktrace": {"frames": frames}}
    visit.event("$exception", at=4010, _exception_list=[thrown])
    assert visit.kinds() == ["error_click"]


@pytest.mark.parametrize("message", ["TypeError: Failed to fetch", "TypeError: Load failed", "Error: Network Error"])
def test_leaving_the_page_cuts_off_what_is_under_way(message: str) -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails(f"Uncaught (in promise) {message}", at=4200)
    visit.open("http://shop.test/thanks", button("b", id="b"), at=4700).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("level", "kinds"), [("error", ["error_click"]), ("info", ["dead_click"])])
def test_a_console_line_of_an_older_rrweb_is_the_click_s(level: str, kinds: list[str]) -> None:
    visit, page = shop()
    page.click("pay", at=4000)
    page.record(rrweb.incremental(4040, 11, level=level, payload=['"Uncaught TypeError: x is null"'], trace=[]))
    page.click("add", at=14_000).says("total", "2", at=14_020).lives(60_000)
    assert visit.kinds() == kinds


def test_an_exception_that_the_page_handled_is_not_uncaught() -> None:
    visit, page = shop()
    page.lives(60_000)
    thrown = {"type": "TypeError", "value": "x is undefined", "mechanism": {"handled": True}}
    visit.event("$exception", at=4006, _exception_list=[thrown])
    assert visit.kinds() == []


@pytest.mark.parametrize("later", [(4300,), (4300, 4600, 4850)])
def test_what_is_logged_about_a_response_belongs_to_the_click_that_asked(later: tuple[float, ...]) -> None:
    """Pages log a failure within a few ms of it; the visitor may have clicked again meanwhile."""
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4020, took=900, status=503, method="PUT").clicks("pay", *later)
    page.record(rrweb.console(4925, "error", '"request failed" 503')).lives(60_000)
    assert "error_click" not in visit.kinds()


def test_a_handler_that_throws_while_a_request_is_answered_is_its_own() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4020, took=880).click("pay", at=5000)
    page.fails("TypeError: pay is not a function", at=5004).says("total", "1", at=5040).lives(60_000)
    assert visit.outcome().evidence("error_click")["after_ms"] == 4


def test_a_status_that_was_logged_is_a_failed_request_alone() -> None:
    """Where no network is recorded the line is what tells of the request."""
    visit = Visit()
    page = visit.open("http://a.test/", button("Pay", id="pay"), el("p", "0", id="total"), how=None)
    page.says("total", "1", at=500).click("pay", at=4000)
    page.record(rrweb.console(4300, "error", '"request failed" 503')).lives(60_000)
    assert visit.kinds() == ["failed_request"]


@pytest.mark.parametrize("tells_requests", [True, False])
@pytest.mark.parametrize("after_ms", [40, 280, 450, 900])
def test_what_is_thrown_later_than_a_handler_runs_is_the_pages_own(after_ms: int, tells_requests: bool) -> None:
    """Where no requests are recorded, a handler may have waited for one."""
    visit = Visit()
    how = "navigate" if tells_requests else None
    page = visit.open("http://shop.test/", button("Add", id="add"), el("p", "0", id="n"), how=how)
    page.says("n", "1", at=500).click("add", at=4000).fails("Uncaught TypeError: x is null", at=4000 + after_ms)
    page.lives(60_000)
    is_handlers = after_ms < (300 if tells_requests else 600)
    assert ("error_click" in visit.kinds()) == is_handlers
    assert ("console_error" in visit.kinds()) != is_handlers


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        (["https://www.googletagmanager.com/gtm.js"], []),
        (["https://www.googletagmanager.com/gtm.js", "http://shop.test/app.js"], ["error_click"]),
    ],
)
def test_an_exception_of_a_tracker_s_own_script(files: list[str], kinds: list[str]) -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020).lives(60_000)
    frames = [{"filename": file, "function": "f", "lineno": 1, "colno": 2} for file in files]
    thrown = {"type": "TypeError", "value": "x is undefined", "stacktrace": {"type": "raw", "frames": frames}}
    visit.event("$exception", at=4050, _exception_list=[thrown])
    assert [kind for kind in visit.kinds() if kind == "error_click"] == kinds
