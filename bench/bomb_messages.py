"""Messages that are made to cost, each small for what it asks for: see `bench/bombs.py`."""

from __future__ import annotations

import gzip
import io
import json
import random
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

SENT_MS = 1_790_000_000_000


def packed(parts: Iterable[bytes], level: int = 9) -> str:
    """Text as posthog-js compresses a field, made of parts so that it need not fit into memory."""
    stream = zlib.compressobj(level, zlib.DEFLATED, 31)
    return b"".join([*map(stream.compress, parts), stream.flush()]).decode("latin-1")


def message(*events: dict[str, Any]) -> bytes:
    """A value of the snapshot topic, written in UTF-8 as JavaScript does."""
    inner = {"$session_id": "bomb", "$snapshot_items": events}
    data = json.dumps({"event": "$snapshot_items", "properties": inner}, ensure_ascii=False)
    return json.dumps({"distinct_id": "visitor", "data": data}, ensure_ascii=False).encode()


def _full(*parts: bytes) -> dict[str, Any]:
    return {"type": 2, "timestamp": SENT_MS, "cv": "2024-10", "data": packed(parts)}


def _changed(**fields: Any) -> dict[str, Any]:
    no_change: dict[str, Any] = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []}
    return {"type": 3, "timestamp": SENT_MS, "cv": "2024-10", "data": no_change | fields}


def _field(**data: Any) -> dict[str, Any]:
    return {"type": 3, "timestamp": SENT_MS, "data": {"source": 5, "id": 1, **data}}


def _nodes(count: int) -> bytes:
    block = b',{"id":1}' * 100_000
    head = b'{"node":{"id":1,"type":0,"childNodes":[{"id":1}'
    return message(_full(head, *[block] * (count // 100_000), b"]}}"))


def _adds(count: int) -> bytes:
    rows = (
        b'{"parentId":%d,"node":{"id":%d,"type":2,"tagName":"a"}},' % (i * 7919 % 1_000_003, i) for i in range(count)
    )
    return message(_changed(adds=packed([b"[", *rows, b'{"parentId":1}]'])))


def _boxes(count: int) -> bytes:
    """Boxes that may be layers, beside each other."""
    return b",".join(b'{"id":%d,"type":2,"tagName":"div","attributes":{"class":"a"}}' % i for i in range(10, count))


def _nested(texts: int, controls: int) -> bytes:
    """Many texts in links in links: each text is a part of the name of every link around it."""
    opened = b"".join(b'{"id":%d,"type":2,"tagName":"a","childNodes":[' % i for i in range(1, controls + 1))
    inner = b",".join(b'{"id":%d,"type":3,"textContent":"x"}' % (1000 + i) for i in range(texts))
    return message(_full(b'{"node":', opened, inner, b"]}" * controls, b"}"))


def _names(count: int) -> dict[str, str]:
    return {f"a{i}": "" for i in range(count)}


def _console(*parts: str) -> dict[str, Any]:
    payload = {"level": "error", "trace": ["at f (a.js:1:1)"], "payload": parts}
    return {"type": 6, "timestamp": SENT_MS, "data": {"plugin": "rrweb/console@1", "payload": payload}}


def _requests(count: int) -> dict[str, Any]:
    requests = [{"name": f"https://example.com/{_word()}/{i}", "timestamp": SENT_MS} for i in range(count)]
    return {"type": 6, "timestamp": SENT_MS, "data": {"plugin": "rrweb/network@1", "payload": {"requests": requests}}}


def _visit(href: str) -> dict[str, Any]:
    return {"type": 4, "timestamp": SENT_MS, "data": {"href": href, "width": 1, "height": 1}}


def _screen(*frames: dict[str, Any]) -> dict[str, Any]:
    return {"type": 2, "timestamp": SENT_MS, "data": {"wireframes": frames}}


def _page(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"type": 2, "timestamp": SENT_MS, "data": {"node": {"id": 1, "type": 0, "childNodes": nodes}}}


def _link(node_id: int, **more: str) -> dict[str, Any]:
    path = "/".join(_word() for _ in range(30))
    query = "&".join(f"k{i}={node_id}" for i in range(200))
    attributes = {
        "href": f"https://example.com/{path}?{query}",
        "title": _words(20),
        "id": _word(),
        "class": _words(8),
        **more,
    }
    return {"id": node_id, "type": 2, "tagName": "a", "attributes": attributes, "childNodes": []}


def _pictures(format: str, count: int, frames: int = 1, **options: Any) -> bytes:
    """As many pixels as one picture may have, in few bytes."""
    from PIL import Image

    first, *more = (Image.new("RGB", (4000, 2000), (i, i, i)) for i in range(frames))
    file = io.BytesIO()
    first.save(file, format, save_all=frames > 1, append_images=more, **options)
    text = b64encode(file.getvalue()).decode()
    return message(_screen(*({"id": i, "type": "screenshot", "base64": text} for i in range(1, count + 1))))


_random = random.Random(12)


def _word() -> str:
    """Letters, digits and signs that begin many patterns and end none."""
    return "".join(_random.choices("abcdefghij0123456789@.-+", k=9)) + str(_random.randrange(10**6))


@cache
def _pool() -> list[str]:
    return [_word() for _ in range(5000)]


def _words(count: int) -> str:
    return " ".join(_random.choices(_pool(), k=count))


def _event(properties: dict[str, Any], /, **fields: Any) -> bytes:
    """A value of the analytics topic."""
    moment = {"event": "x", "uuid": "u", "distinct_id": "d", "timestamp": "2026-11-27 10:00:00"}
    return json.dumps({**moment, "properties": json.dumps(properties), **fields}).encode()


def _damaged(items: int, damage: str) -> bytes:
    event = '{"type":3,"timestamp":1790000000000,"data":{"source":5,"id":1,"text":"x"}}'
    inner = ",".join([event] * items + [event[:-1] + damage])
    data = '{"event":"$snapshot_items","properties":{"$session_id":"bomb","$snapshot_items":[' + inner + "]}}"
    return json.dumps({"distinct_id": "visitor", "data": data}).encode()


def _frames(texts: int) -> list[dict[str, Any]]:
    frames = ({"filename": f"https://example.com/{_words(20)}", "function": _words(5)} for _ in range(texts))
    return [{"type": "E", "value": _words(100), "stacktrace": {"frames": [*frames]}} for _ in range(50)]


def warm_up() -> bytes:
    """A message of each kind, so that what a process loads once is not counted as a bomb's."""
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    return message(
        _console(_words(9), "&amp; x@example.com 1234567"),
        _page(_link(2)),
        _visit("https://example.com/a?b=c"),
        _requests(1),
        _screen({"id": 1, "type": "screenshot", "base64": picture}),
    )


SNAPSHOTS: dict[str, Callable[[], bytes]] = {
    "24 million nodes in a compressed snapshot": lambda: _nodes(24_000_000),
    "compressed snapshot, just within the budget": lambda: _nodes(300_000),
    "changes that add 700,000 links": lambda: _adds(700_000),
    "changes that add 9,000 links": lambda: _adds(9_000),
    "60 compressed fields of 200 MB": lambda: message(*[_changed(texts=packed([b"[]", *[b" " * 10**6] * 200]))] * 60),
    "3 million attributes of one node": lambda: message(
        _changed(attributes=[{"id": 1, "attributes": _names(3 * 10**6)}])
    ),
    "100,000 attributes of one node": lambda: message(_changed(attributes=[{"id": 1, "attributes": _names(10**5)}])),
    "300,000 texts in 300 links in each other": lambda: _nested(300_000, 300),
    "80 MB of backslashes": lambda: gzip.compress(b'{"a":[' + b"\\" * 80_000_000),
    "8 MB of backslashes in a string": lambda: gzip.compress(b'{"data":"' + b"\\" * 8_000_001),
    "a million lone surrogates": lambda: gzip.compress(b'{"data":["' + rb"\ud800 " * 1_000_000),
    "5 million empty lists for a text": lambda: message(_field(text=[[]] * 5_000_000)),
    "2 million entries for a text": lambda: message(_field(text=dict.fromkeys(map(str, range(2 * 10**6)), 1))),
    "a million brackets that never close": lambda: gzip.compress(b'{"distinct_id":"d","data":"' + b"[" * 8_000_000),
    "500 PNG pictures of 8 million pixels": lambda: _pictures("PNG", 500),
    "500 WebP pictures of 8 million pixels": lambda: _pictures("WEBP", 500, lossless=True),
    "500 progressive JPEG pictures of 8 million pixels": lambda: _pictures("JPEG", 500, progressive=True),
    "an animated WebP picture": lambda: _pictures("WEBP", 1, frames=20, lossless=True),
    "a million events": lambda: message(*({"type": 1, "timestamp": SENT_MS + i} for i in range(10**6))),
    "100,000 events that cannot be read": lambda: message(
        *[{"type": 2, "timestamp": SENT_MS, "data": {"node": {"id": "x"}}}] * 10**5
    ),
    "5,000 console lines of 4,000 characters": lambda: message(*(_console(_words(250)) for _ in range(5000))),
    "9,000 console lines": lambda: message(*(_console(f"Error: {_words(3)}") for _ in range(9_000))),
    "one console line of 20 MB": lambda: message(_console('"' + 'a\\"' * 7_000_000)),
    "a million arguments of a console line": lambda: message(_console(*["a"] * 10**6)),
    "9,000 requests": lambda: message(*(_requests(500) for _ in range(18))),
    "2,000 addresses with 300 parameters": lambda: message(
        *(_visit("https://example.com/?" + "&".join(f"k{i}={n}" for i in range(300))) for n in range(2000))
    ),
    "an address with 100,000 parameters": lambda: message(
        _visit("https://example.com/?" + "&".join(f"k{i}={i}" for i in range(10**5)))
    ),
    "3,000 links with long names and addresses": lambda: message(_page(*(_link(i) for i in range(2, 3002)))),
    "20,000 nodes with 100 classes each": lambda: message(
        _page(
            *(
                {"id": i, "type": 2, "tagName": "i", "attributes": {"class": " ".join(f"c{i}{j}" for j in range(100))}}
                for i in range(2, 20_002)
            )
        )
    ),
    "100,000 empty boxes in one element": lambda: message(
        _full(b'{"node":{"id":1,"type":2,"tagName":"div","childNodes":[', _boxes(100_000), b"]}}")
    ),
    "a change that adds 30,000 empty boxes to one element": lambda: message(
        _changed(
            adds=packed(
                [b'[{"parentId":1,"node":{"id":2,"type":2,"tagName":"div","childNodes":[', _boxes(30_000), b"]}}]"]
            )
        )
    ),
    "200,000 links below 400 nodes": lambda: message(
        _full(
            b'{"node":',
            b"".join(b'{"id":%d,"type":2,"tagName":"i","childNodes":[' % i for i in range(1, 400)),
            b",".join(b'{"id":%d,"type":2,"tagName":"a"}' % i for i in range(1000, 200_000)),
            b"]}" * 399 + b"}",
        )
    ),
    "100,000 native views with texts": lambda: message(
        *(_screen(*({"id": i, "type": "input", "label": _words(12)} for i in range(5000))) for _ in range(20))
    ),
    "9,000 native views with texts": lambda: message(
        *(_screen(*({"id": i, "type": "input", "label": _words(120)} for i in range(3000))) for _ in range(3))
    ),
    "3,000 links named by backslashes": lambda: message(
        _page(*(_link(i, title=f"{i}" + "\\" * 600) for i in range(2, 3002)))
    ),
    "300,000 changed attributes": lambda: message(
        *[_changed(attributes=[{"id": i, "attributes": {f"a{i}-{j}": "" for j in range(10)}} for i in range(200)])]
        * 150
    ),
    "200,000 positions of a move": lambda: message(
        {"type": 3, "timestamp": SENT_MS, "data": {"source": 1, "positions": [{"x": 1, "y": 1}] * 200_000}}
    ),
    "a name of 50 MB": lambda: message(_changed(attributes=[{"id": 1, "attributes": {"a" * 50_000_000: "x"}}])),
    "numbers of 100,000 digits": lambda: message(*[_field(id=0)] * 200).replace(
        b'\\"id\\": 0', b'\\"id\\": 1' + b"0" * 10**5
    ),
    "a million brackets in a damaged message": lambda: _damaged(1, "[" * 10**6 + "x"),
    "200,000 sound events and a damaged one": lambda: _damaged(200_000, "x"),
}
EVENTS: dict[str, Callable[[], bytes]] = {
    "5 million empty lists in a property": lambda: _event({"$feature/a": [[]] * 5_000_000}),
    "a million properties": lambda: _event({f"$feature/{i}": "a" for i in range(10**6)}),
    "19,000 flags with long variants": lambda: _event({f"$feature/{i}": _word() for i in range(19_000)}),
    "1,000 properties of 4,000 backslashes": lambda: _event({f"$feature/{i}": "\\" * 4000 for i in range(1000)}),
    "an exception with 10,000 frames": lambda: _event({"$exception_list": _frames(200)}),
    "a chain of 20,000 elements": lambda: _event(
        {}, elements_chain=";".join(f'a.b:text="{_word()}"attr__id="{_word()}"href="/{_word()}"' for _ in range(20_000))
    ),
    "properties nested half a million times": lambda: _event({}, properties='{"a":' * 500_000),
}
