"""Marked personal texts at every place of a recording where one was ever found, and their search in what a run leaves.

A `word` is a name without any pattern, for places of which nothing is kept. A `mail` or a `number` stands where words
are kept: there patterns have to go. Marks are letters or digits alone, so that a search sees them through any spelling.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote

import msgspec

Event = dict[str, Any]
START_MS = 1_795_490_000_000
TEAM = "phc_canary"
SESSION, NATIVE_SESSION = "01a20b89-9178-7a55-9867-00000000cafe", "01a20b89-9178-7a55-9867-00000000beef"


STEMS = "zyxmar", "qwmark"
"""How marks begin: what is cut in the middle of one is found, too."""

PLAYED = frozenset(("changed text", "changed attribute", "added later", "alert"))
"""Places whose marks a player shows: names of controls and alerts that come later, in messages that do not show what is
around them. A digest sees one message and masks them; playback has followed the window and knows that no rule does."""


class Marks:
    """Gives out marked texts and remembers the place of each."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def word(self, place: str) -> str:
        """A name that no pattern knows."""
        return self._put(f"Zyxmarkus{_letters(len(self.places))}", place)

    def mail(self, place: str) -> str:
        """An address."""
        return self._put(f"qwmarked{_letters(len(self.places))}", place) + "@example.org"

    def phone(self, place: str) -> str:
        """A phone number: 12 digits."""
        digits = f"4930{90182000 + len(self.places)}"
        self._put(digits, place)
        return f"+{digits[:2]} {digits[2:4]} {digits[4:]}"

    def card(self, place: str) -> str:
        """A payment card: 16 digits with Luhn's check digit."""
        digits = f"4242424242{len(self.places):05}"
        twice = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
        return self._put(digits + str(-sum(d // 10 + d % 10 for d in twice) % 10), place)

    def found_in(self, texts: Iterable[str]) -> dict[str, str]:
        """Marks that stand in texts, however they are spelt there, with their places."""
        said = "\n".join(spelt for text in texts for spelt in spellings(text))
        found = {mark: place for mark, place in self.places.items() if mark.lower() in said}
        return found | ({} if found else {stem: "a part of a mark" for stem in STEMS if stem in said})

    def _put(self, mark: str, place: str) -> str:
        self.places[mark] = place
        return mark


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")


# Search


def spellings(text: str) -> Iterator[str]:
    """A text as bare letters and as bare digits, also of what it holds in escapes, base64 and hexadecimal digits."""
    yield from bare(text)
    plain = text
    for _ in range(3):
        plain = html.unescape(unquote(re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), plain)))
    if plain != text:
        yield from bare(plain)
    for token in re.findall(r"[A-Za-z0-9+/_-]{12,}", plain):
        yield from bare(_unpacked(token))
    if "\u202e" in text:
        yield from bare(text[::-1])


def bare(text: str) -> tuple[str, str]:
    """Letters alone, lower case, and digits alone."""
    if not text.isascii():
        text = "".join(_ascii(char) for char in unicodedata.normalize("NFKD", text))
    return re.sub(r"[^a-z]", "", text.lower()), re.sub(r"[^0-9]", "", text)


def _ascii(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _unpacked(token: str) -> str:
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){6,}", token):
        return bytes.fromhex(token).decode("latin-1")
    token = token.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")
    except binascii.Error:
        return ""


def decoded(value: Any) -> Iterator[str]:
    """Every text in a value, also in bytes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "backslashreplace")
    elif isinstance(value, msgspec.Struct):
        yield from decoded([getattr(value, name) for name in value.__struct_fields__])
    elif isinstance(value, dict):
        yield from decoded([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from decoded(one)
    elif isinstance(value, (int, float)):
        yield str(value)
    elif hasattr(value, "__dict__"):
        yield from decoded(vars(value))


# Recordings


def element(node_id: int, tag: str, *children: Any, **attributes: Any) -> dict[str, Any]:
    """A node; `class_` is the attribute `class`, `data_x` is `data-x`."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return {"type": 2, "id": node_id, "tagName": tag, "attributes": named, "childNodes": list(children)}


def text(node_id: int, value: str) -> dict[str, Any]:
    """A text node."""
    return {"type": 3, "id": node_id, "textContent": value}


def event(kind: int, data: Any, at_ms: float = 0) -> Event:
    """An rrweb event."""
    return {"type": kind, "timestamp": START_MS + at_ms, "data": data}


def packed(value: Any, level: int = 6) -> str:
    """As posthog-js packs a field."""
    return gzip.compress(json.dumps(value).encode(), level).decode("latin-1")


def disguises(m: Marks, where: str) -> list[str]:
    """An address or a number in every dress."""

    def a(dress: str) -> str:
        return m.mail(f"{where}: {dress}")

    def mail(dress: str, change: Callable[[str], str]) -> str:
        return change(a(dress))

    def phone(dress: str, change: Callable[[str], str]) -> str:
        return change(m.phone(f"{where}: {dress}"))

    def card(dress: str, change: Callable[[str], str]) -> str:
        return change(m.card(f"{where}: {dress}"))

    def pieces(value: str, between: str) -> str:
        return between.join(value)

    return [
        mail("plain", str),
        mail("html entities", lambda s: "".join(f"&#{ord(c)};" for c in s)),
        mail("hexadecimal entities", lambda s: "".join(f"&#x{ord(c):x}" for c in s)),
        mail("named entity", lambda s: s.replace("@", "&commat;").replace(".", "&period;")),
        mail("percent", lambda s: "".join(f"%{ord(c):02x}" for c in s)),
        mail("percent twice", lambda s: quote(quote(s, safe=""), safe="")),
        mail("percent thrice", lambda s: quote(quote(quote(s, safe=""), safe=""), safe="")),
        mail("escape()", lambda s: s.replace("@", "%u0040")),
        mail("json escapes", lambda s: "".join(f"\\u{ord(c):04x}" for c in s)),
        mail("json escapes twice", lambda s: "".join(f"\\\\u{ord(c):04x}" for c in s)),
        mail("base64", lambda s: base64.b64encode(s.encode()).decode()),
        mail("base64url of json", lambda s: base64.urlsafe_b64encode(json.dumps({"u": s}).encode()).decode()),
        mail("base64 twice", lambda s: base64.b64encode(base64.b64encode(s.encode())).decode()),
        mail("hexadecimal", lambda s: s.encode().hex()),
        mail("wide letters", lambda s: "".join(chr(ord(c) + 0xFEE0) for c in s)),
        mail("mathematical letters", lambda s: "".join(chr(0x1D41A + ord(c) - 97) if c.isalpha() else c for c in s)),
        mail("wide at", lambda s: s.replace("@", "＠").replace(".", "。")),
        mail("small at", lambda s: s.replace("@", "﹫").replace(".", "﹒")),
        mail("zero width", lambda s: pieces(s, "\u200b")),
        mail("soft hyphens", lambda s: pieces(s, "\u00ad")),
        mail("variation selectors", lambda s: pieces(s, "\ufe0f")),
        mail("tags", lambda s: pieces(s, "\U000e0041")),
        mail("fillers", lambda s: pieces(s, "\u3164")),
        mail("combining", lambda s: pieces(s, "\u0332")),
        mail("spaced", lambda s: pieces(s, " ")),
        mail("thin spaces", lambda s: pieces(s, "\u2009")),
        mail("cut in words", lambda s: f"{s[:4]} {s[4:14]} {s[14:]}"),
        mail("right to left", lambda s: "\u202e" + s[::-1] + "\u202c"),
        mail("mark in front", lambda s: "\u202a" + s),
        mail("words for signs", lambda s: s.replace("@", " at ").replace(".", " dot ")),
        mail("brackets for signs", lambda s: s.replace("@", "(at)").replace(".", "[dot]")),
        mail("no domain", lambda s: s.partition(".")[0]),
        mail("quoted", lambda s: '"' + s.replace("@", '"@')),
        mail("in a link text", lambda s: f"https://a.test/?q={s}"),
        mail("glued", lambda s: f"mail:{s},"),
        mail("upper case", str.upper),
        mail("other script", lambda s: "мария." + s),
        phone("phone", str),
        phone("phone in arabic digits", lambda s: _digits_of(s, 0x660)),
        phone("phone in devanagari", lambda s: _digits_of(s, 0x966)),
        phone("phone with odd dashes", lambda s: s.replace(" ", "–")),
        card("card", str),
        card("card in thin groups", lambda s: "\u2009".join(_groups(s))),
        card("card in wide digits", lambda s: _digits_of(s, 0xFF10)),
        card("card with dots", lambda s: "·".join(_groups(s))),
        " ".join([a("many"), *["x@example.org"] * 10, a("after masked ones")]),
        f"{'y@exampleexampleexample.org ' * 5}{'z' * 9} {a('at the cut of 160')}",
    ]


def _digits_of(number: str, zero: int) -> str:
    return "".join(chr(zero + int(c)) if c.isdigit() else c for c in number)


def _groups(number: str) -> list[str]:
    return [number[at : at + 4] for at in range(0, len(number), 4)]


def controls(m: Marks) -> list[dict[str, Any]]:
    """Elements of a page, with ids from 10 on."""
    w, a = m.word, m.mail
    ids = iter(range(10, 10_000))

    def el(tag: str, *children: Any, **attributes: Any) -> Callable[[], dict[str, Any]]:
        return lambda: _element(tag, children, attributes)

    def _element(tag: str, children: Any, attributes: Any) -> dict[str, Any]:
        own = next(ids)
        below = [text(next(ids), child) if isinstance(child, str) else child() for child in children]
        return element(own, tag, *below, **attributes)

    made = [
        el("button", f"Mail {a('button text')}"),
        el("input", type="submit", value=a("submit value")),
        el("label", a("label")),
        el("button", title=a("title")),
        el("input", placeholder=a("placeholder")),
        el("tr", el("td", w("row text")), onclick="x()"),
        el("button", id=a("dom id"), data_testid=a("test id"), aria_label="x"),
        el("button", aria_label=a("aria label")),
        el("div", w("contenteditable"), contenteditable="true"),
        el("textarea", w("textarea")),
        el("select", el("option", w("option"))),
        el("div", el("button", w("masked class")), class_="ph-mask"),
        el("div", el("button", w("blocked"), id=w("blocked id")), class_="rr-block"),
        el("button", w("masked by attribute"), data_sentry_mask=""),
        el("div", el("button", f"[{w('mark in a masked place').lower()}]"), class_="rr-mask"),
        el("a", "x", href=f"https://a.test/u?q={w('link query')}#{w('link fragment')}"),
        el("a", "x", href=f"mailto:{a('mailto')}"),
        el("a", "x", href=f"sms:12345?body={w('sms')}"),
        el("a", "x", href=f"x:80?q={w('port')}"),
        el("a", "x", href=f"https://a.test/?q=[{w('mark in a query').lower()}]"),
        el("a", "x", href=f"data:text/html,{w('data url')}"),
        el("a", "x", href=f"javascript:alert('{w('javascript url')}')"),
        el("a", "x", href=f"/~{w('home')}/"),
        el("a", "x", href=f"/@{w('handle in path')}/"),
        el("a", f"@{w('handle')}", href="/x"),
        el("a", f"https://a.test/p?name={w('query in a link text')}", href="/x"),
        el("a", "x", href=f"/a?{'x' * 4070}#/{a('cut of an address')}"),
        el(
            "form",
            el("input", type="text", name=a("field name")),
            action=f"https://a.test/login?next={w('form target')}",
        ),
        el("button", class_=f"btn {a('class')}"),
        el("button", class_=f"btn {'c' * 45} {a('class at the cut')}"),
        el("div", w("card with a handler"), onclick="x()"),
        el("button", el("svg", el("text", a("svg text")))),
        el("button", a("in pieces").partition("@")[0], "@", "example.org"),
        el("p", w("page text")),
        el("button", role=a("role"), type=a("type")),
        el(f"x-{a('tag')}", tabindex="0"),
        el("li", w("list row"), role="listitem", tabindex="0"),
        el("button", el("span", w("masked inside"), class_="rr-mask")),
        el("img", alt=a("alt"), onclick="x()"),
        el("iframe", srcdoc=f"<p>{w('srcdoc')}</p>", src=f"/f?n={w('frame source')}"),
        el("button", data_user=w("data attribute"), style=f"--x: '{w('style')}'", name=w("name attribute")),
        el("input", type="file", value=f"C:\\fakepath\\{w('file name')}.pdf"),
        el("div", f"Wrong {a('alert in the page')}", role="alert", tabindex="0"),
        *(el("button", dressed) for dressed in disguises(m, "button")),
    ]
    return [one() for one in made]


def document(m: Marks) -> dict[str, Any]:
    """A page with everything on it."""
    head = element(4, "head", element(5, "title", text(6, m.word("page title"))))
    return {"type": 0, "id": 1, "childNodes": [element(3, "html", head, element(7, "body", *controls(m)))]}


def _click(node_id: int, at_ms: float) -> Event:
    return event(3, {"source": 2, "type": 2, "id": node_id, "x": 5, "y": 5}, at_ms)


def _console(parts: list[str], at_ms: float, level: str = "error", trace: str = "") -> Event:
    return event(6, {"plugin": "rrweb/console@1", "payload": _said(parts, level, trace)}, at_ms)


def _said(parts: list[str], level: str = "error", trace: str = "") -> Event:
    return {"level": level, "trace": [trace, trace] if trace else [], "payload": parts}


def _change(at_ms: float, **fields: Any) -> Event:
    return event(3, {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [], **fields}, at_ms)


def web(m: Marks) -> list[list[Event]]:
    """Messages of a visit: a page whose every control is clicked in vain, its console, requests, and pages after it."""
    w, a = m.word, m.mail
    href = (
        f"https://{w('user')}:{w('password')}@a.test/users/{w('user in path')}/{quote(a('encoded path'))}"
        f";jsessionid={w('path parameter')}?email={w('query')}&{w('bare query')}#access_token={w('fragment')}"
    )
    page = document(m)
    body = page["childNodes"][0]["childNodes"][1]["childNodes"]
    clicked = [one["id"] for one in body]
    first = [
        event(4, {"href": href, "width": 800, "height": 600}),
        event(2, {"node": page}, 10),
        event(
            5, {"tag": "$pageview", "payload": {"href": f"https://a.test/#/x/{w('route')} y?z={w('route query')}"}}, 20
        ),
        event(5, {"tag": a("custom tag"), "payload": {"name": w("custom payload")}}, 30),
        event(
            5, {"tag": "breadcrumb", "payload": {"message": w("breadcrumb"), "data": {"to": w("breadcrumb data")}}}, 35
        ),
        event(5, {"tag": "performanceSpan", "payload": {"description": f"https://a.test/{w('span')}"}}, 36),
        event(6, {"plugin": f"own/{w('plugin')}", "payload": {"x": w("plugin payload")}}, 37),
        event(3, {"source": 5, "id": 16, "text": w("typed"), "isChecked": False}, 40),
        event(3, {"source": 5, "id": 16, "text": f"C:\\fakepath\\{w('chosen file')}", "isChecked": False}, 45),
        _change(
            50,
            texts=[{"id": 11, "value": w("changed text")}],
            attributes=[
                {"id": 10, "attributes": {"title": w("changed attribute"), f"data-{a('attribute name')}": "x"}},
            ],
        ),
    ]
    clicks: list[Event] = []
    for i, node_id in enumerate(clicked):
        at_ms = 2000 + 9000 * i
        clicks += [_click(node_id, at_ms + 250 * n) for n in range(4)]
    return [first, clicks, *_talk(m), *_later(m), *_journey(m, 2000 + 9000 * len(clicked) + 20_000)]


def _talk(m: Marks) -> list[list[Event]]:
    """What the program says while the visitor clicks: console, requests, exceptions right after clicks."""
    w, a = m.word, m.mail
    redirect = quote(quote(f"https://b.test/?e={a('redirect')}", safe=""), safe="")
    lines = [
        [json.dumps(f"Failed for {a('console')}")],
        [json.dumps("Failed for"), json.dumps(w("console argument"))],
        [json.dumps("Failed for %s"), json.dumps(w("format argument"))],
        [json.dumps({"user": w("console object")})],
        [json.dumps(f"INSERT INTO u VALUES ('{w('sql')}')")],
        [json.dumps(f'query {{ user(name: "{w("graphql")}") }}')],
        [json.dumps(json.dumps({"a": w("json in a line")}))],
        [json.dumps(json.dumps(json.dumps({"a": w("json in json in a line")})))],
        [json.dumps(f"state {{ a: {w('object in a line')}, b: 1 }}")],
        [json.dumps(f"answer <name>{w('xml in a line')}</name>")],
        [json.dumps(f"password={w('key name')} x")],
        [json.dumps(f"Name: {w('key with a colon')}")],
        [json.dumps(f"TypeError: no user “{w('quoted')}”")],
        [json.dumps(f"TypeError: no user «{w('guillemets')}»")],
        [json.dumps(f"TypeError: no user '{w('quoted in single')}'")],
        [json.dumps(f"Cannot read properties of '{w('not of code')} x'")],
        [json.dumps(f"token {base64.b64encode(w('base64 word').encode()).decode()}")],
        [json.dumps(f"GET https://a.test/users/{w('user in a line')}?q={w('query in a line')} 500")],
        [json.dumps(f"at C:\\Users\\{w('windows home')}\\a.js")],
        [json.dumps(f"at /home/{w('unix home')}/a.js")],
        [json.dumps("Uncaught TypeError: x " + "word " * 900 + a("cut of a line"))],
        *([json.dumps(f"Error: {dressed} failed")] for dressed in disguises(m, "line")),
    ]
    talk = [
        _console(
            parts,
            2100 + 9000 * i,
            trace=f"f (https://a.test/users/{w(f'stack {i}')}/a.js?u={w(f'stack query {i}')}:1:2)",
        )
        for i, parts in enumerate(lines)
    ]
    talk += [
        _console([json.dumps(w("console log"))], 130, level="log"),
        event(3, {"source": 11, **_said([json.dumps("Failed for"), json.dumps(w("older console"))])}, 135),
        event(6, {"plugin": "rrweb/network@1", "payload": {"requests": _requests(m, redirect)}}, 140),
        event(
            6,
            {
                "plugin": "posthog/network@1",
                "payload": {"2": f"/users/{w('old request')}", "18": a("old initiator")},
            },
            145,
        ),
    ]
    return [talk]


def _requests(m: Marks, redirect: str) -> list[dict[str, Any]]:
    w, a = m.word, m.mail
    return [
        {
            "name": f"https://a.test/api/users/{w('request path')}?q={w('request query')}#{w('request fragment')}",
            "status": 500,
            "timestamp": START_MS + 2050,
            "duration": 20,
            "requestBody": w("request body"),
            "responseBody": w("response body"),
            "requestHeaders": {"authorization": w("request header")},
        },
        {"name": f"https://a.test/cb/{redirect}", "status": 404, "timestamp": START_MS + 11_050, "method": a("method")},
        *(
            {"name": f"https://a.test/x/{quote(dressed)}/y", "status": 500, "timestamp": START_MS + 20_050 + 9000 * i}
            for i, dressed in enumerate(disguises(m, "request"))
        ),
    ]


def _later(m: Marks) -> list[list[Event]]:
    """What is added to the page later, at different gzip levels; a masked root and its child in either order."""
    w = m.word

    def add(parent: int, node: dict[str, Any]) -> dict[str, Any]:
        return {"parentId": parent, "node": node}

    added = [
        [
            add(7, element(9000, "button", text(9001, w("added later")))),
            add(7, element(9002, "div", text(9003, w("alert")), role="alert")),
        ],
        [add(7, element(9010, "div", class_="rr-mask"))],
        [add(9010, element(9011, "button", text(9012, w("child of a masked root"))))],
        [add(9020, element(9021, "button", text(9022, w("child before its masked root"))))],
        [add(7, element(9020, "div", class_="ph-mask"))],
        [add(7, element(9030, "tr", element(9031, "td", element(9032, "a", text(9033, w("link in a later row"))))))],
        [add(9030, element(9034, "td", element(9035, "button", text(9036, w("button in a row, later still")))))],
    ]
    return [
        [_change(150 + i, adds=packed(one, level), cv="2024-10")]
        for (i, one), level in zip(enumerate(added), (9, 1, 6, 2, 9, 1, 4), strict=True)
    ]


def _journey(m: Marks, at_ms: float) -> list[list[Event]]:
    """Pages after the first: visited and left, loaded again and again, missing."""
    w, a = m.word, m.mail
    addresses = [
        f"https://a.test/#/users/{w('hash route')}?q={w('hash query')}",
        f"https://a.test/#!/search/{quote(w('hashbang search'))}",
        f"https://a.test/oauth/callback?code={w('code')}&state={w('state')}#id_token={w('id token')}",
        f"https://a.test/go?u={quote(json.dumps({'name': w('json in a query')}))}",
        f"https://a.test/go?{quote(json.dumps({w('json as key'): 1}))}",
        f"https://a.test/reset/{w('reset')}?x={base64.b64encode(w('base64 query').encode()).decode()}",
        f"//a.test/customers/{w('no scheme')}",
        f"https:\\\\a.test\\patients\\{w('backslashes')}",
        f"ht\ttps://a.test/invite/{w('tab in the scheme')}",
        f"view-source:https://a.test/{w('view source')}",
        *(f"https://a.test/p/{dressed}/x" for dressed in disguises(m, "path")),
        *(f"https://a.test/p#/{dressed}" for dressed in disguises(m, "route")),
        *(["https://a.test/missing/" + a("missing page")] * 4),
    ]
    page = element(3, "html", element(4, "head", element(5, "title", text(6, "404 Not Found"))), element(7, "body"))
    visits: list[list[Event]] = []
    for i, href in enumerate(addresses):
        start = at_ms + 1500 * i
        visits.append(
            [
                event(4, {"href": href, "width": 800, "height": 600}, start),
                event(2, {"node": {"type": 0, "id": 1, "childNodes": [page]}}, start + 10),
            ]
        )
    return visits


def native(m: Marks) -> list[Event]:
    """A native screen that is tapped in vain."""
    w, a = m.word, m.mail
    box = {"x": 0, "width": 90, "height": 20}
    views = [
        {"id": 2, "type": "text", "text": w("mobile text"), "y": 0, **box},
        {"id": 3, "type": "input", "inputType": "text", "value": w("mobile value"), "y": 30, **box},
        {"id": 4, "type": "input", "inputType": "button", "value": a("mobile button"), "y": 60, **box},
        {"id": 5, "type": "input", "inputType": "toggle", "label": a("mobile label"), "y": 90, **box},
        {"id": 6, "type": a("mobile type"), "text": w("mobile own view"), "y": 120, **box},
        {"id": 7, "type": "input", "inputType": "select", "options": [w("mobile option")], "y": 150, **box},
        {"id": 8, "type": "web_view", "url": f"https://a.test/{w('mobile web view')}", "y": 180, **box},
        *(
            {"id": 20 + i, "type": "input", "inputType": "button", "value": dressed, "y": 210 + 30 * i, **box}
            for i, dressed in enumerate(disguises(m, "view"))
        ),
    ]
    screen = {"id": 1, "type": "div", "x": 0, "y": 0, "width": 400, "height": 9000, "childWireframes": views}
    taps = [
        event(3, {"source": 2, "type": kind, "id": 0, "x": 5, "y": view["y"] + 5}, 3000 + 9000 * i + 300 * n + wait)
        for i, view in enumerate(views)
        for n in range(4)
        for kind, wait in ((7, 0), (9, 50))
    ]
    return [
        event(4, {"href": f"app://x/Chat?with={w('screen name')}", "width": 400, "height": 800}),
        event(2, {"wireframes": [screen]}, 10),
        *taps,
    ]


def properties(m: Marks) -> dict[str, Any]:
    """Of an analytics event: what SDKs send, and what sites add."""
    w, a = m.word, m.mail
    return {
        "$ip": w("ip"),
        "city": w("city"),
        "password": w("property password"),
        "$el_text": w("element text"),
        "$current_url": f"https://a.test/?q={w('current url')}",
        "$referrer": f"https://b.test/search/{w('referrer')}",
        "$prev_pageview_pathname": f"/users/{w('page before')}",
        "$feature/x": f"{w('flag')} value",
        f"$feature/{a('flag name')}": True,
        f"$web_vitals_{a('property name')}": 1,
        "revenue": 3,
        "price": int(m.card("card as a number")),
        "quantity": f"see https://a.test/?name={w('address in a property')} now",
        "$screen_name": a("screen property"),
        "value": {
            "email": w("nested"),
            "deep": [a("deep")],
            a("nested key"): 1,
            f"{'k' * 995} {a('cut of a key')}": 1,
            "first_name": w("nested name"),
        },
        "version": {"disguised": disguises(m, "property")},
        "$exception_list": [
            {
                "type": f"TypeError {a('exception type')}",
                "value": f"no '{w('exception')}'",
                "note": w("exception note"),
                "stacktrace": {
                    "frames": [
                        {
                            "filename": f"https://a.test/users/{w('frame path')}/a.js?u={w('frame')}",
                            "function": a("function"),
                            "vars": {"x": w("vars")},
                            "context_line": w("source"),
                            "pre_context": [w("source before")],
                        }
                    ]
                },
            }
        ],
    }


def person(m: Marks) -> dict[str, Any]:
    """Properties of a person."""
    return {"email": m.mail("person mail"), "name": m.word("person name"), "plan": m.mail("person plan")}


def chain(m: Marks) -> str:
    """An elements chain."""
    w, a = m.word, m.mail
    return (
        f'button:text="{a("chain text")}"attr__value="{w("chain value")}"attr__id="{a("chain id")}"'
        f'nth-child="{w("chain position")}"href="https://a.test/?q={w("chain link")}";'
        f'div.rr-mask.b:text="{w("chain row")}"attr__data-name="{w("chain data")}"'
    )


# As files and messages


def message_texts(m: Marks) -> list[str]:
    """The web visit as JSON of its messages."""
    return [json.dumps(items) for items in web(m)]


def requests(m: Marks) -> list[str]:
    """Lines of a file of capture requests: the web visit, analytics events, a native visit, and broken input."""
    w, a = m.word, m.mail
    window, distinct_id = f"w-{a('window id')}", a("distinct id")
    lines = [_snapshot(SESSION, window, items, distinct_id) for items in web(m)]
    lines.append(_snapshot(NATIVE_SESSION, "w2", native(m), a("native distinct id"), "mobile"))
    lines.append(_snapshot(a("session id"), "w3", [event(4, {"href": "https://a.test/"})], "u"))
    analytic = [
        {
            "event": name,
            "uuid": uuid,
            "timestamp": "2026-11-24T08:13:21Z",
            "properties": {
                **properties(m),
                "distinct_id": a("distinct id of an event"),
                "$session_id": SESSION,
                "$elements_chain": chain(m),
                "$set": person(m),
                "$set_once": person(m),
            },
        }
        for name, uuid in (("$pageview", "01a20b89-1550-7703-8ce5-2ee74b310b61"), (a("event name"), a("event id")))
    ]
    lines.append(_line("/e/", {"api_key": TEAM, "batch": analytic}))
    lines += [
        _line("/s/", f'[{{"event": "$snapshot", "properties": {{"$session_id": "{w("cut request")}'),
        json.dumps({"t": START_MS, "path": "/s/", "body": w("no json")}),
        f'{{"t": 1, "path": "/s/", "body": "{w("broken line")}',
        _snapshot(
            SESSION, "w1", [{"type": 2, "timestamp": w("bad timestamp")}, event(3, {"source": w("bad source")})], "u"
        ),
        _snapshot(w("bad session") + "\u0000", "w1", [event(4, {"href": "https://a.test/"})], "u"),
    ]
    return lines


def visited_again(lines: list[str]) -> list[str]:
    """The same of another session: what happens twice is a problem."""
    return [line.replace(SESSION, f"{SESSION[:-1]}0") for line in lines]


FEW = "[problems]\nmin_sessions = 2\nmin_users = 1\n"
"""Rules by which two sessions are enough for one."""


def _snapshot(session: str, window: str, items: list[Event], distinct_id: str, source: str = "web") -> str:
    fields = {"$session_id": session, "$window_id": window, "$snapshot_data": items, "$snapshot_source": source}
    properties = {**fields, "token": TEAM, "distinct_id": distinct_id}
    return _line("/s/", [{"event": "$snapshot", "properties": properties}])


def _line(path: str, body: Any) -> str:
    said = body if isinstance(body, str) else json.dumps(body)
    return json.dumps({"t": START_MS + 1000, "path": path, "query": "", "ua": "canary", "body": said})


def kafka_values(m: Marks) -> list[tuple[str, bytes]]:
    """Values of Kafka messages by role: snapshots at several gzip levels, events, and broken ones."""
    w, a = m.word, m.mail
    found: list[tuple[str, bytes]] = []
    for level, items in enumerate([*web(m), native(m)]):
        fields = {
            "$session_id": SESSION,
            "$window_id": "w",
            "$snapshot_items": items,
            "$lib": a("library"),
            "x": w("more"),
        }
        data = json.dumps({"event": "$snapshot_items", "properties": fields})
        value = json.dumps({"distinct_id": a("kafka distinct id"), "data": data, "ip": w("kafka ip")}).encode()
        found.append(("snapshots", gzip.compress(value, level % 10) if level % 2 else value))
    row = {
        "uuid": "01a20b89-1550-7703-8ce5-2ee74b310b62",
        "event": "$pageview",
        "distinct_id": a("kafka event distinct id"),
        "person_id": a("kafka person id"),
        "properties": json.dumps({**properties(m), "$session_id": SESSION}),
        "person_properties": json.dumps(person(m)),
        "elements_chain": chain(m),
        "timestamp": "2026-11-24 08:13:21.000000",
    }
    found.append(("events", json.dumps(row).encode()))
    cut = f'{{"distinct_id": "{w("kafka cut")}", "data'.encode()
    found += [("snapshots", cut), ("snapshots", zlib.compress(cut)), ("events", b"x" + cut)]
    return found
