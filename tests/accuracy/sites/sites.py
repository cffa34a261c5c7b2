"""The sites a visitor goes to, and what is known about their controls beforehand.

`works` names controls that answer although little or nothing of the answer is in the page's document; a click on one is
labelled `works:<what>`. `rapid` are controls that one may click quickly. `ambient` are places that change by
themselves; pixels there prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Site:
    """A site: pages to start from, and selectors."""

    name: str
    start: tuple[str, ...]
    weight: float = 1.0
    works: dict[str, str] = field(default_factory=dict)
    rapid: tuple[str, ...] = ()
    ambient: tuple[str, ...] = ()
    drags: tuple[str, ...] = ()
    missing: str = "/missing/page-{n}.html"


DESK = {
    "#link": "clipboard",
    "#copycode": "clipboard",
    "#csv": "download",
    "#report": "download",
    "#attach": "download",
    "#ext": "new-tab",
    "#popup": "new-tab",
    "#mail": "mail",
    "#call": "mail",
    "#paper": "print",
    "#bell": "audio",
    "#pick": "file-picker",
    "#ask": "native-dialog",
    "#popbtn": "popover",
    "#jspop": "popover",
    "#more": "focus-menu",
    "#shake": "animation",
    "#sheet": "stylesheet",
    "#closed": "closed-shadow",
    "#burgerlabel": "css-checkbox",
    "#slow2": "slow",
    "#slow4": "slow",
    "#cp": "clipboard",
    ".z": "canvas",
    "#wipe": "canvas",
    "#c": "canvas",
    "#ed": "editor",
    "#bold": "editor",
    "#lang": "native-field",
    "#born": "native-field",
    "#vol": "native-field",
    "#col": "native-field",
    "#invite": "validation-bubble",
}

SITES = (
    Site(
        "desk",
        ("/desk/index.html", "/desk/index.html", "/desk/reports.html", "/desk/settings.html", "/desk/team.html"),
        3.0,
        DESK,
        ("#plus", "#minus", "#pgnext", "#pgprev", "#next", "#prev", "#toggle", "#thumb", ".sw", "#drain", "#remind"),
        ("#clock", "#ticker", ".bar", "#spin", "#online", "#slides", "#pos"),
        missing="/desk/gone-{n}.html",
    ),
    Site(
        "spa",
        ("/spa/", "/spa/", "/spa/plant/4", "/spa/basket"),
        2.0,
        {"[data-act=share]": "clipboard", "[data-act=more]": "slow"},
        ("[data-act=inc]", "[data-act=right]", "[data-act=add]", "[data-act=fav]", "[data-act=care]"),
        ("#deal",),
    ),
    Site(
        "vuedesk",
        ("/vuedesk/index.html",),
        1.6,
        {},
        ("article button:not(.outline)", "th", "section>button"),
        ("small",),
    ),
    Site(
        "shoe",
        ("/shoe/index.html",),
        1.6,
        {"#copy": "clipboard", "#rate": "rating", "#sel": "native-field"},
        ("#plus", "#minus", "#sw", "#save"),
        ("#pb", "#car"),
    ),
    Site("mat", ("/mat/index.html",), 1.4, {}, ("[data-p]", "#book", "#fab"), (".slider",)),
    Site(
        "media",
        ("/media/index.html", "/media/paint.html"),
        1.8,
        {
            "#chart": "canvas",
            "#rand": "canvas",
            "#kind": "canvas",
            "#mute": "audio",
            "#say": "audio",
            "#det": "audio",
            "#au": "audio",
            "#fr": "iframe",
            "#paint": "iframe",
            "#reload": "iframe",
            "#sync": "blocked-region",
            "#full": "fullscreen",
            "#red": "canvas",
            "#blue": "canvas",
            "#grid": "canvas",
            "#clear": "canvas",
            "#undo": "canvas",
            "#c": "canvas",
        },
        (".swiper-button-next", ".swiper-button-prev", ".leaflet-control-zoom-in", "#thumb", "#pl"),
        ("#sw", "#v", "#tm"),
    ),
    Site(
        "docs",
        ("/docs/index.html", "/docs/index.html", "/docs/changes.html"),
        1.6,
        {
            "#cc": "clipboard",
            "#notel": "css-target",
            "#theme": "stylesheet",
            "label[for=h1]": "css-checkbox",
            "#hxslow": "slow",
            "#pdf": "download",
        },
        ("[x-data] .is-small", "#burger"),
    ),
    Site(
        "lte",
        tuple(
            f"/lte/{p}.html"
            for p in (
                "index3",
                "pages/UI/modals",
                "pages/UI/general",
                "pages/UI/buttons",
                "pages/tables/simple",
                "pages/widgets",
                "pages/forms/general",
                "pages/examples/login",
                "pages/examples/register",
                "pages/examples/faq",
                "pages/mailbox/mailbox",
                "pages/mailbox/compose",
                "pages/examples/projects",
                "pages/examples/e-commerce",
                "pages/examples/contact-us",
                "pages/examples/project-add",
                "pages/kanban",
                "starter",
                "pages/UI/timeline",
            )
        ),
        2.6,
        {"[data-widget=fullscreen]": "fullscreen"},
        (".page-link", "[data-card-widget=collapse]", "[data-widget=pushmenu]"),
    ),
    Site(
        "uikit",
        tuple(
            f"/uikit/tests/{p}.html"
            for p in (
                "accordion",
                "alert",
                "button",
                "close",
                "dropdown",
                "drop",
                "filter",
                "form",
                "modal",
                "nav",
                "navbar",
                "notification",
                "offcanvas",
                "pagination",
                "search",
                "slider",
                "slideshow",
                "sortable",
                "switcher",
                "tab",
                "toggle",
                "tooltip",
                "subnav",
            )
        ),
        2.2,
        {},
        (".uk-slidenav-next", ".uk-slidenav-previous", "[uk-slidenav-next]"),
        ("[uk-slideshow*=autoplay]", "[uk-slider*=autoplay]", ".uk-countdown"),
        ("[uk-sortable]>*", ".uk-slider-items>li"),
    ),
    Site(
        "jqui",
        ("/jqui/index.html",),
        1.0,
        {},
        (".ui-spinner-up", ".ui-spinner-down", ".ui-checkboxradio-label"),
        (),
        (".ui-slider-handle", ".ui-dialog-titlebar"),
    ),
    Site("agency", ("/agency/index.html",), 0.8),
    Site("blog", ("/blog/index.html", "/blog/contact.html", "/blog/post.html"), 0.9),
    Site("store", ("/store/index.html",), 0.6),
    Site("reveal", ("/reveal/demo.html",), 0.7, {}, (".navigate-right", ".navigate-down"), (".controls", ".progress")),
)
