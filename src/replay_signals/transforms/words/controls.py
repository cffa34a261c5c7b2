"""Words of controls that act where no recorder looks, by what they do and by language: `controls.toml`.

What a control is (its tag, `download`, `type`, `target`, icon) decides before any word does; words only keep a silent
control from being called dead.
"""

from __future__ import annotations

import re

import msgspec

from replay_signals.transforms.words import words

Words = dict[str, tuple[str, ...]]
"""Language (ISO 639-1, or `any`) -> words in lower case."""


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`whole_names` mean a dialog of files, and `documents` one that is handed out, as the whole name of a button."""

    clipboard: Words
    files: Words
    sharing: Words
    printing: Words
    playing: Words
    documents: Words
    whole_names: Words
    not_meant: Words


_TABLES = words("controls.toml", _Tables)
SIGNS_ONCE, SIGNS_PLAYING = "⧉📋🖨⎙⤓", "🔊🔈🔉▶⏵⏸"
_UNSPACED = frozenset(("ja", "ko", "zh", "hi", "ar", "he", "fa", "th"))
"""Languages whose words may stand inside longer ones, or with a letter before them."""


def _pattern(tables: tuple[Words, ...], signs: str) -> re.Pattern[str]:
    """One pattern of all words; letters and digits beside a spaced language's word make it another word."""
    spaced, unspaced = set[str](), set(signs)
    for table in tables:
        for language, told in table.items():
            (unspaced if language in _UNSPACED else spaced).update(told)
    whole = "|".join(re.escape(word) for word in sorted(spaced, key=lambda w: (-len(w), w)))
    inside = [re.escape(word) for word in sorted(unspaced)]
    return re.compile("|".join([rf"(?<![^\W_])(?:{whole})(?![^\W_])", *inside]), re.IGNORECASE)


_ONCE = _pattern((_TABLES.clipboard, _TABLES.files, _TABLES.sharing, _TABLES.printing), SIGNS_ONCE)
"""What one click does completely: nobody needs it again at once."""
_PLAYING = _pattern((_TABLES.playing,), SIGNS_PLAYING)
_NOT_MEANT = _pattern((_TABLES.not_meant,), "")
_WHOLE_NAMES = frozenset(word for named in _TABLES.whole_names.values() for word in named)
_DOCUMENTS = frozenset(word for named in _TABLES.documents.values() for word in named)


def acts_once(text: str) -> bool:
    """Does a name speak of the clipboard, of files, of sharing or of printing?"""
    return _ONCE.search(text) is not None


def acts_outside(text: str) -> bool:
    """Does a name speak of what no recording of a page shows: the above, or sound, video and the whole screen?"""
    return acts_once(text) or _PLAYING.search(_NOT_MEANT.sub("", text)) is not None


def is_file_dialog(name: str) -> bool:
    """Is it the name of a button that opens the system's dialog of files, and of nothing else?"""
    return _whole(name) in _WHOLE_NAMES


def is_document(name: str) -> bool:
    """Is it the name of a document, and nothing else?"""
    return _whole(name) in _DOCUMENTS


def _whole(name: str) -> str:
    return name.strip(" .…").lower()
