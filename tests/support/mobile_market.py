"""MARKET, a made-up app for support/mobile_visits: a grid of products, a carousel, a cart, a form, dialogs."""

from __future__ import annotations

from support.drawing import Palette
from support.mobile_designs import entry, photo, press, row, switch, text
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page

PLUM = Palette("#faf7fb", "#ffffff", "#2a1a2e", "#93859a", "#8a2be2", "#ffffff")
PLUM_NIGHT = Palette("#141016", "#241d29", "#f1eaf4", "#97899f", "#c08bff", "#160f1c")
LINK = "#3b6fe0"
TABS = ("tab home", "tab search", "tab cart", "tab me")
BARS = frozenset(("bottom", *TABS))
TABBED = dict(zip(TABS, (Does("tabs", page) for page in ("Home", "Search", "Cart", "Me")), strict=True))


def link(name: str, words: str, x: float, y: float, width: float = 110) -> V:
    """A text in another colour: to recorders a text like any other."""
    return V(name, "text", x, y, width, 24, words, {"colour": LINK, "size": 14})


def icon(name: str, x: float, y: float, words: str, side: float = 32) -> V:
    """A picture that can be pressed."""
    return V(name, "image", x, y, side, side, words)


def chip(name: str, words: str, x: float, y: float, width: float, *, chosen: bool = False, off: bool = False) -> V:
    """One of a group; the chosen one has a background, one that is `off` pale letters."""
    inner = text(f"{name} words", words, x + 12, y + 6, width - 16, size=13, faint=off)
    return V(name, "div", x, y, width, 36, "", {"drawn": chosen, "colour": "#c9b6ea"}, (inner,))


def bars() -> tuple[V, ...]:
    names = zip(TABS, ("Home", "Search", "Cart", "Me"), strict=True)
    tabs = tuple(
        V(
            name,
            "div",
            102.75 * i,
            826,
            102,
            64,
            "",
            {},
            (
                icon(f"{name} icon", 102.75 * i + 38, 832, label, 24),
                text(f"{name} words", label, 102.75 * i + 30, 860, 60, size=12),
                *((text("badge", "0", 102.75 * i + 64, 828, 24, size=13),) if name == "tab cart" else ()),
            ),
        )
        for i, (name, label) in enumerate(names)
    )
    return V("bottom", "div", 0, 822, 411, 68, "", {"drawn": True}), *tabs


def card(number: int, title: str, x: float, y: float) -> V:
    """A product of the grid: all of it leads to the product, except for the heart in its corner."""
    inner = (
        photo(f"thumb {number}", x + 6, y + 6, 178, 120),
        icon(f"heart {number}", x + 148, y + 10, f"heart {number}"),
        text(f"title {number}", title, x + 10, y + 132, 170, size=14),
        text(f"price {number}", f"{number * 7}.50", x + 10, y + 156, 80, size=14),
    )
    return V(f"card {number}", "div", x, y, 190, 188, "", {"drawn": True}, inner)


def line(number: int, title: str, y: float) -> V:
    """A product in the cart."""
    inner = (
        photo(f"small {number}", 20, y + 8, 60, 60),
        text(f"line title {number}", title, 92, y + 8, 200, size=14),
        V(f"minus {number}", "div", 92, y + 38, 36, 32, "", {}, (text(f"minus {number} t", "-", 106, y + 42, 16),)),
        text(f"count {number}", "1", 140, y + 42, 24, size=15),
        V(f"plus {number}", "div", 172, y + 38, 36, 32, "", {}, (text(f"plus {number} t", "+", 184, y + 42, 16),)),
        link(f"later {number}", "Save for later", 290, y + 44),
    )
    return V(f"line {number}", "div", 12, y, 387, 80, "", {"drawn": True}, inner)


def option(name: str, words: str, y: float, mark: str, *, checked: bool = False) -> V:
    """A radio button or a checkbox with its words."""
    inner = (
        V(f"{name} mark", mark, 24, y + 10, 24, 24, "", {"checked": checked, "disabled": False}),
        text(f"{name} words", words, 60, y + 9, 300, size=15),
    )
    return V(name, "div", 12, y, 387, 44, "", {}, inner)


def setting(name: str, words: str, y: float, *, turned: bool) -> V:
    inner = [text(f"{name} words", words, 28, y + 13, 240, size=15)]
    inner += [switch(f"{name} switch", 330, y + 11)] if turned else [icon(f"{name} arrow", 364, y + 14, ">", 20)]
    return V(name, "div", 12, y, 387, 52, "", {"drawn": True}, tuple(inner))


HOME = Page(
    "Home",
    (
        V(
            "find",
            "div",
            16,
            48,
            330,
            42,
            "",
            {"drawn": True},
            (text("find words", "What are you after?", 50, 56, 250),),
        ),
        icon("scan", 360, 52, "scan"),
        photo("hero", 0, 104, 411, 150),
        chip("all", "All", 12, 268, 60, chosen=True),
        chip("shoes", "Shoes", 80, 268, 90),
        chip("bags", "Bags", 178, 268, 80),
        chip("sale", "Sale", 266, 268, 80),
        text("heading", "New this week", 16, 316, 200, size=18),
        link("see all", "See all", 330, 316, 70),
        card(1, "All 1", 12, 350),
        card(2, "All 2", 209, 350),
        card(3, "All 3", 12, 546),
        card(4, "All 4", 209, 546),
        card(5, "All 5", 12, 742),
        card(6, "All 6", 209, 742),
        card(7, "Wool hat", 12, 938),
        card(8, "Red scarf", 209, 938),
        *bars(),
    ),
    {
        "find": Does("goes", "Search"),
        "scan": Does("vain"),
        "hero": Does("vain"),
        **{
            n: Does("picks", "all,shoes,bags", tuple(f"title {i}" for i in range(1, 7)))
            for n in ("all", "shoes", "bags")
        },
        "sale": Does("vain"),
        "see all": Does("goes", "Search"),
        "card 1": Does("opens", "Product"),
        "card 2": Does("opens", "Product"),
        "card 3": Does("vain"),
        "card 4": Does("opens", "Product"),
        "heart 1": Does("likes", words=("heart 1", "heart 1 full")),
        "heart 2": Does("likes", words=("heart 2", "heart 2 full")),
        "heart 4": Does("vain"),
        **TABBED,
    },
    gestures=("scrolls", "scrolls", "flicks", "fidgets", "pulls"),
    bars=BARS,
)
SEARCH = Page(
    "Search",
    (
        entry("query", "Search", 16, 48, 380),
        chip("near", "Near me", 12, 104, 96),
        chip("cheap", "Under 20", 116, 104, 104),
        V("sorting", "select", 240, 104, 156, 36, "Best match", {"disabled": False, "value": "Best match"}),
        text("found", "24 products", 16, 152, 200, size=13, faint=True),
        row("row 1", "Found 1", 12, 180, 387, 64),
        row("row 2", "Found 2", 12, 250, 387, 64),
        row("row 3", "Found 3", 12, 320, 387, 64),
        row("row 4", "Found 4", 12, 390, 387, 64),
        row("row 5", "Found 5", 12, 460, 387, 64),
        press("more found", "Show more", 110, 540, 190, 44, plain=True),
        link("wrong", "Report a wrong price", 16, 600, 180),
        *bars(),
    ),
    {
        "query": Does("suggests", "row 1 words,row 2 words,row 3 words", ("Boots", "Bags", "Belts")),
        "near": Does("vain"),
        "cheap": Does("flips", "found", ("24 products", "7 products")),
        "sorting": Does("picker", words=("Best match", "Price", "Newest")),
        "row 1": Does("opens", "Product"),
        "row 2": Does("opens", "Product"),
        "row 4": Does("vain"),
        "more found": Does("says", "found", ("48 products", "72 products", "96 products")),
        "wrong": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets",),
)
PRODUCT = Page(
    "Product",
    (
        photo("large", 0, 0, 411, 330),
        icon("back arrow", 12, 44, "<", 40),
        icon("send on", 310, 44, "share", 40),
        icon("wish", 360, 44, "wish", 40),
        text("brand", "Nordvik", 16, 342, 200, size=13, faint=True),
        text("product name", "Winter boots", 16, 364, 260, size=19),
        icon("star 1", 16, 396, "star 1", 22),
        icon("star 2", 42, 396, "star 2", 22),
        icon("star 3", 68, 396, "star 3", 22),
        link("ratings", "114 ratings", 100, 394),
        text("size head", "Size", 16, 430, 60, size=14),
        link("size guide", "Size guide", 310, 430, 90),
        chip("s", "S", 16, 458, 56, chosen=True),
        chip("m", "M", 80, 458, 56),
        chip("l", "L", 144, 458, 56),
        chip("xl", "XL", 208, 458, 60, off=True),
        row("details", "Details and care", 12, 512, 387, 48),
        row("delivery", "Delivery and returns", 12, 600, 387, 48),
        text("left", "3 left in your size", 16, 660, 240, size=14, faint=True),
        press("fewer", "-", 16, 700, 44, 44, plain=True),
        text("many", "1", 76, 710, 30, size=17),
        press("another", "+", 112, 700, 44, 44, plain=True),
        press("to cart", "Add to cart", 176, 696, 219, 52),
        press("try on", "Try it on you", 16, 764, 180, 44, plain=True),
        press("tell me", "Price alert", 212, 764, 183, 44, plain=True),
        text("badge", "0", 380, 20, 24, size=13),
    ),
    {
        "back arrow": Does("back"),
        "send on": Does("outside"),
        "wish": Does("likes", words=("wish", "wish full")),
        "large": Does("dialog", "", ("Zoom is not here yet", "Fine")),
        "ratings": Does("vain"),
        "size guide": Does("vain"),
        **{n: Does("picks", "s,m,l", ("left",)) for n in ("s", "m", "l")},
        "xl": Does("off"),
        "details": Does("expands", words=("Wool, leather, cork",)),
        "delivery": Does("vain"),
        "fewer": Does("steps", "many", ("-1",)),
        "another": Does("steps", "many", ("1",)),
        "to cart": Does("adds", "badge"),
        "try on": Does("vain"),
        "tell me": Does("toasts", words=("We tell you", "Alert is set")),
    },
    own_window=True,
    gestures=("edges", "fidgets", "taps twice"),
)
CART = Page(
    "Cart",
    (
        text("cart head", "Your cart", 16, 48, 200, size=24),
        link("edit", "Edit", 350, 54, 50),
        line(1, "Winter boots", 100),
        line(2, "Wool hat", 190),
        line(3, "Red scarf", 280),
        entry("promo", "Promo code", 16, 384, 250),
        press("use promo", "Apply", 280, 384, 115),
        text("promo note", "", 16, 434, 300, size=13),
        text("total head", "Total", 16, 480, 100, size=16),
        text("total", "84.00", 310, 480, 90, size=16),
        press("check out", "Check out", 16, 530, 379, 54),
        press("pay fast", "Pay with one tap", 16, 594, 379, 54, plain=True),
        press("empty", "Empty the cart", 16, 670, 180, 40, plain=True),
        *bars(),
    ),
    {
        "edit": Does("vain"),
        "minus 1": Does("steps", "count 1", ("-1",)),
        "plus 1": Does("steps", "count 1", ("1",)),
        "plus 2": Does("vain"),
        "later 1": Does("toasts", words=("Saved for later",)),
        "later 3": Does("vain"),
        "promo": Does("types"),
        "use promo": Does("refuses", "promo note", ("This code is not valid",)),
        "check out": Does("opens", "Checkout"),
        "pay fast": Does("vain"),
        "empty": Does("dialog", "total", ("Remove everything?", "Remove", "0.00", "84.00", "12.50")),
        **TABBED,
    },
    gestures=("fidgets", "scrolls"),
    bars=BARS,
)
CHECKOUT = Page(
    "Checkout",
    (
        icon("out", 12, 44, "x", 40),
        text("checkout head", "Delivery", 70, 52, 200, size=20),
        setting("address", "Mill Lane 4, Leeds", 100, turned=False),
        option("post", "By post, 3 days", 168, "radio", checked=True),
        option("courier", "Courier, tomorrow", 216, "radio"),
        option("shop", "Fetch it yourself", 264, "radio"),
        V("slot", "select", 16, 324, 379, 44, "Any time", {"disabled": False, "value": "Any time"}),
        option("gift", "Wrap it as a gift", 384, "checkbox"),
        option("terms", "I agree to the terms", 432, "checkbox"),
        link("read terms", "Read the terms", 60, 480, 140),
        entry("remark", "A remark for the courier", 16, 520, 379),
        text("pay note", "", 16, 580, 379, size=14),
        press("order", "Place the order", 16, 640, 379, 54),
        press("order later", "Pay in 30 days", 16, 704, 379, 54, disabled=True),
    ),
    {
        "out": Does("back"),
        "address": Does("vain"),
        "post mark": Does("turns"),
        "courier mark": Does("turns"),
        "shop": Does("vain"),
        "slot": Does("picker", words=("Any time", "Morning", "Evening")),
        "gift mark": Does("vain"),
        "terms": Does("row turns", "terms mark"),
        "read terms": Does("dialog", "", ("Terms of sale", "I agree")),
        "remark": Does("types"),
        "order": Does("refuses", "pay note", ("Choose a way to pay first",)),
        "order later": Does("off"),
    },
    gestures=("edges", "fidgets"),
)
ME = Page(
    "Me",
    (
        photo("portrait", 16, 52, 72, 72),
        text("me name", "Robin Buyer", 104, 60, 200, size=19),
        link("edit me", "Edit profile", 104, 92),
        setting("orders", "My orders", 144, turned=False),
        setting("coupons", "Coupons", 202, turned=False),
        setting("alerts", "Price alerts", 260, turned=True),
        setting("mails", "Letters by mail", 318, turned=True),
        setting("dark", "Dark colours", 376, turned=True),
        text("code me", "ROBIN-20", 28, 446, 120, size=16),
        press("copy code", "Copy", 290, 440, 105, 40, plain=True),
        text("rate head", "How do you like us?", 28, 500, 220, size=15),
        icon("rate 1", 28, 530, "empty", 36),
        icon("rate 2", 72, 530, "empty", 36),
        icon("rate 3", 116, 530, "empty", 36),
        press("help", "Help", 16, 590, 180, 44, plain=True),
        press("call us", "Call us", 215, 590, 180, 44, plain=True),
        press("sign out", "Sign out", 16, 650, 379, 44, plain=True),
        text("version", "Version 4.11", 160, 704, 120, size=12, faint=True),
        *bars(),
    ),
    {
        "edit me": Does("vain"),
        "orders": Does("opens", "Cart"),
        "coupons": Does("vain"),
        "alerts": Does("row turns", "alerts switch"),
        "mails switch": Does("turns"),
        "dark switch": Does("vain"),
        "copy code": Does("copies", "copy code", ("Copied",)),
        "rate 1": Does("likes", words=("empty", "full")),
        "rate 2": Does("likes", words=("empty", "full")),
        "help": Does("vain"),
        "call us": Does("outside"),
        "sign out": Does("dialog", "", ("Sign out?", "Sign out")),
        "portrait": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets",),
)
MARKET = Design("market", (411, 890), (PLUM, PLUM_NIGHT), (HOME, SEARCH, PRODUCT, CART, CHECKOUT, ME), density=2.0)
