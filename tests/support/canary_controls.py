"""A page whose every element holds marked texts, in every dress."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from support.canary_marks import Marks
from support.nodes_and_events import element, text


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
