"""Texts: what is left of a name, a console line or a message once the patterns are out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from replay_signals.schemas.privacy import Action
from replay_signals.transforms.privacy.encodings import plain
from replay_signals.transforms.privacy.fingerprints import Fingerprints
from replay_signals.transforms.privacy.patterns import Patterns

MARK = re.compile(r"\[[a-z_]+(?::[b-v]{5})?\]")
"""What stands for text that is not kept: `[email]`, `[text:kbtgr]`."""
_SPACED = re.compile(r"\s*([@.:/\-])\s*")


class Cleaned(NamedTuple):
    """A text that may leave, and the rules that removed something from it, once for each time."""

    text: str
    rules: tuple[str, ...] = ()


class Texts:
    """Cleans texts by patterns; lines also by quotes, keys and addresses in them."""

    def __init__(self, actions: Mapping[str, Action], national_ids: tuple[str, ...], prints: Fingerprints) -> None:
        self._actions = actions
        self._prints = prints
        self._patterns = Patterns(frozenset(r for r, action in actions.items() if action != "keep"), national_ids)

    def clean(self, text: str) -> Cleaned:
        """A text without personal data that shows by its form, disguised or not."""
        text, rules = self._replaced(text)
        bare = plain(text)
        if bare != text:
            shown, more = self._replaced(bare)
            if more:
                return Cleaned(shown, rules + more)
        if "@" in text or "." in text:
            joined = _SPACED.sub(r"\1", bare)
            if joined != bare and any(s.rule in ("email", "jwt", "card", "iban") for s in self._patterns.find(joined)):
                shown, more = self._replaced(joined)
                return Cleaned(shown, rules + more)
        return Cleaned(text, rules)

    def found(self, text: str) -> str:
        """The rule of the first pattern in a text; empty for none."""
        spans = self._patterns.find(text) or self._patterns.find(plain(text))
        return spans[0].rule if spans else ""

    def mark(self, rule: str, text: str) -> str:
        """What stands for a text that is not kept but must be told from others."""
        return f"[{rule}:{self._prints.short(text)}]"

    def _replaced(self, text: str) -> tuple[str, tuple[str, ...]]:
        spans = self._patterns.find(text)
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
