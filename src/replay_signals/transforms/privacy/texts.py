"""Texts: what is left of a name, a console line or a message once the patterns are out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from replay_signals.schemas.privacy import Action, Patterns
from replay_signals.transforms.privacy.encodings import RIGHT_TO_LEFT, plain
from replay_signals.transforms.privacy.fingerprints import Fingerprints
from replay_signals.transforms.privacy.patterns import Finder, Pattern, Span

MARKS = (
    *(field.name for field in msgspec.structs.fields(Patterns)),
    *("anchor", "data", "id", "key", "name", "removed", "text", "url", "value"),
)
MARK = re.compile(rf"\[(?:{'|'.join(MARKS)})(?::[b-v]{{5}})?\]")
"""What stands for text that is not kept: `[email]`, `[text:kbtgr]`. Nothing else in brackets: `[maria]` is a name."""
_WHOLE_OR_HANDLE = re.compile(r"@[^\s@]{1,255}\.\w|(?:^|\s)@\w")
_SPACED_MAIL = re.compile(r"[\w.+%-]{2,64}\s*@\s*(?:[\w-]{2,63}\s*\.\s*){1,8}[^\W\d_]{2,62}")
_SPACED_SIGN = re.compile(r"\s[.:/\-]|[.:/\-]\s")
_SPACED = re.compile(r"\s*([@.:/\-])\s*")


class Cleaned(NamedTuple):
    """A text that may leave, and the rules that removed something from it, once for each time."""

    text: str
    rules: tuple[str, ...] = ()


class Texts:
    """Cleans texts by patterns; lines also by quotes, keys and addresses in them."""

    def __init__(
        self,
        actions: Mapping[str, Action],
        national_ids: tuple[str, ...],
        prints: Fingerprints,
        own: Sequence[Pattern] = (),
    ) -> None:
        self._actions = actions
        self._prints = prints
        self._finder = Finder(frozenset(r for r, action in actions.items() if action != "keep"), national_ids, own)

    def clean(self, text: str) -> Cleaned:
        """A text without personal data that shows by its form, disguised or not."""
        if RIGHT_TO_LEFT in text:
            backwards = self._finder.find(plain(text[::-1]))
            if backwards:
                return Cleaned(self._instead(backwards[0].rule, text), (backwards[0].rule,))
        bare = plain(text)
        rules: tuple[str, ...] = ()
        if "@" in bare and not _WHOLE_OR_HANDLE.search(bare):
            joined, rules = self._with(bare, self._in_pieces(bare))
            if rules:
                text = bare = joined
        if bare != text:  # first: in a disguise a pattern may see a part of what it looks for
            shown, more = self._replaced(bare)
            if more:
                return Cleaned(shown, rules + more)
        text, more = self._replaced(text)
        rules += more
        if "." in text and _SPACED_SIGN.search(bare):
            joined = _SPACED.sub(r"\1", plain(text))
            if any(span.rule in ("jwt", "card", "iban") for span in self._finder.find(joined)):
                shown, more = self._replaced(joined)
                return Cleaned(shown, rules + more)
        return Cleaned(text, rules)

    def found(self, text: str) -> str:
        """The rule of the first pattern in a text; empty for none."""
        bare = plain(text)
        spans = self._finder.find(bare)
        if not spans and bare != text:
            spans = self._finder.find(text)
        if not spans and RIGHT_TO_LEFT in text:
            spans = self._finder.find(plain(text[::-1]))
        return spans[0].rule if spans else ""

    def _in_pieces(self, text: str) -> list[Span]:
        """Addresses that elements or spaces cut: `mar ia@exa mple.org`, as they stand in the text."""
        spaced = [(found.start(), found.end()) for found in _SPACED_MAIL.finditer(text)]
        if spaced:
            return [Span(start, end, "email") for start, end in spaced]
        places = [at for at, char in enumerate(text) if not char.isspace()]
        if len(places) == len(text):
            return []
        spans = self._finder.find("".join(text[at] for at in places))
        return [Span(places[span.start], places[span.end - 1] + 1, span.rule) for span in spans if span.rule == "email"]

    def mark(self, rule: str, text: str) -> str:
        """What stands for a text that is not kept but must be told from others."""
        return f"[{rule}:{self._prints.short(text)}]"

    def _replaced(self, text: str) -> tuple[str, tuple[str, ...]]:
        return self._with(text, self._finder.find(text))

    def _with(self, text: str, spans: Sequence[Span]) -> tuple[str, tuple[str, ...]]:
        """The text with marks where something was found, and the rules that found it."""
        if not spans:
            return text, ()
        parts: list[str] = []
        at = 0
        for start, end, rule in spans:
            parts += (text[at:start], self._instead(rule, text[start:end]))
            at = end
        return "".join((*parts, text[at:])), tuple(span.rule for span in spans)

    def _instead(self, rule: str, text: str) -> str:
        action = self._actions[rule]
        if action == "remove":
            return ""
        return self.mark(rule, text) if action == "hash" else f"[{rule}]"


_HALF = re.compile(r"[\w.@%+-]*")
"""Matched backwards from the cut: searched for its end, a run of letters would be gone through from each of them."""


def whole(text: str, limit: int) -> str:
    """The begin of a text, without what the limit cuts in two: half an address has no form to know it by."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    half = _HALF.match(head[::-1])
    return head[: limit - half.end()].rstrip() or head if half else head
