"""Pages that a server writes: the site `grocer`, which works by forms and redirects alone, and fragments for `barber`.

What a visitor has in the basket is in a cookie, so that the server keeps nothing.
"""

from __future__ import annotations

import html
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs

GOODS = {
    "oats": ("Oats", 21), "leek": ("Leek", 14), "plums": ("Plums", 32), "rye": ("Rye bread", 38),
    "milk": ("Milk", 18), "peas": ("Split peas", 24), "tea": ("Black tea", 45), "soap": ("Soap", 29),
    "eggs": ("Eggs", 41), "salt": ("Salt", 9),
}  # fmt: skip
SLOW_S = 4.2
FRAGMENTS = "/frag/"
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} – Grocer</title>'
    '<link rel="stylesheet" href="/grocer/grocer.css"></head><body>'
    '<header><a href="/grocer/">Grocer</a><a href="/grocer/offers">Offers</a><a href="/grocer/basket">Basket ({n})</a>'
    '<a href="/grocer/order">Order</a><a href="/grocer/account">Account</a><a href="/grocer/delivery">Delivery</a>'
    '<a href="http://elsewhere.test/recipes">Recipes</a></header><main><h1>{title}</h1>'
)
FORMS = {
    "/grocer/order/send": (
        "order",
        ("oname", "ostreet", "otown"),
        "Thank you. The van comes tomorrow between four and six.",
    ),
    "/grocer/account/save": ("account", ("aname", "aphone", "anote"), "Saved."),
}


@dataclass
class Answer:
    """A page, or a redirect when there is a `location`."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def handles(path: str) -> bool:
    """Is this address one of those here?"""
    return path.startswith(("/grocer/", FRAGMENTS)) and not path.endswith(".css")


def answer(path: str, query: str, body: bytes, basket: str, came_from: str) -> Answer:
    """What the server says; `basket` is the cookie's value: ids joined by `-`."""
    sent = {k: v[0] for k, v in parse_qs(query + "&" + body.decode(errors="replace")).items()}
    if path.startswith(FRAGMENTS):
        return _fragment(path.removeprefix(FRAGMENTS), sent)
    things = [t for t in basket.split("-") if t in GOODS]
    if path == "/grocer/add":
        things.append(sent.get("id", "oats"))
        return _see_other(came_from or "/grocer/", things)
    if path == "/grocer/remove" and sent.get("id") in things:
        things.remove(sent["id"])
        return _see_other("/grocer/basket", things)
    if path == "/grocer/substitute":
        time.sleep(SLOW_S)
        return _see_other("/grocer/basket", [*things, "peas"])
    if path in FORMS:
        page, fields, thanks = FORMS[path]
        return _see_other(
            f"/grocer/{page}?ok={thanks.replace(' ', '+')}"
            if any(sent.get(f) for f in fields)
            else f"/grocer/{page}?bad=1",
            things,
        )
    if path == "/grocer/coupon":
        return _see_other("/grocer/basket?coupon=bad", things)
    page = PAGES.get(path.rstrip("/").removeprefix("/grocer") or "/")
    if page is None:
        return Answer(_page("Not found", "<p>404. We are out of this page.</p>", things), 404)
    return Answer(_page(page[0], page[1](things, sent), things))


def _see_other(location: str, things: list[str]) -> Answer:
    return Answer(status=303, headers={"location": location, "set-cookie": f"basket={'-'.join(things)}; Path=/"})


def _page(title: str, body: str, things: list[str]) -> str:
    return HEAD.format(title=title, n=len(things)) + body + "</main></body></html>"


def _button(action: str, text: str, thing: str = "", kind: str = "") -> str:
    hidden = f'<input type="hidden" name="id" value="{thing}">' if thing else ""
    return f'<form method="post" action="/grocer/{action}">{hidden}<button{kind}>{text}</button></form>'


def _shelf(things: list[str], sent: dict[str, str]) -> str:
    word = sent.get("q", "")
    goods = [(k, n, p) for k, (n, p) in GOODS.items() if word.lower() in n.lower()]
    search = (
        f'<form class="q" action="/grocer/"><input name="q" id="q" value="{html.escape(word)}" placeholder="Search">'
        "<button>Search</button></form>"
    )
    cards = "".join(
        f'<div class="g"><b>{n}</b><p>{p} kr</p>{_button("add", "Into the basket", k, " class=add")}'
        f'<button type="button" class="wish">Wish list</button></div>'
        for k, n, p in goods
    )
    return f"{search}<div>{cards or '<p>Nothing like that.</p>'}</div>"


def _offers(things: list[str], sent: dict[str, str]) -> str:
    turned = sent.get("by", "name")
    goods = sorted(GOODS.items(), key=lambda g: g[1][0 if turned == "name" else 1])
    rows = "".join(f"<tr><td>{n}<td>{p // 2} kr<td>{_button('add', 'Take', k)}" for k, (n, p) in goods)
    other = "price" if turned == "name" else "name"
    return (
        f'<p><a href="/grocer/offers?by={other}" id="turn">Sort by {other}</a> '
        '<button type="button" id="leaflet" onclick="location.href=\'/dl/leaflet.pdf\'">Leaflet</button> '
        '<button type="button" id="sold" disabled>Sold out</button> '
        f'<button type="button" id="alarm">Remind me</button></p><table>{rows}</table>'
    )


def _basket(things: list[str], sent: dict[str, str]) -> str:
    rows = "".join(f"<li>{GOODS[t][0]} {_button('remove', 'Put back', t)}</li>" for t in things)
    bad = '<p class="bad" role="alert">This coupon is not valid any more.</p>' if "coupon" in sent else ""
    return (
        f"<ul>{rows or '<li>Nothing yet</li>'}</ul><p>{sum(GOODS[t][1] for t in things)} kr</p>"
        f"{_button('substitute', 'Replace what is missing', '', ' id=replace')}{bad}"
        '<form method="post" action="/grocer/coupon"><label>Coupon<input id="coupon" name="code"></label>'
        '<button id="usecoupon">Use it</button></form> <button type="button" id="split">Split the bill</button>'
    )


def _order(things: list[str], sent: dict[str, str]) -> str:
    return _notes(sent) + (
        '<form method="post" action="/grocer/order/send"><label>Name<input id="oname" name="oname"></label>'
        '<label>Street<input id="ostreet" name="ostreet"></label><label>Town<input id="otown" name="otown"></label>'
        '<button id="osend">Send order</button></form>'
    )


def _account(things: list[str], sent: dict[str, str]) -> str:
    return _notes(sent) + (
        '<form method="post" action="/grocer/account/save"><label>Name<input id="aname" name="aname"></label>'
        '<label>Telephone<input id="aphone" name="aphone"></label>'
        '<label>Note<textarea id="anote" name="anote"></textarea></label>'
        '<button id="asave">Save</button></form> <button type="button" id="points">Show points</button>'
        "<script>setTimeout(() => { aname.value = 'Ruth Aas'; aphone.value = '22 14 60'; }, 450)</script>"
    )


def _delivery(things: list[str], sent: dict[str, str]) -> str:
    questions = (("What does it cost?", "49 kr."), ("On Sundays?", "No."))
    text = "We come by van, and in winter by sledge. Please leave a light on and keep the dog inside, where it is warm."
    folded = "".join(f"<details><summary>{q}</summary><p>{a}</p></details>" for q, a in questions)
    return folded + f"<p>{text}</p>" * 34


def _notes(sent: dict[str, str]) -> str:
    if "bad" in sent:
        return '<p class="bad" role="alert">Please fill in at least one field.</p>'
    return f"<p>{html.escape(sent['ok'])}</p>" if "ok" in sent else ""


PAGES = {
    "/": ("Shelves", _shelf),
    "/offers": ("Offers", _offers),
    "/basket": ("Basket", _basket),
    "/order": ("Order", _order),
    "/account": ("Account", _account),
    "/delivery": ("Delivery", _delivery),
}


def _fragment(what: str, sent: dict[str, str]) -> Answer:
    """Pieces of pages for htmx."""
    time.sleep(min(6000, int(sent.get("ms", "150"))) / 1000)
    said = html.escape(next((v for k, v in sent.items() if k in ("day", "who", "q", "code")), ""))
    tick = round(time.time() * 1000) % 1000
    if what == "times":
        return Answer(
            f"<p>On {said or 'that day'}:</p>"
            + "".join(f'<button class="time" type="button">{h}:{tick % 60:02}</button> ' for h in (9, 11, 14, 16))
        )
    if what == "styles":
        names = [
            n for n in ("Bob", "Crop", "Fringe", "Fade", "Plait", "Pixie", "Quiff", "Shag") if said.lower() in n.lower()
        ]
        return Answer("".join(f"<li>{n}</li>" for n in names) or "<li>Nothing like it</li>")
    if what == "refused":
        return Answer('<p class="bad" role="alert">This voucher is not valid.</p>')
    return Answer(f"<p>{html.escape(sent.get('says', 'Thank you'))} ({tick})</p>")
