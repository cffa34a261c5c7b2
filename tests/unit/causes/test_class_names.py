"""Class names: those that say what an element is, after any redeploy."""

from __future__ import annotations

import pytest

from replay_signals.transforms.causes.class_names import MAX_CLASSES, telling_classes


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        # two builds of each tool
        ("Cart_remove__x7Gh2", "Cart_remove__Qp31z", ("Cart_remove",)),
        ("_remove_1a2b3_12", "_remove_9zk2q_40", ("remove",)),
        ("styles-module--remove--3xYzQ", "styles-module--remove--8aB1c", ("styles-module--remove",)),
        ("css-1q2w3e-RemoveItem", "css-9z8y7x-RemoveItem", ("RemoveItem",)),
        ("sc-bdVaJa kGqWvN", "sc-fzqARJ hYtRdE", ()),
        ("css-1q2w3e", "css-zz91ab", ()),
        ("svelte-1tky8bj remove", "svelte-q0o1wd remove", ("remove",)),
        ("jss142 MuiButton-root", "jss7 MuiButton-root", ()),
        # order and state
        ("remove cart-row", "cart-row remove active", ("cart-row", "remove")),
        ("checkout-button is-loading", "checkout-button", ("checkout-button",)),
        # looks
        ("btn btn-primary btn-lg", "btn btn-secondary", ()),
        ("px-4 py-2 bg-blue-500 hover:bg-blue-700 rounded", "px-2 text-sm", ()),
        ("nav-link collapsed", "nav-link", ()),
        ("el-button el-button--primary", "el-button", ()),
        # BEM is written by people
        ("cart__remove", "cart__remove", ("cart__remove",)),
        ("add", "add", ("add",)),
    ],
)
def test_two_builds_have_the_same_telling_classes(one: str, other: str, kept: tuple[str, ...]) -> None:
    assert telling_classes(one) == telling_classes(other) == kept


def test_there_are_never_many() -> None:
    assert len(telling_classes(" ".join(f"thing{c}" for c in "abcdefgh"))) == MAX_CLASSES
