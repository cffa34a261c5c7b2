"""The policy of privacy in a process: its rules travel with the job, its key stands in the environment alone."""

from __future__ import annotations

import os

from replay_signals.schemas.rules import Rules
from replay_signals.transforms.privacy.policy import Policy

KEY_VARIABLE = "REPLAY_SIGNALS_PRIVACY_KEY"


def policy_of(rules: Rules) -> Policy:
    """The policy of rules under this process's key. Without one a list of guesses can be tried against hashed ids.

    Raises ValueError for selectors or national ids that are not understood.
    """
    return Policy(rules.privacy, os.environ.get(KEY_VARIABLE, "").encode())
