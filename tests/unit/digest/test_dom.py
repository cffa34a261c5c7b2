"""What a digest keeps of full snapshots and mutations."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.dom import InflateError, full_snapshot, inflate, mutation, ranges
from replay_signals.transforms.digest.masking import DEFAULT_POLICY, Masking
from replay_signals.transforms.digest.records import Mutation
from replay_signals.transforms.parse.budget import Budget
from support.events import packed


def kept(**fields: Any) -> Mutation:
    """The record of a mutation."""
    data = msgspec.json.decode(msgspec.json.encode({"source": 0, **fields}), type=rrweb.Incremental)
    return mutation(data, Masking(DEFAULT_POLICY), Budget())


def node(id: int, tag: str = "div", **attributes: str) -> dict[str, Any]:
    return {"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": []}


def test_compressed_fields_are_inflated_and_others_left_alone() -> None:
    assert inflate(Raw(b"[1]"), Budget()) == Raw(b"[1]")
    assert inflate(Raw(msgspec.json.encode(packed([1]))), Budget()) == b"[1]"


@pytest.mark.parametrize("text", ["", "nonsense", "\u20ac", packed([1])[:-4], packed([1])[:10]])
def test_what_does_not_inflate_is_named(text: str) -> None:
    with pytest.raises(InflateError):
        inflate(Raw(msgspec.json.encode(text)), Budget())


@pytest.mark.parametrize(
    ("ids", "flat"),
    [([], []), ([3], [3, 3]), ([1, 2, 3, 7, 8], [1, 3, 7, 8]), ([1, 1, 2], [1, 2]), ([-2, -1], [-2, -1])],
)
def test_ranges(ids: list[int], flat: list[int]) -> None:
    assert ranges(ids) == flat


def test_a_changed_text_is_its_node() -> None:
    assert kept(texts=[{"id": 7, "value": "secret"}]).texts == [7]


def test_changed_attributes_are_names_and_hashes() -> None:
    attributes = [{"id": 7, "attributes": {"class": "on", "title": None}}]
    first, second = kept(attributes=attributes), kept(attributes=attributes)
    assert next(iter(first.attributes))[:2] == (7, "class")
    assert first == second
    other = kept(attributes=[{"id": 7, "attributes": {"class": "off", "title": None}}])
    assert other.attribute_hashes != first.attribute_hashes


def test_added_nodes_name_their_outer_parent_only() -> None:
    adds = [{"parentId": 4, "node": node(10)}, {"parentId": 10, "node": node(11)}, {"parentId": 11, "node": node(12)}]
    assert (kept(adds=adds).parents, kept(adds=adds).added) == ([4], [10, 12])


def test_removed_nodes_name_their_outer_parent_only() -> None:
    removes = [{"parentId": 4, "id": 10}, {"parentId": 10, "id": 11}]
    assert (kept(removes=removes).parents, kept(removes=removes).removed) == ([4], [10, 11])


def test_added_nodes_know_the_control_they_are_in() -> None:
    adds = [{"parentId": 4, "node": node(10, "button")}, {"parentId": 10, "node": node(11, "span")}]
    made = kept(adds=adds)
    assert [(c.first, c.tag) for c in made.controls] == [(10, "button")]
    assert made.owners[-3:] == [11, 11, 10]


def test_a_text_in_an_alert_is_told_apart() -> None:
    text = {"type": 3, "id": 11, "textContent": " Card \n declined "}
    for attributes in ({"role": "alert"}, {"class": "form-error"}, {"class": "toast"}):
        adds = [{"parentId": 4, "node": node(10, **attributes)}, {"parentId": 10, "node": text}]
        (alert,) = kept(adds=adds).alerts  # nothing shows what is around it
        assert alert.startswith("[text:")
    assert kept(adds=[{"parentId": 4, "node": node(10)}, {"parentId": 10, "node": text}]).alerts == []


def test_parents_in_a_circle_do_not_hang() -> None:
    adds = [{"parentId": 11, "node": node(10)}, {"parentId": 10, "node": node(11)}, {"parentId": 12, "node": node(12)}]
    assert kept(adds=adds).added == [10, 12]


def test_a_flood_of_changes_is_bounded() -> None:
    many = kept(
        texts=[{"id": i} for i in range(5000)], attributes=[{"id": i, "attributes": {"a": "b"}} for i in range(5000)]
    )
    assert len(many.texts) <= 300
    assert len(many.attribute_names) <= 300


def tree(id: int, tag: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"type": 2, "id": id, "tagName": tag, "attributes": {}, "childNodes": list(below)}


@pytest.mark.parametrize(
    ("children", "spans"),
    [
        (
            (tree(3, "a", tree(4, "b")), tree(5, "input"), tree(6, "form", tree(7, "a"))),
            [(3, 4), (5, 5), (6, 7), (7, 7)],
        ),
        ((tree(90, "p"), tree(3, "a", tree(4, "b")), tree(5, "input")), [(3, 4), (5, 5)]),
        ((tree(5, "input"), tree(3, "form", tree(80, "p"), tree(4, "a"))), [(5, 5), (3, 4), (4, 4)]),
    ],
)
def test_ids_below_a_control(children: tuple[dict[str, Any], ...], spans: list[tuple[int, int]]) -> None:
    """Also where mutations put nodes with higher ids in between."""
    data = msgspec.json.encode({"node": {"type": 0, "id": 1, "childNodes": [tree(2, "body", *children)]}})
    record = full_snapshot(Raw(data), Masking(DEFAULT_POLICY), Budget(len(data)))
    assert [(c.first, c.last) for c in record.controls] == spans


@pytest.mark.parametrize("attributes", [{"class": "ph-no-rageclick"}, {"aria-disabled": "false"}])
def test_an_element_kept_for_its_marks_takes_no_name_from_its_control(attributes: dict[str, str]) -> None:
    text = {"type": 3, "id": 12, "textContent": "Save"}
    inner = {"parentId": 10, "node": node(11, "span", **attributes)}
    adds = [{"parentId": 4, "node": node(10, "button")}, inner, {"parentId": 11, "node": text}]
    named = kept(adds=[adds[0], {"parentId": 10, "node": text}])
    assert [c.name for c in kept(adds=adds).controls if c.first == 10] == [c.name for c in named.controls] != [""]
