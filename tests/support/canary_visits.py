"""Visits of a page and of an app with marked texts at every place of a recording where one was ever found."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from support.canary_controls import disguises, document
from support.canary_marks import Marks
from support.nodes_and_events import START_MS, Event, element, event, packed, text


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
