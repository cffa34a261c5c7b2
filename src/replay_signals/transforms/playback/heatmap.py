"""Where visitors of a page clicked and how far they scrolled, by element: shares add up over layouts of any width."""

from __future__ import annotations

from msgspec import Struct, structs

from replay_signals.transforms.playback.elements import nodes_of
from replay_signals.transforms.playback.tree import Tree

WIDTHS: dict[str, tuple[int, int]] = {"narrow": (0, 640), "medium": (640, 1024), "wide": (1024, 1_000_000)}
"""Classes of viewports, CSS pixels: phones, tablets and small windows, desktops."""
DEPTHS = 10
"""Steps of the page's height in which scroll depth is told."""


class HeatElement(Struct, frozen=True):
    """Clicks on one element. `share` of the page's visitors clicked it (95 % interval `low` to `high`).

    `dead` and `slow` count clicks by their verdict, `rage_visitors` those with a rage click on it. `nodes` are its node
    ids in the picture; empty where the picture does not show it.
    """

    element_key: str
    element: str
    place: str
    clicks: int
    visitors: int
    share: float
    low: float
    high: float
    dead: int
    dead_visitors: int
    slow: int
    rage_visitors: int
    reaction_ms: float | None
    nodes: list[int] = []


class ScrollStep(Struct, frozen=True):
    """How many visitors saw the page down to a depth: 0.1 is its first tenth."""

    depth: float
    visitors: int
    share: float


class Heatmap(Struct, frozen=True):
    """A page's clicks and scroll depth. `width`: narrow, medium, wide or all. Elements by visitors, most first."""

    page: str
    width: str
    visitors: int
    sessions: int
    clicks: int
    unplaced: int
    """Clicks on what is no element that is known."""
    elements: list[HeatElement]
    scroll: list[ScrollStep]
    """Of visitors whose recording tells the height of the page."""


def scroll_steps(reached: list[float]) -> list[ScrollStep]:
    """Steps of depths that visitors reached, each from 0 to 1."""
    if not reached:
        return []
    steps = []
    for step in range(1, DEPTHS + 1):
        depth = step / DEPTHS
        count = sum(one >= depth - 0.5 / DEPTHS for one in reached)
        steps.append(ScrollStep(depth, count, round(count / len(reached), 4)))
    return steps


def placed(heatmap: Heatmap, tree: Tree) -> Heatmap:
    """With the nodes of each element in a page."""
    elements = [
        structs.replace(one, nodes=[node.id for node in nodes_of(tree, one.element_key)]) for one in heatmap.elements
    ]
    return structs.replace(heatmap, elements=elements)
