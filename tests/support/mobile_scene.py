"""What is on the screen of an app: windows of views, and what changes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

LOOKS = frozenset(
    ("drawn", "pressed", "plain", "colour", "size", "faint", "hint", "caret", "focused", "turn", "from_right")
)
"""Of `V.more`: how a view is drawn, which no wireframe says in these words."""


@dataclass(frozen=True)
class V:
    """A view of an app: `name` for tests only; `kind` a wireframe type, or the input type of an input."""

    name: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    more: dict[str, object] = field(default_factory=dict)
    children: tuple[V, ...] = ()

    def walk(self) -> Iterator[V]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Window:
    """A window: an activity or dialog on Android, the app's only one elsewhere."""

    screen: str
    root: V


class Scene:
    """What is on the screen. Every change answers whether the app drew something."""

    def __init__(self, screen: str, content: tuple[V, ...], size: tuple[int, int] = (400, 800)) -> None:
        self.size = size
        self.windows = [Window(screen, self._root(content))]
        self.keyboard = False
        self._opened = 0

    @property
    def top(self) -> Window:
        return self.windows[-1]

    def middle(self, name: str) -> tuple[float, float]:
        view = next(v for v in self.top.root.walk() if v.name == name)
        return view.x + view.width / 2, view.y + view.height / 2

    def lights_up(self, x: float, y: float) -> bool:
        """Is there a control below the finger?"""
        views = [v for v in self.top.root.walk() if v.kind in ("button", "toggle", "checkbox", "radio")]
        return any(v.x <= x <= v.x + v.width and v.y <= y <= v.y + v.height for v in views)

    def change(self, name: str, **fields: object) -> bool:
        own = {k: v for k, v in fields.items() if k in V.__dataclass_fields__}
        more = {k: v for k, v in fields.items() if k not in own}

        def changed(view: V) -> V:
            view = replace(view, children=tuple(changed(c) for c in view.children))
            return replace(view, **own, more=view.more | more) if view.name == name else view  # type: ignore[arg-type]

        for window in self.windows:
            window.root = changed(window.root)
        return any(v.name == name for v in self.top.root.walk())

    def add(self, new: V, into: str) -> bool:
        def added(view: V) -> V:
            children = tuple(added(c) for c in view.children)
            return replace(view, children=(*children, new) if view.name == place else children)

        place = self.top.root.name if into == "root" else into
        self.top.root = added(self.top.root)
        return True

    def remove(self, name: str) -> bool:
        def without(view: V) -> V:
            return replace(view, children=tuple(without(c) for c in view.children if c.name != name))

        self.top.root = without(self.top.root)
        return True

    def scroll(self, by: float, fixed: frozenset[str] = frozenset()) -> bool:
        """Everything moves but the root and bars that are `fixed`."""
        root = self.top.root
        moved = [child if child.name in fixed else _moved(child, by) for child in root.children]
        self.top.root = replace(root, children=tuple(moved))
        return True

    def replace(self, content: tuple[V, ...]) -> bool:
        self.top.root = replace(self.top.root, children=content)
        return True

    def turn(self, size: tuple[int, int], content: tuple[V, ...], *, recreate: bool) -> bool:
        """The window on top has other sides; where activities are recreated it is another one."""
        self.size = size
        self._opened += recreate
        own = f"{self.top.screen} {self._opened}" if recreate else self.top.root.name.partition(" ")[2]
        self.top.root = self._root(content, own)
        return True

    def open(self, screen: str, content: tuple[V, ...]) -> bool:
        self._opened += 1
        self.windows.append(Window(screen, self._root(content, f"{screen} {self._opened}")))
        return True

    def close(self) -> bool:
        self.windows.pop()
        return True

    def _root(self, content: tuple[V, ...], screen: str = "") -> V:
        return V(f"root{screen and ' '}{screen}", "div", 0, 0, *self.size, "", {}, content)

    def type(self, *, shown: bool) -> bool:
        self.keyboard = shown
        return True


def _moved(view: V, by: float) -> V:
    return replace(view, y=view.y + by, children=tuple(_moved(c, by) for c in view.children))
