"""The policy of privacy in a process: its rules travel with the job, its key stands in the environment alone."""

from __future__ import annotations

import os

from replay_signals.pipelines.files.source_maps import SourceMaps
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.privacy.policy import Policy

KEY_VARIABLE = "REPLAY_SIGNALS_PRIVACY_KEY"
MAPS_VARIABLE = "REPLAY_SIGNALS_SOURCE_MAPS"
"""Folder of the site's source maps: where they lie differs between machines, so no rule says it."""


UNKEYED = (
    f"{KEY_VARIABLE} is not set: ids that say who somebody is were hashed without a key, so that who has a list of "
    "addresses can look them up. Set it to a secret of your own, the same everywhere."
)
_made: list[Policy] = []
"""The policies of this process, to know whether one of them lacked its key."""


def policy_of(rules: Rules) -> Policy:
    """The policy of rules under this process's key. Without one a list of guesses can be tried against hashed ids.

    Raises ValueError for selectors or national ids that are not understood, SourceMapError for a folder of source maps
    that is none.
    """
    folder = os.environ.get(MAPS_VARIABLE, "")
    sources = SourceMaps(folder) if folder else None
    policy = Policy(rules.privacy, os.environ.get(KEY_VARIABLE, "").encode(), sources)
    if not os.environ.get(KEY_VARIABLE):
        _made.append(policy)
    return policy


def lacked_key() -> bool:
    """Whether people were hashed without a key since this was asked for the last time."""
    found = any(policy.hashed_without_key for policy in _made)
    _made.clear()
    return found
