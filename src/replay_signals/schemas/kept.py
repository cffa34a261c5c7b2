"""What a column of text holds, in words for those who answer for it. `privacy audit` and `privacy check` print them.

A column names its class beside its documentation: `Annotated[str, doc("URL of the page"), Holds.ADDRESS]`. A column of
text without one is an error, so that no table can start to keep something that nobody was told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, structs


class Holds(StrEnum):
    """Classes of text."""

    OWN_WORD = "own word"
    PROJECT = "project"
    SOURCE = "source"
    RANDOM_ID = "random id"
    PERSON_ID = "person id"
    ADDRESS = "address"
    ELEMENT = "element name"
    PROGRAM_WORD = "program word"
    PROGRAM_LINE = "program line"
    PROPERTIES = "event properties"
    PERSON_PROPERTIES = "person properties"
    FLAGS = "flags"
    CHAIN = "elements chain"
    SENTENCE = "sentence"
    EVIDENCE = "evidence"
    BRIEF = "brief"
    DIGEST = "digest"
    RECORDING = "recording"
    REJECTED = "rejected input"
    OPERATOR = "operator"
    NOTE = "note"


class Kept(NamedTuple):
    """What is kept of a class of text, and the settings of the rules file that decide it."""

    meaning: str
    settings: tuple[str, ...] = ()

    @property
    def is_of_visitors(self) -> bool:
        """Whether rules of privacy decide what of it is kept; else no text of a page or a visitor is in it."""
        return bool(self.settings)


KEPT: dict[Holds, Kept] = {
    Holds.OWN_WORD: Kept("A word, figure or hash of this program. It says nothing of a visitor."),
    Holds.PROJECT: Kept("The public token of the project that recorded."),
    Holds.SOURCE: Kept("The file or topic that the input came from, as its operator named it."),
    Holds.RANDOM_ID: Kept(
        "An id made at random. One that somebody's address, number or credential was put into is a keyed hash.",
        ("privacy.patterns",),
    ),
    Holds.PERSON_ID: Kept(
        "The id by which the site tells its visitors apart. One that says who it is (an e-mail address, a number "
        "of a person, a name in two words or another script) is a keyed hash.",
        ("privacy.distinct_ids", "privacy.patterns"),
    ),
    Holds.ADDRESS: Kept(
        "The address of a page or a request: scheme, host, path, names of parameters and words of those that choose a "
        "page. Other values of parameters, anchors, user names and parts of the path that say who or hold free text "
        "are fingerprints.",
        ("privacy.path_names", "privacy.page_parameters", "privacy.patterns"),
    ),
    Holds.ELEMENT: Kept(
        "What names a button, link, field or view: tag, id, test id, role, its label or first 40 characters. In "
        "rows, choices, editable text, masked elements and unknown places a fingerprint; patterns are masked "
        "everywhere.",
        (
            "privacy.control_names",
            "privacy.unknown_ancestry",
            "privacy.known_names",
            "privacy.elements",
            "privacy.patterns",
        ),
    ),
    Holds.PROGRAM_WORD: Kept(
        "A word that the site's program or a recorder chose: a method, a library, the name of an event. Patterns "
        "are masked.",
        ("privacy.patterns",),
    ),
    Holds.PROGRAM_LINE: Kept(
        "What the site's program said of itself: console lines, messages of errors, files of its stack. Objects, "
        "quoted texts, values of personal keys and patterns are left out; of other levels than the listed a "
        "fingerprint is kept.",
        ("privacy.console_levels", "privacy.key_names", "privacy.patterns"),
    ),
    Holds.PROPERTIES: Kept(
        "Properties of analytics events that are on the list, cleaned as addresses, lines and texts are.",
        ("privacy.event_properties", "privacy.hashed_properties", "privacy.key_names", "privacy.patterns"),
    ),
    Holds.PERSON_PROPERTIES: Kept(
        "Properties of people that are on the list, cleaned as addresses and texts are.",
        ("privacy.person_properties", "privacy.hashed_properties", "privacy.key_names", "privacy.patterns"),
    ),
    Holds.FLAGS: Kept(
        "Feature flags and their variants; a variant that is not a plain key is a fingerprint.",
        ("privacy.event_properties", "privacy.patterns"),
    ),
    Holds.CHAIN: Kept(
        "Tags, classes, ids, roles, positions and cleaned addresses of the clicked element and those around it, "
        "and the name of the control.",
        ("privacy.elements", "privacy.control_names", "privacy.patterns"),
    ),
    Holds.SENTENCE: Kept(
        "A sentence of this program that names an element, an address or a program line of the same row.",
        ("privacy.control_names", "privacy.path_names", "privacy.patterns"),
    ),
    Holds.EVIDENCE: Kept(
        "Figures and times of a signal, and the elements, addresses and program lines that it rests on.",
        ("privacy.control_names", "privacy.path_names", "privacy.patterns"),
    ),
    Holds.BRIEF: Kept(
        "What the other columns say of a problem and of sessions that met it, in sentences: elements, addresses, "
        "program lines, properties, flags and ids of sessions as described here, and the reason of a verdict.",
        (
            "privacy.control_names",
            "privacy.path_names",
            "privacy.event_properties",
            "privacy.console_levels",
            "privacy.patterns",
        ),
    ),
    Holds.DIGEST: Kept(
        "What a message is judged by: times, positions, lengths of what was typed, element names, addresses and "
        "program lines as described here. No page text and nothing that was typed.",
        ("privacy.elements", "privacy.control_names", "privacy.console_levels", "privacy.patterns"),
    ),
    Holds.RECORDING: Kept(
        "Pages to be looked at: elements, classes, styles and shapes, names of controls and addresses as described "
        "here. Other text as stars, or cleaned where `playback.page_text` says so; what was typed as stars; pictures "
        "of native screens. Written only where `playback.enabled` is on, for `playback.retention_days`.",
        (
            "playback.enabled",
            "playback.page_text",
            "playback.retention_days",
            "privacy.elements",
            "privacy.control_names",
            "privacy.patterns",
        ),
    ),
    Holds.REJECTED: Kept(
        "The form of input that could not be read: names of known fields, nesting and lengths, letters as x, "
        "digits as 0.",
        ("privacy.dead_letters",),
    ),
    Holds.OPERATOR: Kept(
        "Who of those who work with the findings said something, as they named themselves. Nothing of a visitor."
    ),
    Holds.NOTE: Kept(
        "What somebody who works with the findings wrote of one, cut at 500 characters. Patterns are masked.",
        ("privacy.patterns",),
    ),
}


class TextColumn(NamedTuple):
    """A column or field that holds text: its dotted name, class and documentation."""

    name: str
    holds: Holds
    doc: str


def text_columns(struct: type[Struct], prefix: str = "") -> Iterator[TextColumn]:
    """Columns of a struct that hold text, nested structs included; raises TypeError for one without a class."""
    hints = get_type_hints(struct, include_extras=True)
    for field in structs.fields(struct):
        hint = hints[field.name]
        kind, *notes = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
        leaves = list(_leaves(kind))
        for leaf in leaves:
            if isinstance(leaf, type) and issubclass(leaf, Struct):
                yield from text_columns(leaf, f"{prefix}{field.name}.")
        if not any(map(_may_be_text, leaves)):
            continue
        holds = next((note for note in notes if isinstance(note, Holds)), None)
        if holds is None:
            raise TypeError(f"{struct.__name__}.{field.name}: a column of text needs a class (schemas.kept.Holds)")
        doc = next((note.description or "" for note in notes if isinstance(note, Meta)), "")
        yield TextColumn(prefix + field.name, holds, doc)


def _leaves(kind: Any) -> Iterator[Any]:
    """What a type is made of: `str` and `int` of `dict[str, int] | None`."""
    if get_origin(kind) is Literal or not get_args(kind):
        yield kind
        return
    for argument in get_args(kind):
        yield from _leaves(argument)


def _may_be_text(leaf: Any) -> bool:
    """Anything but numbers, truth and times: a type that is not known yet may hold text."""
    return not (isinstance(leaf, type) and issubclass(leaf, (int, float, date, type(None), Struct)))
