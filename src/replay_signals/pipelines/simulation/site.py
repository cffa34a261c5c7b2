"""The simulated site: pages, controls, and the problems that are planted in it, with what each of them really does."""

from __future__ import annotations

from msgspec import Struct

OUTCOME = "order completed"
"""The key event that visits are for."""
LAYOUT = "layout"
HOST = "shop.example"


class Control(Struct, frozen=True):
    """A control of a page; `chance` that a visitor of the page uses it, and the request that this makes."""

    key: str
    element: str
    chance: float
    route: str = ""
    answers: str = "alive"
    """Verdict of a click on it when nothing is wrong: `unknown` for what leaves no trace."""


class Page(Struct, frozen=True):
    """A page: how often it is visited, how much more by those who mean to buy, and what being there says of success."""

    pattern: str
    weight: float
    controls: tuple[Control, ...] = ()
    intent: float = 0.0
    success: float = 0.0


class Problem(Struct, frozen=True, kw_only=True):
    """A planted problem.

    `share` of the sessions that use one of its controls (or reach its page, without any) are affected, times
    `mobile` on a phone, `entry` where the page was the first, `times` under `flag` = `variant`. `effect` is added to
    the chance of success of an affected session. It is there from `start` to `end`, shares of the simulated days.
    """

    name: str
    kind: str
    failure: str
    page: str
    controls: tuple[str, ...] = ()
    route: str = ""
    fingerprint: str = ""
    share: float
    mobile: float = 1.0
    entry: float = 1.0
    flag: str = ""
    variant: str = ""
    times: float = 1.0
    effect: float = 0.0
    start: float = 0.0
    end: float = 1.0
    blocked: float = 0.3
    clicks: int = 1
    severity: float = 40.0


class Route(Struct, frozen=True):
    """A request that pages make by themselves: how long it takes, and for what share of those who ask it fails."""

    name: str
    pages: tuple[str, ...]
    usual_ms: float
    fails: float
    failed_status: int = 500


class Regression(Struct, frozen=True, kw_only=True):
    """A planted one: a page or a route is slower by a factor, or a route fails for a share, from `start` on."""

    page: str = ""
    route: str = ""
    factor: float = 1.0
    fails: float = 0.0
    start: float = 0.75


class Site(Struct, frozen=True):
    """All of it. `base` is the chance of success, `desktop` what is added off phones, `entry` for one-page visits."""

    pages: tuple[Page, ...]
    problems: tuple[Problem, ...]
    routes: tuple[Route, ...] = ()
    regressions: tuple[Regression, ...] = ()
    base: float = 0.4
    desktop: float = 0.22
    friction: float = 0.0
    """Greatest background rate of trouble that belongs to no planted problem, by place."""
    rhythm: float = 0.3
    """How much more often trouble comes at weekends."""
    unrest: float = 0.15
    """Day to day spread (log-normal) of background rates."""
    bots: float = 0.02
    internal: float = 0.005
    recorded: float = 0.85
    gap: bool = True
    storm: bool = True


FLAGS: dict[str, tuple[str, ...]] = {
    "checkout": ("control", "b"),
    "banner": ("control", "test"),
    "search-v2": ("control", "test"),
    "pricing": ("control", "low", "high"),
    "onboarding": ("control", "test"),
    "dark-mode": ("off", "on"),
}
"""Flags and variants; a visitor keeps theirs. Only `checkout` has anything to do with a problem."""
DEVICES = ("Desktop", "Mobile", "Tablet")
BROWSERS = ("Chrome", "Safari", "Firefox", "Edge")
SYSTEMS = ("Windows", "iOS", "Android", "Mac OS X")
COUNTRIES = ("US", "DE", "GB", "FR", "BR", "IN")
LIBRARIES = ("1.256.0", "1.255.1", "1.249.2")
RELEASES = 6
"""Releases come out at even distances over the simulated days."""


def _button(name: str, chance: float, route: str = "", answers: str = "alive") -> Control:
    return Control(f"testid={name}", f'button#{name} "{name.replace("-", " ").capitalize()}"', chance, route, answers)


PAGES = (
    Page("/", 3.0, (_button("hero", 0.3), _button("newsletter", 0.05))),
    Page("/search", 2.0, (_button("filter", 0.4), _button("sort", 0.3, "GET /api/search"))),
    Page("/products/:id", 3.0, (_button("add", 0.5, "POST /api/cart"), _button("gift-wrap", 0.25)), 0.6, 0.02),
    Page("/cart", 1.2, (_button("coupon", 0.3), _button("to-checkout", 0.6)), 1.2, 0.06),
    Page("/checkout", 0.8, (_button("pay", 0.7, "POST /api/orders"), _button("address", 0.5)), 1.6, 0.1),
    Page("/register", 0.8, (_button("register", 0.6),), 0.5, -0.15),
    Page("/account", 0.8, (_button("edit", 0.3), _button("invoice", 0.2))),
    Page("/help", 1.0, (_button("manual", 0.5, answers="unknown"), _button("chat", 0.2)), -0.8, -0.1),
    Page("/blog/:slug", 1.5, (_button("share", 0.15),), -1.0, -0.1),
)
FOOTER = Control("footer testid=imprint", 'a "Imprint"', 0.03)
"""A control of the layout: on every page, used by those who wander."""

PROBLEMS = (
    Problem(
        name="payment fails", kind="failed_request", failure="request", page="/checkout", route="POST /api/orders 5xx",
        share=0.04, mobile=3.0, effect=-0.25, blocked=1.0, clicks=3, severity=80,
    ),
    Problem(
        name="gift wrap is broken for everyone", kind="dead_click", failure="silence", page="/products/:id",
        controls=("testid=gift-wrap",), share=1.0, effect=-0.12, start=0.75, blocked=0.7, clicks=2, severity=50,
    ),
    Problem(
        name="coupon does nothing under variant b", kind="rage_click", failure="silence", page="/cart",
        controls=("testid=coupon",), share=0.05, mobile=1.5, flag="checkout", variant="b", times=4.0, effect=-0.15,
        start=0.5, blocked=0.7, clicks=3, severity=55,
    ),
    Problem(
        name="registration cannot be sent", kind="form_abandonment", failure="form", page="/register", share=0.12,
        mobile=2.0, entry=1.5, effect=-0.18, blocked=1.0, severity=60,
    ),
    Problem(
        name="cart throws", kind="error_click", failure="exception", page="/products/:id", controls=("testid=add",),
        fingerprint="f0e1d2c3b4a59687", share=0.03, mobile=2.0, effect=-0.1, blocked=0.7, severity=55,
    ),
    Problem(
        name="sorting is slow", kind="slow_response", failure="slow", page="/search", controls=("testid=sort",),
        share=0.2, mobile=1.5, effect=-0.03, blocked=0.1, severity=20,
    ),
    Problem(
        name="filter was dead until it was fixed", kind="dead_click", failure="silence", page="/search",
        controls=("testid=filter",), share=0.15, effect=-0.08, end=0.7, blocked=0.7, severity=45,
    ),
    Problem(
        name="manual downloads without a trace", kind="dead_click", failure="silence", page="/help",
        controls=("testid=manual",), share=0.9, effect=0.0, blocked=0.2, severity=25,
    ),
    Problem(
        name="readers move the mouse a lot", kind="cursor_thrash", failure="reading", page="/blog/:slug", share=0.35,
        effect=0.0, blocked=0.0, severity=15,
    ),
    Problem(
        name="imprint link is dead", kind="dead_click", failure="silence", page=LAYOUT, controls=(FOOTER.key,),
        share=0.5, mobile=1.5, effect=0.0, blocked=0.3, severity=30,
    ),
)  # fmt: skip


ROUTES = (
    Route("GET /api/me", ("/", "/search", "/products/:id", "/cart", "/checkout", "/account"), 120.0, 0.003),
    Route("GET /api/recommendations", ("/", "/products/:id"), 350.0, 0.004),
    Route("GET /api/stock", ("/products/:id", "/cart"), 200.0, 0.002),
    Route("GET /api/wishlist", ("/products/:id", "/account"), 150.0, 0.4, 404),
    Route("GET /api/poll", ("/account", "/help"), 20_000.0, 0.001),
)
"""The wishlist of most is not there, and a poll takes its time: both are usual."""
REGRESSIONS = (
    Regression(page="/products/:id", factor=3.5),
    Regression(route="GET /api/recommendations", fails=0.12),
    Regression(route="GET /api/stock", factor=12.0),
)


def with_routes(site: Site, *, regressed: bool) -> Site:
    """The site with requests that its pages make by themselves, and measured, where its sessions are recorded.

    `regressed`: with what is planted in their speed.
    """
    from msgspec.structs import replace

    return replace(site, routes=ROUTES, regressions=REGRESSIONS if regressed else ())


def shop(places: int = 0, *, quiet: bool = False, plain: bool = False) -> Site:
    """The default site, with more pages up to so many `places`.

    `quiet`: nothing is planted, and every place has some background trouble. `plain`: who meets a problem is left to
    chance alone, so that also a naive comparison is right.
    """
    own = list(PAGES)
    for n in range(len(own), places):
        own.append(Page(f"/topic-{n}", 0.5, (_button(f"topic-{n}-more", 0.4),)))
    problems = () if quiet else PROBLEMS
    site = Site(tuple(own), problems, friction=0.03 if quiet else 0.0, gap=not quiet, storm=not quiet)
    return _plain(site) if plain else site


def _plain(site: Site) -> Site:
    """Without what confounds: the same share on every device and entry, and the same chance of success for all."""
    from msgspec.structs import replace

    pages = tuple(replace(page, intent=0.0, success=0.0) for page in site.pages)
    problems = tuple(replace(problem, mobile=1.0, entry=1.0) for problem in site.problems)
    return replace(site, pages=pages, problems=problems, desktop=0.0, base=0.5)
