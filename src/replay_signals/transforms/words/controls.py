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
    """`whole_names` mean a dialog of files, `documents` one that is handed out, and `closing` that what stands open is
    closed and nothing done, as the whole name of a button."""

    clipboard: Words
    files: Words
    sharing: Words
    printing: Words
    playing: Words
    whole_screen: Words
    other_programs: Words
    documents: Words
    whole_names: Words
    not_meant: Words
    closing: Words


_TABLES = words("controls.toml", _Tables)
SIGNS_ONCE, SIGNS_PLAYING, SIGNS_WHOLE_SCREEN = "⧉📋🖨⎙⤓", "🔊🔈🔉▶⏵⏸", "⛶"
SIGNS_OTHER_PROGRAMS = "📞☎✆✉📷📸🗺⋮☰≡"
_UNSPACED = frozenset(("ja", "ko", "zh", "hi", "ar", "he", "fa", "th"))
"""Languages whose words may stand inside longer ones, or with a letter before them."""
_WORD = re.compile(r"[^\W_]+")


def _lower(text: str) -> str:
    """Lower case, whichever of its four letters i a Turkish text is written with."""
    return text.lower().replace("\N{COMBINING DOT ABOVE}", "").replace("ı", "i")


class _Said:
    """Asks a text for words of some tables: whole words of spaced languages, others and signs wherever they stand."""

    def __init__(self, tables: tuple[Words, ...], signs: str) -> None:
        told = [(language, _lower(word)) for table in tables for language, words in table.items() for word in words]
        spaced = {word for language, word in told if language not in _UNSPACED}
        phrases = sorted((word for word in spaced if not _WORD.fullmatch(word)), key=lambda w: (-len(w), w))
        inside = sorted({word for language, word in told if language in _UNSPACED} | set(signs))
        self._words = spaced.difference(phrases)
        self._begin = {first.group() for phrase in phrases if (first := _WORD.search(phrase)) is not None}
        self._phrases = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, phrases))})(?![^\W_])")
        self._inside = re.compile("|".join(map(re.escape, inside)))

    def __call__(self, text: str) -> bool:
        """Is one of the words in the text?"""
        text = _lower(text)
        words = _WORD.findall(text)
        if not self._words.isdisjoint(words):
            return True
        if not self._begin.isdisjoint(words) and self._phrases.search(text) is not None:
            return True
        return not text.isascii() and self._inside.search(text) is not None


_ONCE = _Said((_TABLES.clipboard, _TABLES.files, _TABLES.sharing, _TABLES.printing), SIGNS_ONCE)
"""What one click does completely: nobody needs it again at once."""
_PLAYING = _Said((_TABLES.playing,), SIGNS_PLAYING)
_WHOLE_SCREEN = _Said((_TABLES.whole_screen,), SIGNS_WHOLE_SCREEN)
_OTHER_PROGRAMS = _Said((_TABLES.other_programs,), SIGNS_OTHER_PROGRAMS)
_OTHERWISE = "|".join(re.escape(word) for named in _TABLES.not_meant.values() for word in named)
_NOT_MEANT = re.compile(rf"(?<![^\W_])(?:{_OTHERWISE})(?![^\W_])", re.IGNORECASE)
_WHOLE_NAMES = frozenset(word for named in _TABLES.whole_names.values() for word in named)
_DOCUMENTS = frozenset(word for named in _TABLES.documents.values() for word in named)

_CLOSING = frozenset(word for named in _TABLES.closing.values() for word in named)


def acts_once(text: str) -> bool:
    """Does a name speak of the clipboard, of files, of sharing or of printing?"""
    return _ONCE(text)


def plays(text: str) -> bool:
    """Does a name speak of sound or video?"""
    return _PLAYING(_NOT_MEANT.sub("", text))


def fills_screen(text: str) -> bool:
    """Does a name speak of the whole screen?"""
    return _WHOLE_SCREEN(text)


def acts_outside(text: str) -> bool:
    """Does a name speak of what a recording may not show: of any of these?"""
    return acts_once(text) or plays(text) or fills_screen(text)


def leaves_app(text: str) -> bool:
    """Does a name on a native screen speak of what other programs or popups show? Recorders of an app see neither."""
    return acts_outside(text) or _OTHER_PROGRAMS(text)


def is_file_dialog(name: str) -> bool:
    """Is it the name of a button that opens the system's dialog of files, and of nothing else?"""
    return _whole(name) in _WHOLE_NAMES


def is_document(name: str) -> bool:
    """Is it the name of a document, and nothing else?"""
    return _whole(name) in _DOCUMENTS


def closes(name: str) -> bool:
    """Is it the name of a button that closes something and does nothing, and no other?"""
    return _whole(name) in _CLOSING


def _whole(name: str) -> str:
    return name.strip(" .…").lower()
