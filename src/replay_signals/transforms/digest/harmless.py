"""Errors that harm nobody: messages of the browser, of extensions and blockers, and advice to developers.

The console mixes them with the page's own, often at the level of errors, and uncaught ones reach error trackers. They
tell nothing of what the visitor met. Where a message can only be judged by what happened (a request that was cut off)
the caller says so.
"""

from __future__ import annotations

import re

import msgspec

from replay_signals.transforms.words import words


class _Messages(msgspec.Struct, forbid_unknown_fields=True):
    why: str
    is_: list[str] = msgspec.field(name="is", default_factory=list)
    starts: list[str] = []
    has: list[str] = []


class _Origins(msgspec.Struct, forbid_unknown_fields=True):
    why: str
    schemes: list[str]


class _Trackers(msgspec.Struct, forbid_unknown_fields=True):
    why: str
    hosts: list[str]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    messages: list[_Messages]
    origins: _Origins
    trackers: _Trackers
    cut_off: _Messages


_WORDS = words("harmless_messages.toml", _Words)
_WHOLE = frozenset(text for group in _WORDS.messages for text in group.is_)
_STARTS = tuple(text for group in _WORDS.messages for text in group.starts)
_PARTS = re.compile("|".join(re.escape(text) for group in _WORDS.messages for text in group.has))
_CUT_OFF = re.compile("|".join(re.escape(text) for text in _WORDS.cut_off.has))
# Recorders write text as JSON does: the end of a line is a backslash and an n.
_FOREIGN = re.compile(rf"(?:^|\\n|[\s(@\"'])(?:{'|'.join(re.escape(s) for s in _WORDS.origins.schemes)})://")
TRACKERS = frozenset(_WORDS.trackers.hosts)
"""Hosts of services that count visits or show ads."""
_PREFIX = re.compile(r"^(?:[\s\"'\[]*(?:uncaught|unhandled(?: promise)? rejection:?|\(in promise\)|[\w.]*error:))+\s*")


def is_harmless(message: str, source: str) -> bool:
    """Is it known of this message, or of where it comes from, that it harms nobody? `source`: a line of its stack."""
    text = message.casefold().strip(" \"'")
    bare = _PREFIX.sub("", text).strip(" \"'")
    if bare in _WHOLE or text in _WHOLE or text.startswith(_STARTS) or bare.startswith(_STARTS):
        return True
    return _PARTS.search(text) is not None or is_foreign(source) or _FOREIGN.search(text) is not None


def is_foreign(source: str) -> bool:
    """Is this line of a stack in a script that is no part of the page?"""
    return _FOREIGN.search(source.casefold()) is not None


def cut_off(message: str) -> bool:
    """Does it say that a request got no answer? Whoever goes elsewhere cuts off what is under way."""
    return _CUT_OFF.search(message.casefold()) is not None
