"""Made-up values for fields: what a visitor typed is masked, so a script types something that the field takes."""

from __future__ import annotations

import re

from replay_signals.transforms.digest.controls import Control

BY_TYPE = {
    "email": "ada@example.com",
    "tel": "+49 30 901820",
    "url": "https://example.com/",
    "number": "2",
    "range": "2",
    "date": "2030-06-15",
    "time": "10:30",
    "datetime-local": "2030-06-15T10:30",
    "month": "2030-06",
    "week": "2030-W24",
    "color": "#336699",
    "password": "Correct-Horse-7",
    "search": "a",
}
BY_NAME = (
    (re.compile(r"e-?mail", re.I), "ada@example.com"),
    (re.compile(r"phone|tel(?:efon)?\b|mobile|handy", re.I), "+49 30 901820"),
    (re.compile(r"zip|post(?:al|code)|plz", re.I), "10115"),
    (re.compile(r"card|karte", re.I), "4242 4242 4242 4242"),
    (re.compile(r"cvc|cvv", re.I), "123"),
    (re.compile(r"first.?name|vorname|prénom", re.I), "Ada"),
    (re.compile(r"last.?name|surname|nachname", re.I), "Example"),
    (re.compile(r"name", re.I), "Ada Example"),
    (re.compile(r"street|address|adresse|strasse|straße|rue", re.I), "1 Example Street"),
    (re.compile(r"city|town|stadt|ville|\bort\b", re.I), "Berlin"),
    (re.compile(r"amount|quantity|number|count|menge|anzahl|nombre", re.I), "2"),
    (re.compile(r"date|datum", re.I), "2030-06-15"),
    (re.compile(r"search|such|find|recherch", re.I), "a"),
)
"""First match counts: by what a field is called."""
TEXT = "Example text"
LONG_TEXT = "An example of a text that somebody wrote."


def value_for(control: Control, label: str = "") -> str:
    """A value for a text field by its type, else by its label, name, test id or id."""
    by_type = BY_TYPE.get(control.type.lower()) if control.tag == "input" else None
    if by_type is not None:
        return by_type
    called = " ".join((label, control.name, control.test_id, control.dom_id))
    named = next((value for words, value in BY_NAME if words.search(called)), None)
    return named or (LONG_TEXT if control.tag == "textarea" else TEXT)
