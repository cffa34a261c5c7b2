"""Source maps of a local folder: from a place in a built file to the file, line and function it was made from.

The folder holds what builds leave: `app-5f2c.js.map`, and beside it `app-5f2c.js`, without which functions have no
names. A file of a stack belongs to the map whose path has the most in common with the end of its address. Maps are read
when they are needed and a few are kept; one that is broken or too large is told once, and its frames stay as they are.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from replay_signals.transforms.privacy.sources import Source

if TYPE_CHECKING:
    from symbolic.sourcemapcache import SourceMapCache

log = logging.getLogger(__name__)

SUFFIX = ".map"
MAX_MAPS = 50_000
MAX_MAP_BYTES = 64 * 1024 * 1024
"""Of a map with its built file: reading one takes time in proportion, about a second at this size."""
MAX_KEPT = 8
LOOK_AGAIN_S = 60.0
"""A file that is not known yet may be of a build that came since."""
MAX_POSITION = 2**32 - 1
_SCHEME = re.compile(r"^(?:webpack|turbopack|file|vite|rollup|ng)(?:-\w+)?:/*(?:[^/]*/(?=\./|\.\./))?")
_ROOTS = ("node_modules", "src", "app", "lib")
"""Folders that a program begins at, on whichever machine it was built."""
_KEPT_PARTS = 3


class SourceMapError(Exception):
    """A folder of source maps that cannot be used; the message says why."""


class SourceMaps:
    """A `Sources` over a folder. Pickles as the folder. Raises SourceMapError when it is none."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        if not self._folder.is_dir():
            raise SourceMapError(f"{folder} is no folder of source maps.")
        import symbolic  # noqa: F401 - a missing extra shows here and not at the first exception

        self._kept: OrderedDict[Path, SourceMapCache | None] = OrderedDict()
        self._look()

    def __reduce__(self) -> tuple[type[SourceMaps], tuple[Path]]:
        return SourceMaps, (self._folder,)

    def __call__(self, file: str, line: int, column: int) -> Source | None:
        """The source of a place; None where no map tells. Total."""
        path = self._map_of(file)
        cache = self._cache(path) if path is not None else None
        if cache is None or not (0 < line <= MAX_POSITION and 0 < column <= MAX_POSITION):
            return None
        token = cache.lookup(line, column, 0)
        if token is None or not token.src:
            return None
        function = token.function_name or token.name or ""
        return Source(source_name(token.src), token.line, token.col, "" if function.startswith("<") else function)

    def _look(self) -> None:
        """Finds the maps; links are not followed."""
        self._looked_at = time.monotonic()
        self._maps: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        left = MAX_MAPS
        for root, _, names in os.walk(self._folder):
            for name in names:
                path = Path(root, name)
                if name.endswith(SUFFIX) and left and not path.is_symlink():
                    left -= 1
                    built = path.relative_to(self._folder).with_suffix("")
                    self._maps[built.name].append(built.parts)
        if not left:
            log.warning("more than %d source maps in %s: the others are not used", MAX_MAPS, self._folder)

    def _map_of(self, file: str) -> Path | None:
        """The map of a built file; None when there is none, or two that fit as well."""
        parts = tuple(unquote(_path_of(file)).split("/"))
        if parts[-1] not in self._maps and time.monotonic() - self._looked_at > LOOK_AGAIN_S:
            self._look()
        fits = sorted((_common_end(parts, own), own) for own in self._maps.get(parts[-1], ()))
        if not fits or (len(fits) > 1 and fits[-1][0] == fits[-2][0]):
            return None
        *folders, name = fits[-1][1]
        return self._folder.joinpath(*folders, name + SUFFIX)

    def _cache(self, path: Path) -> SourceMapCache | None:
        if path not in self._kept:
            self._kept[path] = self._read(path)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(path)
        return self._kept[path]

    def _read(self, path: Path) -> SourceMapCache | None:
        from symbolic.exceptions import SymbolicError
        from symbolic.sourcemapcache import SourceMapCache

        built = path.with_suffix("")
        files = [path, built] if built.is_file() and not built.is_symlink() else [path]
        try:
            if sum(one.stat().st_size for one in files) > MAX_MAP_BYTES:
                log.warning("source map %s is not used: larger than %d bytes", path.name, MAX_MAP_BYTES)
                return None
            source = built.read_bytes() if len(files) > 1 else b""
            return SourceMapCache.from_bytes(source, path.read_bytes())
        except (OSError, SymbolicError) as error:
            log.warning("source map %s is not used: %s", path.name, type(error).__name__)
            return None


def _path_of(file: str) -> str:
    """The path of an address; empty for one that is none."""
    try:
        return urlsplit(file).path
    except ValueError:
        return ""


def source_name(told: str) -> str:
    """A file of the program as builds on any machine name it: `webpack://shop/./src/pay.ts?1f2e` is `src/pay.ts`."""
    is_absolute = told.startswith(("/", "file:")) or told[1:3] in (":/", ":\\")
    path = _SCHEME.sub("", told.replace("\\", "/")).partition("?")[0]
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    if is_absolute:
        roots = [n for n, part in enumerate(parts[:-1]) if part in _ROOTS]
        parts = parts[roots[-1] :] if roots else parts[-_KEPT_PARTS:]
    return "/".join(parts)


def _common_end(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many last parts of two paths are alike."""
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        count += 1
    return count
