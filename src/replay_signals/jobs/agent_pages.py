"""Pages as they were at a moment, from the recordings, for the server for agents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from replay_signals.jobs.rules import read_rules
from replay_signals.pipelines.files.paths import InputError
from replay_signals.pipelines.playback.finding import files_naming
from replay_signals.pipelines.playback.recordings import sessions_in_recordings
from replay_signals.schemas.briefs import NOTICE
from replay_signals.transforms.brief.quoting import fenced, shown, span
from replay_signals.transforms.playback.elements import nodes_of
from replay_signals.transforms.playback.locate import pointed_at
from replay_signals.transforms.playback.markup import html_of
from replay_signals.transforms.playback.moment import Moment
from replay_signals.transforms.playback.session import PlaybackSession, PlaybackWindow
from replay_signals.transforms.playback.tree import Tree, TreeNode, tree_at

CLICKED = "clicked"
MAX_HTML_CHARS = 20_000
MAX_LINE_CHARS = 400
SESSIONS_HELD = 4


class Recordings:
    """Sessions of files, the last few of which are held."""

    def __init__(self, paths: Sequence[str], rules: str | None) -> None:
        self._paths, self._rules = paths, read_rules(rules)
        self._read = lru_cache(SESSIONS_HELD)(self._in_files)

    def session(self, team: str, session_id: str) -> PlaybackSession:
        """The session. Raises InputError when the files hold none."""
        if not self._paths:
            raise InputError("The server knows no recordings: start it with --recordings PATH to look at pages.")
        found = self._read(team, session_id)
        if isinstance(found, str):
            raise InputError(f"Session {session_id} cannot be shown: {found}.")
        return found

    def _in_files(self, team: str, session_id: str) -> PlaybackSession | str:
        """The session, or why there is none."""
        key = team, session_id
        files = files_naming(self._paths, session_id) or self._paths
        opened = sessions_in_recordings(files, [key], self._rules)
        return opened.sessions.get(key) or opened.unplayable.get(key, "the recordings do not hold it")


class PageAt(NamedTuple):
    """A page of one window at a time, epoch ms."""

    window: PlaybackWindow
    at_ms: float
    tree: Tree


def moment_of(session: PlaybackSession, offset_ms: int, window_id: str) -> PageAt:
    """The page at an offset: of the window, else of the one in which something happened last. Raises InputError."""
    at_ms = session.first_ms + offset_ms
    windows = [one for one in session.windows if not window_id or one.window_id == window_id]
    if not windows:
        raise InputError(f"No window {window_id}: there are {', '.join(one.window_id for one in session.windows)}.")
    window = max(windows, key=lambda one: _last_before(one, at_ms))
    tree = tree_at(window, at_ms)
    if tree.root is None:
        raise InputError(f"No page was recorded yet at {offset_ms} ms: take a later moment, as read_timeline has them.")
    return PageAt(window, at_ms, tree)


def page_text(moment: PageAt, element: str) -> str:
    """The page, or an element of it by its key or by what was clicked, as quoted HTML. Raises InputError."""
    tree = moment.tree
    node = _chosen(moment, element)
    size = f"{tree.width:.0f} x {tree.height:.0f} px"
    above = " > ".join(_name(one) for one in reversed(list(node.ancestors)))
    lines = [
        f"> {NOTICE}",
        f"Address {span(shown(tree.url))}, viewport {size}.",
        *([f"Within {span(shown(above))}."] if above and element else []),
        fenced((shown(line, MAX_LINE_CHARS) for line in html_of(node, MAX_HTML_CHARS).splitlines()), "html"),
    ]
    return "\n\n".join(lines)


def still_of(moment: PageAt, element: str) -> bytes:
    """A picture (PNG) of the page, with an element of it marked. Raises InputError, and NoBrowserError."""
    from replay_signals.pipelines.playback.stills import take_stills

    node = _chosen(moment, element).id if element else 0
    (still,) = take_stills([Moment(moment.window, moment.at_ms, node)])
    if still is None:
        raise InputError("The page cannot be drawn at that time: read_page gives its HTML.")
    return still.png


def _chosen(moment: PageAt, element: str) -> TreeNode:
    tree = moment.tree
    assert tree.root is not None, "a page"
    if not element:
        return tree.root
    if element == CLICKED:
        node_id = pointed_at(moment.window, moment.at_ms)
        node = tree.nodes.get(node_id) if node_id is not None else None
        if node is None:
            raise InputError("Nothing was clicked at that time: take the offset of a click from read_timeline.")
        return node
    node = next(iter(nodes_of(tree, element)), None)
    if node is None:
        raise InputError(f"No element {element} on the page at that time: leave element out to see the whole page.")
    return node


def _name(node: TreeNode) -> str:
    dom_id = node.attributes.get("id")
    return f"{node.tag}#{dom_id}" if isinstance(dom_id, str) and dom_id else node.tag


def _last_before(window: PlaybackWindow, at_ms: float) -> float:
    return max((event["timestamp"] for event in window.events if event["timestamp"] <= at_ms), default=float("-inf"))
