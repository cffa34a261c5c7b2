"""A standing canary: marked personal texts at every place where one was ever found, searched in all that leaves.

Words are names without any pattern, for places of which nothing is kept; addresses stand where words are kept.
Whatever a run writes later has to be searched here, too.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Record, SnapshotMessage, SourcePosition
from replay_signals.schemas.privacy import Privacy
from replay_signals.schemas.rows import DeadLetterRow, EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.records import records_of
from replay_signals.transforms.evidence.dead_letters import dead_letter_message
from replay_signals.transforms.evidence.extract import evidence_of
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.session.event_rows import event_of

START_MS = 1_795_490_000_000
POSITION = SourcePosition("canary")


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

    def _put(self, mark: str, place: str) -> str:
        self.places[mark] = place
        return mark


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03}")


def element(node_id: int, tag: str, *children: Any, **attributes: Any) -> dict[str, Any]:
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return {"type": 2, "id": node_id, "tagName": tag, "attributes": named, "childNodes": list(children)}


def text(node_id: int, value: str) -> dict[str, Any]:
    return {"type": 3, "id": node_id, "textContent": value}


def event(kind: int, data: Any, at: int = 0) -> dict[str, Any]:
    return {"type": kind, "timestamp": START_MS + at, "data": data}


def packed(value: Any, level: int = 6) -> str:
    """As posthog-js packs a field."""
    return gzip.compress(json.dumps(value).encode(), level).decode("latin-1")


def document(m: Marks) -> dict[str, Any]:
    w, a = m.word, m.mail
    controls = [
        element(10, "button", text(11, f"Mail {a('button text')}")),
        element(12, "input", type="submit", value=a("submit value")),
        element(13, "label", text(14, a("label"))),
        element(15, "button", title=a("title")),
        element(16, "input", placeholder=a("placeholder")),
        element(17, "tr", element(18, "td", text(19, w("row text"))), onclick="x()"),
        element(20, "button", id=a("dom id"), data_testid=a("test id"), aria_label="x"),
        element(21, "div", text(22, w("contenteditable")), contenteditable="true"),
        element(23, "textarea", text(24, w("textarea"))),
        element(25, "select", element(26, "option", text(27, w("option")))),
        element(28, "div", element(29, "button", text(30, w("masked class"))), class_="ph-mask"),
        element(31, "div", element(32, "button", text(33, w("blocked")), id=w("blocked id")), class_="rr-block"),
        element(34, "button", text(35, w("masked by attribute")), data_sentry_mask=""),
        element(36, "a", text(37, "x"), href=f"https://a.test/u?q={w('link query')}#{w('link fragment')}"),
        element(38, "a", text(39, "x"), href=f"mailto:{a('mailto')}"),
        element(40, "a", text(41, "x"), href=f"data:text/html,{w('data url')}"),
        element(42, "form", action=f"https://a.test/login?next={w('form target')}"),
        element(43, "button", class_=f"btn {a('class')}"),
        element(44, "div", text(45, w("card with a handler")), onclick="x()"),
        element(46, "button", element(47, "svg", element(48, "text", text(49, a("svg text"))))),
        element(50, "button", text(51, "".join(f"&#{ord(c)};" for c in a("html entities")))),
        element(52, "button", text(53, base64.b64encode(a("base64").encode()).decode())),
        element(54, "button", text(55, a("wide letters").replace("@", "＠"))),
        element(56, "button", text(57, "\u202e" + a("right to left"))),
        element(58, "button", text(59, a("in pieces").partition("@")[0]), text(60, "@"), text(61, "example.org")),
        element(62, "p", text(63, w("page text"))),
        element(64, "button", role=a("role"), type=a("type")),
        element(65, f"x-{a('tag')}", tabindex="0"),
        element(66, "li", text(67, w("list row")), role="listitem", tabindex="0"),
        element(68, "button", element(69, "span", text(70, w("masked inside")), class_="rr-mask")),
        element(71, "img", alt=a("alt"), onclick="x()"),
    ]
    head = element(4, "head", element(5, "title", text(6, w("page title"))))
    return {"type": 0, "id": 1, "childNodes": [element(3, "html", head, element(7, "body", *controls))]}


def web(m: Marks) -> Iterator[list[dict[str, Any]]]:
    w, a = m.word, m.mail
    href = (
        f"https://{w('user')}:{w('password')}@a.test/users/{w('user in path')}/{quote(a('encoded path'))}"
        f";jsessionid={w('path parameter')}?email={w('query')}&{w('bare query')}#access_token={w('fragment')}"
    )
    yield [
        event(4, {"href": href, "width": 800, "height": 600}),
        event(2, {"node": document(m)}, 10),
        event(
            5, {"tag": "$pageview", "payload": {"href": f"https://a.test/#/x/{w('route')} y?z={w('route query')}"}}, 20
        ),
        event(5, {"tag": a("custom tag"), "payload": {}}, 30),
        event(3, {"source": 5, "id": 16, "text": w("typed"), "isChecked": False}, 40),
        event(
            3,
            {
                "source": 0,
                "texts": [{"id": 63, "value": w("changed text")}],
                "adds": [],
                "removes": [],
                "attributes": [{"id": 10, "attributes": {"title": w("changed attribute")}}],
            },
            50,
        ),
    ]
    redirect = quote(quote(f"https://b.test/?e={a('redirect')}", safe=""), safe="")
    yield [
        *(
            event(
                6,
                {
                    "plugin": "rrweb/console@1",
                    "payload": {
                        "level": "error",
                        "trace": [f"f (https://a.test/a.js?u={w('stack')}:1:2)"],
                        "payload": [json.dumps(part) for part in parts],
                    },
                },
                100 + i,
            )
            for i, parts in enumerate(
                [
                    [f"Failed for {a('console')}"],
                    ["Failed for", w("console argument")],
                    [{"user": w("console object")}],
                    [f"INSERT INTO u VALUES ('{w('sql')}')"],
                    [f'query {{ user(name: "{w("graphql")}") }}'],
                    [json.dumps({"a": w("json in a line")})],
                    [f"password={w('key name')} x"],
                    [f"TypeError: no user “{w('quoted')}”"],
                    [f"token {base64.b64encode(w('base64 word').encode()).decode()}"],
                ]
            )
        ),
        event(
            6,
            {"plugin": "rrweb/console@1", "payload": {"level": "log", "payload": [json.dumps(w("console log"))]}},
            130,
        ),
        event(
            6,
            {
                "plugin": "rrweb/network@1",
                "payload": {
                    "requests": [
                        {
                            "name": f"https://a.test/api/users/{w('request path')}?q={w('request query')}",
                            "status": 500,
                            "timestamp": START_MS,
                            "requestBody": w("request body"),
                            "requestHeaders": {"authorization": w("request header")},
                        },
                        {
                            "name": f"https://a.test/cb/{redirect}",
                            "status": 200,
                            "timestamp": START_MS,
                            "method": a("method"),
                        },
                    ]
                },
            },
            140,
        ),
        event(
            3,
            {
                "source": 0,
                "texts": [],
                "attributes": [],
                "removes": [],
                "adds": packed(
                    [
                        {"parentId": 7, "node": element(90, "button", text(91, w("added later")))},
                        {"parentId": 7, "node": element(92, "div", text(93, w("alert")), role="alert")},
                    ],
                    9,
                ),
            },
            150,
        ),
    ]


def mobile(m: Marks) -> list[dict[str, Any]]:
    w, a = m.word, m.mail
    views = [
        {"id": 2, "type": "text", "text": w("mobile text"), "x": 0, "y": 0, "width": 90, "height": 20},
        {
            "id": 3,
            "type": "input",
            "inputType": "text",
            "value": w("mobile value"),
            "x": 0,
            "y": 30,
            "width": 90,
            "height": 9,
        },
        {
            "id": 4,
            "type": "input",
            "inputType": "button",
            "value": a("mobile button"),
            "x": 0,
            "y": 50,
            "width": 90,
            "height": 9,
        },
    ]
    screen = {"id": 1, "type": "div", "x": 0, "y": 0, "width": 400, "height": 800, "childWireframes": views}
    return [
        event(4, {"href": f"app://{'x'}/Chat?with={w('screen name')}", "width": 400, "height": 800}),
        event(2, {"wireframes": [screen]}, 10),
        event(3, {"source": 2, "type": 7, "id": 0, "x": 5, "y": 5}, 3000),
        event(3, {"source": 2, "type": 9, "id": 0, "x": 5, "y": 5}, 3050),
    ]


def events_of(m: Marks) -> AnalyticsEvent:
    w, a = m.word, m.mail
    return AnalyticsEvent(
        "team",
        "uuid-1",
        a("event name"),
        a("distinct id"),
        START_MS + 60,
        POSITION,
        "session",
        "window",
        properties={
            "$ip": w("ip"),
            "city": w("city"),
            "password": w("property password"),
            "$el_text": w("element text"),
            "$current_url": f"https://a.test/?q={w('current url')}",
            "$feature/x": f"{w('flag')} value",
            "revenue": 3,
            "$screen_name": a("screen property"),
            "value": {"email": w("nested"), "deep": [a("deep")]},
            "$exception_list": [
                {
                    "type": "TypeError",
                    "value": f"no '{w('exception')}'",
                    "stacktrace": {
                        "frames": [
                            {
                                "filename": f"https://a.test/a.js?u={w('frame')}",
                                "vars": {"x": w("vars")},
                                "context_line": w("source"),
                            }
                        ]
                    },
                }
            ],
        },
        person_id=a("person id"),
        person_properties={"email": a("person mail"), "name": w("person name")},
        elements_chain=f'button:text="{a("chain text")}"attr__value="{w("chain value")}";div.rr-mask:text="{w("row")}"',
    )


def letters(m: Marks) -> list[Record]:
    w = m.word
    return [
        DeadLetter(
            POSITION,
            "invalid_json",
            f"bad value '{w('detail')}'",
            json.dumps({w("payload key"): w("payload")}).encode(),
        ),
        SnapshotMessage(
            "team", "session", "window", json.dumps([{"type": 2, "timestamp": w("bad timestamp")}]).encode(), POSITION
        ),
        SnapshotMessage("team", "session", "window", f'[{{"type": "{w("broken")}'.encode(), POSITION),
    ]


def message(items: list[dict[str, Any]], m: Marks, **fields: Any) -> SnapshotMessage:
    fields = {"distinct_id": m.mail("distinct id of a message"), "snapshot_library": m.mail("library")} | fields
    return SnapshotMessage("team", "session", "window", json.dumps(items).encode(), POSITION, **fields)


def kafka(m: Marks) -> list[KafkaMessage]:
    data = json.dumps(
        {
            "event": "$snapshot_items",
            "properties": {"$session_id": "session", "$snapshot_items": [], "x": m.word("kafka")},
        }
    )
    value = json.dumps({"distinct_id": m.mail("kafka distinct id"), "data": data, "ip": m.word("kafka ip")}).encode()
    bad = f'{{"distinct_id": "{m.word("kafka cut")}", "data'.encode()
    return [
        KafkaMessage(v, {"token": b"team"}, START_MS, POSITION)
        for v in (value, gzip.compress(value, 1), bad, zlib.compress(bad))
    ]


def leaving(m: Marks, policy: Policy) -> list[Any]:
    """Everything that leaves: rows of all tables, records of digests, dead letters as messages."""
    records: list[Record] = [message(items, m) for items in web(m)]
    records += [events_of(m), *letters(m)]
    evidence = [one.body for record in records for one in evidence_of(record, policy=policy)]
    for kafka_message in kafka(m):
        evidence += [one.body for one in evidence_of_kafka("snapshots", kafka_message, policy=policy)]
    native = [one.body for one in evidence_of(message(mobile(m), m, snapshot_source="mobile"), policy=policy)]
    out: list[Any] = [*evidence, *native]
    digests = [body for body in evidence if isinstance(body, MessageDigest)]
    events = [event_of(body) for body in evidence if isinstance(body, EventRow)]
    out += [record for body in out if isinstance(body, MessageDigest) for record in records_of(body)]
    out += [dead_letter_message(body) for body in evidence if isinstance(body, DeadLetterRow)]
    out.append(judge(session_of(digests), events, Rules()))
    out.append(judge(session_of(body for body in native if isinstance(body, MessageDigest)), [], Rules()))
    return out


def decoded(value: Any) -> Iterator[str]:
    """Every text in a value, also in bytes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    elif isinstance(value, msgspec.Struct):
        yield from decoded([getattr(value, name) for name in value.__struct_fields__])
    elif isinstance(value, dict):
        yield from decoded([*value, *value.values()])
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from decoded(one)
    elif hasattr(value, "__dict__"):
        yield from decoded(vars(value))


def found_in(values: list[Any], m: Marks) -> dict[str, str]:
    """Marks that were found, and their places."""
    everything = "\n".join(decoded(values))
    readable = everything + "\n".join(
        base64.b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")
        for token in re.findall(r"[A-Za-z0-9+/]{12,}", everything)
        if len(token) % 4 != 1
    )
    return {mark: place for mark, place in m.places.items() if mark.lower() in readable.lower()}


def test_nothing_that_is_marked_leaves() -> None:
    m = Marks()
    values = leaving(m, Policy(key=b"canary"))
    assert len(m.places) >= 60
    assert set(found_in(values, m).values()) == set()


def test_without_rules_most_of_it_would() -> None:
    """Else the marks were not where texts are read, or not searched where they end."""
    m = Marks()
    found = found_in(leaving(m, Policy(Privacy(enabled=False))), m)
    assert len(found) >= 60, sorted(set(m.places.values()) - set(found.values()))


ROOT = [
    event(
        3,
        {
            "source": 0,
            "texts": [],
            "attributes": [],
            "removes": [],
            "adds": [{"parentId": 7, "node": element(90, "div", class_="rr-mask")}],
        },
        500,
    )
]
CHILD = [
    event(
        3,
        {
            "source": 0,
            "texts": [],
            "attributes": [],
            "removes": [],
            "adds": [{"parentId": 90, "node": element(95, "button", text(96, "Zyxchild Name"))}],
        },
        600,
    )
]


@pytest.mark.parametrize("order", [(ROOT, CHILD), (CHILD, ROOT)])
def test_a_child_of_a_masked_root_that_came_before_or_comes_later(order: tuple[Any, ...]) -> None:
    for parts in ([[*order[0], *order[1]]], list(order)):
        bodies = [one.body for items in parts for one in evidence_of(message(items, Marks()))]
        said = "\n".join(decoded([record for body in bodies for record in records_of(body)]))
        assert "Zyxchild" not in said
