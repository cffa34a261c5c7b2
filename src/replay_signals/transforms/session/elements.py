"""Elements: finds the control that a recorded node id belongs to, and names it for people and for grouping."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

import msgspec

from replay_signals.transforms.digest.canvas_parts import SURFACE
from replay_signals.transforms.digest.control_flags import CLASS_STATES, LETS_THROUGH
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.dom import MAX_TARGETS, STATES
from replay_signals.transforms.digest.records import FullSnapshot, Mutation, Style
from replay_signals.transforms.session.nesting import Nesting
from replay_signals.transforms.session.spans import in_ranges


def _hashed(*values: bytes) -> frozenset[int]:
    """Hashes of attribute values as a mutation record keeps them; only those of states are known."""
    assert STATES.issuperset(values)
    return frozenset(zlib.crc32(value) & 0xFFFF for value in values)


_GONE, _TRUE = _hashed(b"null"), _hashed(b'"true"', b"true")
_OFF = _GONE | _hashed(b'"false"', b"false", b'""')
_LABELLED = frozenset(("input", "select", "textarea", "button"))
"""What a label may label, and what a disabled fieldset disables."""
MAX_DEPTH = 60


def is_set(value_hash: int) -> bool:
    """Is the value of an attribute, which a digest keeps as a hash, "true"?"""
    return value_hash in _TRUE


def is_on(value_hash: int) -> bool:
    """Is an attribute there, with a value that is not empty and not "false"?"""
    return value_hash not in _OFF


def is_gone(value_hash: int) -> bool:
    """Was the attribute taken away?"""
    return value_hash in _GONE


# attribute -> flag of a control, and which value of the attribute sets it; classes set them, too
_STATES: dict[str, tuple[str, Callable[[int], bool]]] = {
    "disabled": ("d", lambda value: value not in _GONE),
    "aria-disabled": ("d", lambda value: value in _TRUE),
    "aria-selected": ("s", lambda value: value in _TRUE),
    "aria-current": ("s", lambda value: value not in _OFF),
    "inert": ("q", lambda value: value not in _GONE),
}


class Elements:
    """All controls a page had. Node ids are never used twice in a document, so time plays a part in states only."""

    def __init__(self) -> None:
        self._snapshots: list[Nesting] = []
        self._controls: dict[int, Control] = {}
        self._owners: list[tuple[int, int, int]] = []
        self._sorted = True
        self._holders: set[int] = set()
        self._in_bars: dict[int, dict[int, None]] = {}
        self._bars: dict[int, int] = {}
        self._ids: list[list[int]] = []
        self._shown: dict[int, list[tuple[float, Control]]] = {}
        self._distinct: dict[tuple[Any, ...], Control] | None = None
        self._fields: dict[int | str, Control] | None = None
        self._shapes: dict[tuple[object, ...], Nesting] | None = None
        self._places: dict[int, tuple[Nesting, int] | None] = {}
        self._states: dict[tuple[int, str], list[tuple[float, str, bool]]] = {}
        self.passing: set[int] = set()
        self.root_ids: set[int] = set()
        self.alert_ids: set[int] = set()
        self.title_ids: set[int] = set()
        self._veils: set[int] = set()
        self.element_count = 0
        self.control_count = 0
        self.mobile = False
        self.error_page = False
        self.is_blank = False

    @property
    def has_snapshot(self) -> bool:
        """A full snapshot of the page was recorded."""
        return bool(self._snapshots)

    def add_snapshot(self, t: float, record: FullSnapshot) -> None:
        """Takes in the controls of a full snapshot."""
        complete = record.ids is not None and len(record.ids) < 2 * MAX_TARGETS
        ids = record.ids if complete and record.ids is not None else []
        if not record.is_native or not self._snapshots:  # native views are kept by Screens
            snapshot = Nesting(t, record.controls, record.owners, ids)
            self._snapshots.append(snapshot)
            self._shapes = None
            self._places.clear()
            for control in snapshot.controls:
                self._shown.setdefault(control.first, []).append((t, control))
                if "q" in control.flags:
                    self.passing.add(control.first)
            self._stand(record.controls, record.bars)
            self._distinct = self._fields = None
        self._ids.append(ids)
        self.root_ids.add(record.root_id)
        self.title_ids.update(record.titles)
        self._veils.update(record.veils)
        self.alert_ids.update(record.alerts or ())
        self.element_count = record.element_count
        self.control_count = sum(not c.is_none for c in record.controls)
        self.mobile = self.mobile or record.is_native
        self.error_page = self.error_page or record.error_page
        self.is_blank = record.is_blank and (self.is_blank or len(self._ids) == 1)

    def add_mutation(self, t: float, record: Mutation) -> None:
        """Takes in new controls and changed states."""
        self._fields = None
        self._change(t, record)
        self.alert_ids.update(record.alert_places)
        if record.added:
            self._ids.append(record.added)
            self.is_blank = False
        for control in record.controls:
            self._controls[control.first] = control
            self._distinct = None
            if "q" in control.flags:
                self.passing.add(control.first)
        self._stand(record.controls, record.bars)
        self._lay(record)
        owners = record.owners
        for i in range(0, len(owners), 3):
            self._owners.append((owners[i], owners[i + 1], owners[i + 2]))
            self._holders.add(owners[i + 2])
            self._sorted = False

    def _change(self, t: float, record: Mutation) -> None:
        """Takes in changed states."""
        for node_id, name, value_hash in record.attributes:
            if name == "class":
                for flag, state in CLASS_STATES.items():
                    self._changed(node_id, flag, t, name, bool(value_hash & state.bit))
                if node_id in self.passing:  # which classes let the pointer through is known of snapshots alone
                    self._changed(node_id, "q", t, name, False)
            elif name == "style":
                if value_hash & LETS_THROUGH or node_id in self.passing:
                    self.passing.add(node_id)
                    self._changed(node_id, "q", t, name, bool(value_hash & LETS_THROUGH))
            elif (by_value := _STATES.get(name)) is not None:
                flag, when = by_value
                self._changed(node_id, flag, t, name, when(value_hash))
                if flag == "q":
                    self.passing.add(node_id)

    def _lay(self, record: Mutation) -> None:
        """Takes in the new boxes that are unseen layers by what is known of the style sheets."""
        self._veils.update(record.veils)
        for box in record.boxes:
            known = self._controls.get(box.node_id)
            if self._veils.isdisjoint(box.selectors) or (known is not None and not known.is_none):
                continue
            flags = "n" if known is None else known.flags.replace("P", "")
            layer = Control(box.node_id, box.node_id, "div", *("",) * 7, f"{flags}u")
            self._controls[box.node_id] = layer
            self._stand([layer], [box.pair])

    def add_rules(self, record: Style) -> None:
        """Takes in what scripts wrote into style sheets."""
        self._veils.update(record.veils)

    def _stand(self, controls: Iterable[Control], bars: Iterable[int]) -> None:
        for control, bar in zip(controls, bars, strict=False):
            before = self._bars.get(control.first)
            if before is not None and before != bar:
                self._in_bars[before].pop(control.first, None)
            if bar:
                self._bars[control.first] = bar
                self._in_bars.setdefault(bar, {})[control.first] = None

    def in_bar(self, node_id: int | None) -> list[Control]:
        """Controls right below the node, as they were last; those that were removed, too. None of what is no bar."""
        firsts = self._in_bars.get(node_id, ()) if node_id is not None else ()
        return [self._controls.get(first) or self._shown[first][-1][1] for first in firsts]

    def beside(self, node_id: int) -> list[Control]:
        """Other controls of the bar that this one, which is kept itself, stands in."""
        return [c for c in self.in_bar(self._bars.get(node_id)) if c.first != node_id]

    def _changed(self, node_id: int, flag: str, t: float, name: str, on: bool) -> None:
        self._states.setdefault((node_id, flag), []).append((t, name, on))

    def holds(self, node_id: int | None) -> bool:
        """Is the node known: from a snapshot, or added since? False tells of a part of the recording that is lost."""
        if node_id is None:
            return False
        return any(not ids or in_ranges(ids, node_id) for ids in self._ids)

    def around(self, node_id: int | None) -> Iterator[Control]:
        """Controls that hold the node, innermost first."""
        return (control for control in self.chain(node_id) if not control.is_only_place)

    def chain(self, node_id: int | None) -> Iterator[Control]:
        """Controls and places that hold the node, innermost first."""
        current = node_id
        for _ in range(MAX_DEPTH):
            if current is None:
                return
            control = self._controls.get(current)
            if control is not None:
                yield control
            owner = self._owner(current)
            if owner is None:
                break
            current = owner
        if current is None:
            return
        if current not in self._places:
            self._places[current] = self._in_snapshot(current)
        found = self._places[current]
        if found is not None:
            snapshot, i = found
            while i >= 0:
                yield snapshot.controls[i]
                i = snapshot.outer[i]

    def _in_snapshot(self, node_id: int) -> tuple[Nesting, int] | None:
        """The last snapshot in which a control holds the node, and the index of the innermost one."""
        if self._shapes is None:
            self._shapes = {}
            for snapshot in reversed(self._snapshots):
                self._shapes.setdefault(snapshot.shape, snapshot)
        around = ((snapshot, i) for snapshot in self._shapes.values() if (i := snapshot.find(node_id)) >= 0)
        last = next(around, None)
        if last is None or last[0].holds(node_id):
            return last
        return next((found for found in around if found[0].holds(node_id)), last)

    def hand_over(self, node_id: int | None) -> Control | None:
        """What a later snapshot shows to be a control around an added node by the hand over it alone.

        Of what is added only its own style is known: the sheets are in snapshots.
        """
        found = self._in_snapshot(node_id) if node_id is not None and self._owner(node_id) is not None else None
        if found is None or not found[0].lists(node_id):
            return None
        snapshot, i = found
        while i >= 0 and (snapshot.controls[i].is_only_place or snapshot.controls[i].is_none):
            i = snapshot.outer[i]
        return snapshot.controls[i] if i >= 0 and snapshot.controls[i].is_hand else None

    def inside(self, node_id: int, control: Control) -> bool:
        """Is the node the control or below it?"""
        return any(c.first == control.first for c in self.around(node_id))

    def is_apart(self, control: Control, canvas: Control) -> bool:
        """Has the canvas controls of its own in its part of the page, and is this one in another?"""
        part = next((c for c in self.chain(canvas.first) if SURFACE in c.flags), None)
        return part is not None and all(c.first != part.first for c in self.chain(control.first))

    def came_elsewhere(self, control: Control, before: Control) -> bool:
        """Did the control come after the other one, by a later change of the page, and into another element?"""
        later = control.first in self._controls and before.first < control.first
        return later and before.first not in self._controls

    def box(self, node_id: int) -> Control | None:
        """The checkbox or radio button that the node is; a label hands clicks and the focus on to it."""
        control = next(self.around(node_id), None)
        is_box = control is not None and control.first == node_id and control.type in ("checkbox", "radio")
        return control if is_box else None

    def labels_field(self, label: Control) -> bool:
        """Is a form control associated with the label: named by its `for`, or below it?"""
        return bool(label.href) or self._labelled(label) is not None

    def _labelled(self, label: Control) -> Control | None:
        """The form control that the label labels: the first of that id, or the first below it."""
        if self._fields is None:
            self._fields = {}
            for field in (c for c in self._all_once() if c.tag in _LABELLED):
                self._fields.setdefault(field.dom_id, field)
                for holder in self.around(field.first):
                    if holder.first != field.first:
                        self._fields.setdefault(holder.first, field)
        return self._fields.get(label.href or label.first)

    def all(self) -> Iterator[Control]:
        """Every control the page had."""
        for snapshot in self._snapshots:
            yield from (control for control in snapshot.controls if not control.is_only_place)
        yield from (control for control in self._controls.values() if not control.is_only_place)

    def _all_once(self) -> Iterable[Control]:
        """The same, but what is equal in several snapshots once."""
        if self._distinct is None:
            self._distinct = {}
            for control in self.all():
                self._distinct.setdefault(msgspec.structs.astuple(control), control)
        return self._distinct.values()

    def nearest(self, first: int, last: int, tags: frozenset[str]) -> tuple[Control, int] | None:
        """The control of one of these tags that is nearest in document order, and how many nodes lie between.

        Frames whose content is recorded are left out: what happens in them is seen.
        """
        best: tuple[Control, int] | None = None
        for other in self._all_once():
            if other.tag in tags and not (other.tag == "iframe" and self.is_filled(other)):
                away = max(other.first - last, first - other.last, 0)
                if best is None or away < best[1]:
                    best = other, away
        return best

    def is_filled(self, frame: Control) -> bool:
        """Is there something in it? Recorders add the document of a frame below it, at once or later."""
        return frame.last > frame.first or frame.first in self._holders

    def disabled(self, control: Control, t: float) -> bool:
        """Was the control disabled at that time: itself, with what is around it, or with the field it labels?"""
        for around in self.around(control.first):
            own = around.first == control.first
            if (own or around.tag != "fieldset" or control.tag in _LABELLED) and self._is(around, "d", t):
                return True
        field = self._labelled(control) if control.tag == "label" else None
        return field is not None and self.disabled(field, t)

    def passes(self, control: Control, t: float) -> bool:
        """Did the control let the pointer through at that time, by itself or with what is around it?"""
        return bool(self.passing) and any(self._is(around, "q", t) for around in self.chain(control.first))

    def chosen(self, control: Control, t: float) -> bool:
        """Was the control the current choice of its group (the open tab, the page one is on)?"""
        return self._is(control, "s", t)

    def _is(self, control: Control, flag: str, t: float) -> bool:
        """A state by attribute or by class, as they were in the last snapshot and have changed since."""
        control, since_ms = self._as_of(control, t)
        now = {name: on for when, name, on in self._states.get((control.first, flag), ()) if since_ms < when <= t}
        if any(now.values()) or flag not in control.flags:
            return any(now.values())
        by_class = flag not in CLASS_STATES or CLASS_STATES[flag].holds(control.classes)
        return not any(by_class if name == "class" else True for name in now)

    def _as_of(self, control: Control, t: float) -> tuple[Control, float]:
        """The control as the last snapshot before that time shows it, or as it was added, and the time of that."""
        shown = self._shown.get(control.first, [])
        i = bisect_right(shown, t, key=itemgetter(0)) - 1
        if i >= 0:
            since_ms, last = shown[i]
            return last, since_ms
        return self._controls.get(control.first) or (shown[0][1] if shown else control), float("-inf")

    def _owner(self, node_id: int) -> int | None:
        if not self._sorted:
            self._owners.sort()
            self._sorted = True
        i = bisect_right(self._owners, (node_id, float("inf"), 0)) - 1
        if i >= 0 and self._owners[i][1] >= node_id and self._owners[i][2] != node_id:
            return self._owners[i][2]
        return None
