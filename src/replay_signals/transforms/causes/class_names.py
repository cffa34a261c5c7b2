"""Class names: which of an element's classes say what it is, and go on saying it after a redeploy.

Left out is what tools generate (CSS Modules, styled-components, Emotion, Svelte, JSS, Angular, Vue), what only styles
(utilities of Tailwind and Bootstrap), what a state sets, and words that every button or link of a library has.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_CLASSES = 3
_GENERATED = re.compile(
    r"^(?:css|sc|jss|jsx|svelte|data-v|astro|ember|react|radix|headlessui|mantine)[:_-]?(?=[\w-]*\d|[a-z]*[A-Z])[\w-]+$"
    r"|^_?ng(?:content|host)?-|^\[|\d{3,}|(?=[0-9a-f]*\d)[0-9a-f]{6,}|^:r"
)
_EMOTION = re.compile(r"^css-[a-z0-9]+-(?P<local>[A-Za-z][\w-]*)$")
_MODULE = re.compile(r"^(?P<local>[A-Za-z][\w-]*?)(?:__|--|_)(?P<hash>[A-Za-z0-9_-]{5,10})$")
_VITE = re.compile(r"^_(?P<local>[A-Za-z][\w-]*?)_(?P<hash>[a-z0-9]{5,8})_\d+$")
_HASH = re.compile(r"(?=.*\d)(?=.*[A-Za-z])|(?=.*[a-z])(?=.*[A-Z].*[A-Z])|^[a-z]*[A-Z][a-z]*[A-Z]")
_STYLED = re.compile(r"[A-Za-z]{5,7}")
_UTILITY = re.compile(
    r"[:/\[\]!@.]|^-?(?:[mp][trblxyse]?|w|h|z|gap|text|bg|border|rounded|flex|grid|items|justify|content|self|font|leading|"
    r"tracking|shadow|opacity|top|left|right|bottom|inset|space|col|row|order|d|float|align|position|overflow|cursor|"
    r"transition|duration|ease|animate|ring|fill|stroke|min|max|size|basis|grow|shrink|object|select|pointer|visible|"
    r"invisible|hidden|block|inline|relative|absolute|fixed|sticky|static|container|sr|clearfix|pull|underline|truncate|"
    r"uppercase|lowercase|capitalize|italic|antialiased|group|peer|whitespace|break|list|divide|outline|backdrop|scale|"
    r"rotate|translate|origin|mx|my|px|py|me|ms|pe|ps|fw|fs|lh|vh|vw|mw|mh)(?:-|$)"
)
_LIBRARY = re.compile(
    r"^(?:mui|makestyles|el|ant|v|mat|mdc|mdl|chakra|ui|uk|is|has|js|p|q|n|cdk|bp\d?|euiButton|fa|fas|far|bi|icon|glyphicon|"
    r"material-icons|waves|rs|slds|cds|bx|pf|sl|ion|k|dx|tw|swiper|slick|owl)(?:-|$)|^Mui",
    re.IGNORECASE,
)
_STATES = frozenset(
    (
        *("active", "checked", "closed", "collapsed", "current", "disabled", "enabled", "expanded", "focus", "focused"),
        *("hidden", "hover", "inactive", "invalid", "loading", "off", "on", "open", "opened", "pressed", "selected"),
        *("show", "shown", "valid", "visible", "visited"),
    )
)
_COMMON = frozenset(
    (
        *("a", "action", "badge", "black", "block", "blue", "box", "btn", "button", "card", "chip", "close", "control"),
        *("danger", "dark", "default", "dropdown", "effect", "element", "field", "filled", "flat", "form", "ghost"),
        *("green", "group", "icon", "info", "input", "item", "label", "large", "lg", "light", "link", "list", "main"),
        *("md", "medium", "menu", "modal", "nav", "normal", "option", "outline", "outlined", "primary", "red", "root"),
        *("round", "secondary", "select", "sm", "small", "solid", "sub", "submit", "sublink", "success", "tab", "tag"),
        *("text", "toggle", "toggler", "trigger", "variant", "warning", "white", "wrapper", "xl", "xs"),
    )
)
"""Words of a control's kind and look. A class of such words alone is shared by controls that have nothing in common."""
_WORDS = re.compile(r"[-_]+|(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=10_000)
def telling_classes(classes: str) -> tuple[str, ...]:
    """Classes that say what an element is, in one order whatever order they stand in; at most `MAX_CLASSES`."""
    names = classes.split()
    styled = any(name.startswith("sc-") for name in names)
    kept = {_local(name) for name in names if not (styled and _STYLED.fullmatch(name) and not name.islower())}
    return tuple(sorted(name for name in kept if _tells(name)))[:MAX_CLASSES]


@lru_cache(maxsize=10_000)
def lasting_classes(classes: str) -> tuple[str, ...]:
    """Classes that a redeploy leaves alone, whatever they say, in one order; at most `MAX_CLASSES`."""
    kept = {_local(name) for name in classes.split()}
    return tuple(sorted(name for name in kept if _lasts(name) and name not in _STATES))[:MAX_CLASSES]


def _local(name: str) -> str:
    """The name that a developer wrote, without the hash that a tool added."""
    for form in (_EMOTION, _VITE, _MODULE):
        found = form.match(name)
        if found and (form is _EMOTION or form is _VITE or _HASH.search(found["hash"])):
            return found["local"]
    return name


def _lasts(name: str) -> bool:
    return name != "" and _GENERATED.search(name) is None and _UTILITY.search(name) is None


def _tells(name: str) -> bool:
    if not _lasts(name) or _LIBRARY.match(name):
        return False
    words = {word.lower() for word in _WORDS.split(name) if word}
    return bool(words - _COMMON - _STATES) and name.lower() not in _STATES
