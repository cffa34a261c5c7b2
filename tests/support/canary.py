"""Files and messages with marked personal texts at every place where one was ever found."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from support.canary_controls import disguises
from support.canary_marks import Marks
from support.canary_visits import native, web
from support.nodes_and_events import START_MS, Event, event

TEAM = "phc_canary"
SESSION, NATIVE_SESSION = "01a20b89-9178-7a55-9867-00000000cafe", "01a20b89-9178-7a55-9867-00000000beef"


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
