"""Controls as a digest keeps them: flags by what an element is, texts as the rules of privacy leave them."""

from __future__ import annotations

from replay_signals.transforms.digest.control_flags import MAX_HREF_CHARS, hidden_words, is_hinted
from replay_signals.transforms.digest.controls import (
    BUTTON_COMPONENTS,
    CONTROL_TAGS,
    MAX_CLASSES_CHARS,
    MAX_ID_CHARS,
    MAX_NAME_CHARS,
    MAX_RAW_CHARS,
    WIDGET_ROLES,
    Control,
    text_of,
)
from replay_signals.transforms.digest.element_facts import ElementFacts, RawTexts
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.digest.place_rules import ControlTexts
from replay_signals.transforms.privacy.policy import MASK


def control_of(
    node_id: int,
    element: ElementFacts,
    place: str,
    masking: Masking,
    hand: bool | None = None,
    *,
    closed: bool = False,
) -> Control:
    """The control of an element, of the place it stands in; `last` and a name from its text are up to the caller.

    `hand`: what `is_hand` says where style sheets are known, None where its own style alone is. `closed`: `is_closed`.
    """
    raw, steps = element.raw_texts(place)
    (kind, own_type, role, name, test_id, dom_id, classes, address), hidden = masking.control_texts(
        raw, steps, _control_texts
    )
    flags, is_more = element.control_flags(element.hand if hand is None else hand, closed, hidden)
    return Control(
        node_id,
        node_id,
        kind,
        own_type,
        role,
        name,
        test_id,
        dom_id,
        classes if is_more else "",
        address,
        flags,
    )


def _control_texts(raw: RawTexts, masking: Masking) -> ControlTexts:
    """The texts of a control, from `tag` to `href`, and flags for the words that are not kept."""
    tag, kind, role, raw_name, raw_test_id, raw_id, classes, href, place = raw
    raw_name = text_of(raw_name, MAX_RAW_CHARS)
    raw_test_id = text_of(raw_test_id, MAX_RAW_CHARS)
    raw_id = text_of(raw_id, MAX_RAW_CHARS)
    name = masking.name(raw_name, place, "control_name", MAX_NAME_CHARS)
    test_id = masking.id(raw_test_id, place, "control_id", MAX_ID_CHARS)
    dom_id = masking.id(raw_id, place, "control_id", MAX_ID_CHARS)
    if tag in ("a", "area", "form"):
        href = masking.url(href, "control_href", MAX_HREF_CHARS)
    else:
        href = masking.id(text_of(href, MAX_RAW_CHARS), place, "control_id", MAX_ID_CHARS)
    texts = [
        tag if tag in CONTROL_TAGS else masking.word(tag, "control_tag", 40),
        masking.word(kind, "control_type", 20),
        masking.word(role, "control_type", 20),
        name,
        test_id,
        dom_id,
        masking.classes(text_of(classes, MAX_RAW_CHARS), MAX_CLASSES_CHARS),
        href,
    ]
    is_whole = (name, test_id, dom_id) == (raw_name, raw_test_id, raw_id)
    return texts, "" if is_whole or not masking.can_look else hidden_words(f"{raw_name} {raw_test_id} {raw_id}")


def text_place(control: Control, place: str) -> str:
    """The place of a control's text: one that is a control by its handler alone may be a row or a card of data."""
    by_tag = control.tag in CONTROL_TAGS or control.tag.endswith(BUTTON_COMPONENTS)
    return place if by_tag or control.role in WIDGET_ROLES or is_hinted(control.classes) else worse(place, MASK)
