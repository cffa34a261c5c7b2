"""Which player recordings are opened in: `playback.player_url` of the rules, or an environment variable instead."""

from __future__ import annotations

import os

from replay_signals.jobs.rules import read_rules
from replay_signals.schemas.rules import Rules, RulesError
from replay_signals.transforms.inbox.player_link import PlayerLink, PlayerLinkError

PLAYER_VARIABLE = "REPLAY_SIGNALS_PLAYER_URL"


def player_link(rules: Rules) -> PlayerLink | None:
    """The player that is configured; None for none. Raises RulesError."""
    own = os.environ.get(PLAYER_VARIABLE, "")
    template = own or rules.playback.player_url
    if not template:
        return None
    try:
        return PlayerLink(template)
    except PlayerLinkError as error:
        raise RulesError(f"{PLAYER_VARIABLE if own else 'playback.player_url'}: {error}") from None


def player_of(rules: str | None) -> PlayerLink | None:
    """The same, of a rules file. Raises RulesError."""
    return player_link(read_rules(rules))
