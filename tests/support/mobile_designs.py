"""Made-up apps for support/mobile_visits: detection was developed on them."""

from __future__ import annotations

from support.drawing import DARK, GREEN, GREEN_DARK, LIGHT
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page


def text(name: str, words: str, x: float, y: float, width: float = 200, **more: object) -> V:
    return V(name, "text", x, y, width, 26, words, more)


def press(name: str, words: str, x: float, y: float, width: float, height: float = 44, **more: object) -> V:
    """A button that says it is one."""
    return V(name, "button", x, y, width, height, words, {"disabled": False, **more})


def row(name: str, words: str, x: float, y: float, width: float, height: float = 56) -> V:
    """A row, card or image button: no recorder says that it answers."""
    inner = V(f"{name} words", "text", x + 14, y + height / 2 - 13, width - 28, 26, words)
    return V(name, "div", x, y, width, height, "", {"drawn": True}, (inner,))


def switch(name: str, x: float, y: float) -> V:
    return V(name, "toggle", x, y, 52, 30, "", {"checked": False, "disabled": False})


def entry(name: str, hint: str, x: float, y: float, width: float) -> V:
    return V(name, "text_area", x, y, width, 44, "", {"disabled": False, "hint": hint})


def photo(name: str, x: float, y: float, width: float, height: float) -> V:
    return V(name, "image", x, y, width, height, name)


def keypad(prefix: str, x: float, y: float, width: float, height: float, *, typed: bool) -> tuple[V, ...]:
    """Ten keys in rows of three; untyped ones are pictures to the recorder."""

    def key(i: int) -> V:
        place = (x + i % 3 * (width + 12), y + i // 3 * (height + 10), width, height)
        name = f"{prefix} {i}"
        return press(name, str(i), *place, plain=True) if typed else row(name, str(i), *place)

    return tuple(key(i) for i in range(10))


def _pads(prefix: str, target: str) -> dict[str, Does]:
    return {f"{prefix} {i}": Does("keys", target) for i in range(10)}


SHOP = Design(
    "shop",
    (400, 800),
    (LIGHT, DARK),
    (
        Page(
            "Shelf",
            (
                text("title", "Garden shop", 20, 50, size=24),
                text("clock", "0:00", 330, 50, 60),
                photo("banner", 20, 90, 360, 120),
                row("tulips", "Tulips", 20, 226, 360),
                row("roses", "Roses", 20, 290, 360),
                row("ferns", "Ferns", 20, 354, 360),
                text("offer", "Two for one today", 20, 430),
                press("save", "Save list", 20, 470, 170),
                press("share", "Share", 210, 470, 170, plain=True),
                press("filter", "Filter", 20, 540, 170, plain=True),
                press("reload", "Refresh", 210, 540, 170),
                press("basket", "Basket", 20, 730, 110, 50),
                press("account", "Account", 145, 730, 110, 50, plain=True),
                press("lock", "Lock", 270, 730, 110, 50, plain=True),
            ),
            {
                "tulips": Does("goes", "Item"),
                "roses": Does("goes", "Item"),
                "ferns": Does("dead"),
                "save": Does("toasts", words=("Saved", "Saved to your list")),
                "share": Does("outside"),
                "filter": Does("dead"),
                "reload": Does("loads", "offer", ("Three for two", "Free pots", "Two for one today")),
                "basket": Does("goes", "Basket"),
                "account": Does("goes", "Account"),
                "lock": Does("goes", "Lock"),
            },
        ),
        Page(
            "Item",
            (
                press("item back", "Back", 16, 44, 70, 40, plain=True),
                photo("tulip", 20, 100, 360, 240),
                text("item name", "Tulip, red", 20, 360, size=20),
                text("price", "4.90", 320, 360, 60),
                text("stock", "In stock", 20, 400, faint=True),
                press("less", "-", 20, 450, 50),
                text("amount", "1", 96, 458, 60),
                press("more", "+", 160, 450, 50),
                press("add", "Add to basket", 20, 560, 360, 50),
                press("notify", "Tell me when cheaper", 20, 630, 360, 50),
                row("reviews", "Reviews (12)", 20, 700, 360),
            ),
            {
                "item back": Does("back"),
                "less": Does("steps", "amount", ("-1",)),
                "more": Does("steps", "amount", ("1",)),
                "add": Does("toasts", words=("Added",)),
                "notify": Does("dead"),
                "reviews": Does("dead"),
            },
            own_window=True,
        ),
        Page(
            "Basket",
            (
                press("basket back", "Back", 16, 44, 70, 40, plain=True),
                text("sum", "12.90", 300, 120, 80, size=20),
                text("items", "3 items", 20, 120),
                entry("voucher", "Voucher", 20, 200, 240),
                press("apply", "Apply", 276, 200, 104),
                text("ways", "Delivery in 3 days", 20, 280),
                press("sooner", "Sooner", 276, 276, 104, plain=True),
                press("pay", "Pay", 20, 440, 360, 50),
                press("later", "Pay later", 20, 510, 360, 50, plain=True),
            ),
            {
                "basket back": Does("back"),
                "voucher": Does("types"),
                "apply": Does("dead"),
                "sooner": Does("says", "ways", ("Delivery in 2 days", "Delivery tomorrow", "Delivery in 3 days")),
                "pay": Does("loads", "sum", ("12.90 paid", "declined", "0.00")),
                "later": Does("dead"),
            },
        ),
        Page(
            "Account",
            (
                press("account back", "Back", 16, 44, 70, 40, plain=True),
                text("who", "Jo Gardener", 20, 110, size=20),
                text("news label", "Newsletter", 20, 180),
                switch("news", 320, 176),
                text("dark label", "Offers by post", 20, 240),
                switch("post", 320, 236),
                text("beta label", "Early access", 20, 300),
                switch("beta", 320, 296),
                row("orders", "My orders", 20, 380, 360),
                row("address", "My address", 20, 444, 360),
                entry("name", "Name", 20, 530, 360),
                press("keep", "Save", 20, 600, 360),
                text("kept", "not saved yet", 20, 660, faint=True),
            ),
            {
                "account back": Does("back"),
                "news": Does("turns"),
                "post": Does("turns"),
                "beta": Does("dead"),
                "orders": Does("goes", "Item"),
                "address": Does("dead"),
                "name": Does("types"),
                "keep": Does("says", "kept", ("saved", "saved again", "all is saved")),
            },
        ),
        Page(
            "Lock",
            (
                press("lock back", "Back", 16, 44, 70, 40, plain=True),
                text("ask", "Your PIN", 160, 120),
                text("dots", "", 160, 180),
                *keypad("key", 62, 260, 84, 64, typed=True),
                press("forgot", "Forgot?", 142, 620, 120, plain=True),
            ),
            {"lock back": Does("back"), **_pads("key", "dots"), "forgot": Does("dead")},
        ),
    ),
)

BANK = Design(
    "bank",
    (390, 844),
    (GREEN, GREEN_DARK),
    (
        Page(
            "Overview",
            (
                row("head", "Accounts", 0, 40, 390, 60),
                text("balance", "1 204.50", 24, 130, size=28),
                text("clock", "0:00", 320, 130, 60),
                press("hide", "Hide", 24, 180, 80, 40, plain=True),
                press("top up", "Top up", 120, 180, 110, 40),
                press("send", "Send", 246, 180, 110, 40),
                row("card one", "Card ending 4411", 16, 260, 358, 72),
                row("card two", "Card ending 9020", 16, 344, 358, 72),
                row("card three", "Card ending 1177", 16, 428, 358, 72),
                text("hint", "Nothing new", 24, 530, faint=True),
                press("statement", "Statement", 24, 580, 160),
                press("invite", "Invite friends", 206, 580, 160, plain=True),
                press("help", "Help", 24, 780, 100, 48, plain=True),
                press("code", "Code", 145, 780, 100, 48, plain=True),
                press("settings", "Settings", 266, 780, 100, 48, plain=True),
            ),
            {
                "hide": Does("says", "balance", ("•••", "1 204.50", "hidden")),
                "top up": Does("dead"),
                "send": Does("goes", "Send"),
                "card one": Does("goes", "Card"),
                "card two": Does("goes", "Card"),
                "card three": Does("dead"),
                "statement": Does("loads", "hint", ("Ready", "Sent to you", "Not possible now")),
                "invite": Does("outside"),
                "help": Does("dead"),
                "code": Does("goes", "Code"),
                "settings": Does("goes", "Settings"),
            },
        ),
        Page(
            "Send",
            (
                press("send back", "Cancel", 12, 50, 90, 40, plain=True),
                text("to", "To whom?", 24, 120, size=20),
                entry("payee", "Name or number", 24, 160, 342),
                text("much", "10", 180, 260, 60, size=24),
                press("down", "-", 100, 250, 48),
                press("up", "+", 250, 250, 48),
                press("note", "Add a note", 24, 330, 342, plain=True),
                press("go", "Send now", 24, 700, 342, 52),
                press("plan", "Send later", 24, 770, 342, 48, plain=True),
                text("state", "Draft", 24, 640),
            ),
            {
                "send back": Does("back"),
                "payee": Does("types"),
                "down": Does("steps", "much", ("-1",)),
                "up": Does("steps", "much", ("1",)),
                "note": Does("dead"),
                "go": Does("loads", "state", ("Sent", "Waiting", "Refused")),
                "plan": Does("dead"),
            },
            own_window=True,
        ),
        Page(
            "Card",
            (
                press("card back", "Back", 12, 50, 80, 40, plain=True),
                photo("card face", 24, 110, 342, 190),
                text("frozen label", "Frozen", 24, 340),
                switch("frozen", 310, 336),
                text("abroad label", "Use abroad", 24, 400),
                switch("abroad", 310, 396),
                row("limits", "Limits", 16, 460, 358, 60),
                row("pin", "Show PIN", 16, 530, 358, 60),
                press("replace", "Replace card", 24, 640, 342),
                press("report", "Report a loss", 24, 700, 342, plain=True),
                text("note card", "Valid until 2028", 24, 770, faint=True),
            ),
            {
                "card back": Does("back"),
                "frozen": Does("turns"),
                "abroad": Does("dead"),
                "limits": Does("toasts", words=("No limits set", "Limits are on")),
                "pin": Does("dead"),
                "replace": Does("dead"),
                "report": Does("says", "note card", ("Reported", "Thank you", "We call you")),
            },
        ),
        Page(
            "Code",
            (
                press("code back", "Back", 12, 50, 80, 40, plain=True),
                text("code ask", "Enter your code", 24, 130),
                entry("secret", "", 24, 180, 342),
                *keypad("digit", 45, 300, 90, 70, typed=False),
                press("resend", "Send again", 24, 720, 342, plain=True),
            ),
            {"code back": Does("back"), **_pads("digit", "secret"), "resend": Does("dead")},
        ),
        Page(
            "Settings",
            (
                press("settings back", "Back", 12, 50, 80, 40, plain=True),
                text("sounds label", "Sounds", 24, 130),
                switch("sounds", 310, 126),
                text("face label", "Unlock by face", 24, 190),
                switch("face", 310, 186),
                row("language", "Language", 16, 260, 358, 60),
                row("documents", "Documents", 16, 330, 358, 60),
                press("log out", "Log out everywhere", 24, 430, 342),
                text("devices", "2 devices", 24, 500),
            ),
            {
                "settings back": Does("back"),
                "sounds": Does("turns"),
                "face": Does("turns"),
                "language": Does("goes", "Code"),
                "documents": Does("dead"),
                "log out": Does("says", "devices", ("1 device", "this device only", "0 others")),
            },
        ),
    ),
)
