"""Priors of a running job: a file that is looked at again and again, so a new version needs no restart.

A broadcast of versions through Flink would bring all tasks to one version at one checkpoint. Nothing needs that: each
row says the version it was judged with, and the same session judged again with that version gives the same rows. A
file asks for no second input of the keyed step, which would hold its clock back, and outlives every savepoint.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import fsspec
import msgspec

from replay_signals.schemas.prior_rows import PriorRow
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors, priors_of

log = logging.getLogger(__name__)
_rows = msgspec.json.Decoder(list[PriorRow])


class PriorsFile:
    """The newest version that could be read: without a file there is none, and a broken one changes nothing."""

    def __init__(self, url: str, every_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._url, self._every_s, self._now_s = url, every_s, now_s
        self._due_s = float("-inf")
        self._priors = NO_PRIORS

    def newest(self) -> Priors:
        """Looks at the file when it is time to."""
        now_s = self._now_s()
        if self._url and now_s >= self._due_s:
            self._due_s = now_s + self._every_s
            self._look()
        return self._priors

    def _look(self) -> None:
        try:
            with fsspec.open(self._url, "rb") as file:
                found = priors_of(_rows.decode(file.read()))
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            log.warning("priors cannot be read from %s, those before stay: %s", self._url, error)
            return
        if found.version != self._priors.version:
            log.info("judging with priors %s from %s on", found.version, self._url)
            self._priors = found
