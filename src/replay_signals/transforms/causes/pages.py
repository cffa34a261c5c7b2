"""Page patterns: one name for all addresses of a page, the same in every release and language of a site.

`https://shop.test/de/orders/4711/?tab=items#top` is `/orders/:id?tab=items`. Replaced are numbers, UUIDs, hashes and
tokens (`:id`), dates (`:date`) and titles (`:slug`); what privacy put a mark for is an id, too. Titles that are short
look like the pages of a site: `slug_aliases` finds them by their number, over many sessions.

A published name is not changed silently. `aliases` are the names that an address had without the rules file's own
patterns, and whoever groups by patterns carries on under the new name what the old one began.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl

from replay_signals.schemas.page_rules import Pages
from replay_signals.transforms.privacy.texts import MARK
from replay_signals.transforms.session import urls

MAX_CHARS = 500
MAX_KNOWN = 10_000
"""Addresses whose patterns are kept at hand."""
SLUG_WORDS = 4
"""Words from which on a part of a path is a title: names in a site's structure have one to three."""
MIN_SIBLINGS = 30
"""Names at one place of a path from which on they are values: sections of a site are fewer, articles soon are more."""
MAX_SHARE = 0.3
"""Of the sessions of all siblings: a page with more is one of the site's own, whatever stands beside it."""

_ID = re.compile(
    r"\d+|(?=[0-9a-f]*\d)[0-9a-f]{8,}|[0-9a-f]{16,}|[0-9a-f-]{32,36}|[A-Za-z0-9_-]*\d[A-Za-z0-9_-]{15,}|[^@/]+@[^@/]+",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])")
_YEAR, _DAY_OR_MONTH = re.compile(r"(?:19|20)\d\d"), re.compile(r"[0-3]?\d")
_NUMBERED_FILE = re.compile(r"\d+(\.[A-Za-z0-9]{1,5})")
_NUMBERED_TITLE = re.compile(r"(?:[^\W\d_]+[-_])+\d{3,}", re.UNICODE)
_WORD = re.compile(r"[-_]+")
_INDEX = re.compile(r"(?:index|default)\.(?:html?|php|aspx?|jsp)", re.IGNORECASE)
_LANGUAGES = frozenset(
    (
        *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu"),
        *("it", "ja", "ka", "ko", "lt", "lv", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv"),
        *("th", "tr", "uk", "ur", "vi", "zh"),
    )
)
"""ISO 639-1 codes of the languages that sites come in, without those that are words of a path: my, id, is, to, me."""
_LOCALE = re.compile(r"([a-z]{2})(?:[-_](?:[a-z]{2}|[a-z]{4}|\d{3}))?", re.IGNORECASE)
_PLAIN_VALUE = re.compile(r"[A-Za-z][A-Za-z_.-]{0,39}")
"""Values that choose a page are words; numbers count pages of a list."""


class PagePatterns:
    """The patterns of addresses under some rules. Total: what is no URL is taken for a path."""

    def __init__(self, rules: Pages) -> None:
        self._rules = rules
        self._own = [(_compiled(pattern), pattern) for pattern in rules.patterns]
        self._known = lru_cache(maxsize=MAX_KNOWN)(self._pattern)

    def of(self, url: str) -> str:
        """The pattern of an address; empty when there is none."""
        return self._known(url)

    def aliases(self, url: str) -> tuple[str, ...]:
        """Other patterns that the address was published under: its own without the patterns of the rules file."""
        plain = _PLAIN.of(url)
        return (plain,) if plain not in ("", self.of(url)) else ()

    def _pattern(self, url: str) -> str:
        if not url:
            return ""
        parts = urls.split(url)
        if not (parts.path or parts.netloc or parts.fragment):
            return ""
        path, route = parts.path or "/", urls.route_of(parts.fragment)
        for form, pattern in self._own:
            if form.fullmatch(f"{path.rstrip('/') or '/'}{'#' + route if route else ''}"):
                return pattern
        name = self._path(path)
        if route.partition("?")[0].strip("/!"):  # the first page of an application is that of its document
            name += "#" + self._path(route.partition("?")[0])
        chosen = self._chosen(f"{parts.query}&{route.partition('?')[2]}")
        return f"{name}{'?' + chosen if chosen else ''}"[:MAX_CHARS]

    def _path(self, path: str) -> str:
        lead = "!" if path.startswith("!") else ""
        rooted = "/" if path[len(lead) :].startswith("/") else ""
        segments = [segment.partition(";")[0] for segment in path[len(lead) :].split("/") if segment]
        if rooted and self._rules.locales and segments and _is_locale(segments[0]):
            segments = segments[1:]
        if segments and _INDEX.fullmatch(segments[-1]):
            segments = segments[:-1]
        return lead + rooted + "/".join(_named(segments))

    def _chosen(self, query: str) -> str:
        pairs = [pair for pair in parse_qsl(query) if pair[0].lower() in self._rules.parameters]
        return "&".join(f"{key}={value}" for key, value in sorted(pairs) if _PLAIN_VALUE.fullmatch(value))


@lru_cache(maxsize=8)
def patterns_under(rules: Pages) -> PagePatterns:
    """The patterns under some rules, which sessions share: most of their addresses are the same."""
    return PagePatterns(rules)


def slug_aliases(sessions: Mapping[str, int]) -> dict[str, str]:
    """Patterns that differ in one part which takes so many values that it is a title: pattern -> pattern with `:slug`.

    `sessions` are sessions by pattern. A value that many of the sessions share stays a page of its own.
    """
    siblings: dict[str, list[str]] = defaultdict(list)
    for pattern in sessions:
        segments = pattern.split("/")
        for i, segment in enumerate(segments):
            if segment and not segment.startswith(":"):
                siblings["/".join([*segments[:i], ":slug", *segments[i + 1 :]])].append(pattern)
    aliases: dict[str, str] = {}
    for name, patterns in sorted(siblings.items(), key=lambda item: (-len(item[1]), item[0])):
        free = [pattern for pattern in patterns if pattern not in aliases]
        total = sum(sessions[pattern] for pattern in free)
        rare = [pattern for pattern in free if sessions[pattern] <= MAX_SHARE * total]
        if len(rare) >= MIN_SIBLINGS:
            aliases.update(dict.fromkeys(rare, name))
    return aliases


def _named(segments: Sequence[str]) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(segments):
        dated = _date_at(segments, i)
        if dated:
            out.append(":date")
            i += dated
            if i == len(segments) - 1:
                out.append(":slug")
                break
            continue
        out.append(_segment(segments[i], is_first=not out))
        i += 1
    return out


def _date_at(segments: Sequence[str], i: int) -> int:
    """How many parts from here on are one date: `2026/11/27`, `2026/11`, `2026-11-27`; none for a year alone."""
    if _DATE.fullmatch(segments[i]):
        return 1
    if not _YEAR.fullmatch(segments[i]):
        return 0
    more = [_DAY_OR_MONTH.fullmatch(segment) is not None for segment in segments[i + 1 : i + 3]]
    return 1 + (len(more) if all(more) else int(more[0])) if more and more[0] else 0


def _segment(segment: str, *, is_first: bool) -> str:
    if MARK.search(segment) or _ID.fullmatch(segment):
        return ":id"
    numbered = _NUMBERED_FILE.fullmatch(segment)
    if numbered:
        return f":id{numbered[1]}"
    words = [word for word in _WORD.split(segment) if word]
    if _NUMBERED_TITLE.fullmatch(segment) and len(words) > 2:
        return ":slug"
    return ":slug" if len(words) >= SLUG_WORDS and not is_first else segment


def _is_locale(segment: str) -> bool:
    found = _LOCALE.fullmatch(segment)
    return found is not None and found[1].lower() in _LANGUAGES


def _compiled(pattern: str) -> re.Pattern[str]:
    """An own pattern as an expression; what is no `:name` and no last `*` stands for itself."""
    parts = re.split(r"(:\w+|\*$)", pattern.rstrip("/") or "/")
    form = "".join("[^/#]+" if p.startswith(":") else ".*" if p == "*" else re.escape(p) for p in parts)
    return re.compile(form)


_PLAIN = PagePatterns(Pages())
