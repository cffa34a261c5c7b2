"""Menus: what the click on an item does to the menu around it."""

from __future__ import annotations

from replay_signals.transforms.session.effects import LOOKS, Effect
from replay_signals.transforms.session.gestures import Click

CLOSED_MS, MENU_NODES = 50, 60
"""A menu closes with the click on one of its items; it begins so many nodes before it at most."""
_ITEMS = frozenset(("menuitem", "menuitemcheckbox", "menuitemradio", "option"))


def closes_menu(effect: Effect, click: Click) -> bool:
    """Does what is around an item change its look right with the click on it?

    A menu that opens by hovering closes so time and again, but only as the pointer leaves it: under one that stands
    still it closes because something was chosen, be it what was chosen before.
    """
    control = click.control
    if control is None or control.role not in _ITEMS or not 0 <= effect.t - click.t <= CLOSED_MS:
        return False
    return any(
        kind == "a" and name in LOOKS and control.first - MENU_NODES <= node < control.first
        for kind, node, name in effect.targets
    )
