"""Which player recordings are opened in (`playback.player_url` of the rules, or an environment variable instead), and
where pictures of problems are published (`playback.still_url`)."""

from __future__ import annotations

import os

from replay_signals.jobs.rules import read_rules
from replay_signals.schemas.rules import Rules, RulesError
from replay_signals.transforms.inbox.address_template import TemplateError
from replay_signals.transforms.inbox.player_link import PlayerLink
from replay_signals.transforms.inbox.still_link import StillLink

PLAYER_VARIABLE = "REPLAY_SIGNALS_PLAYER_URL"


def player_link(rules: Rules) -> PlayerLink | None:
    """The player that is configured; None for none. Raises RulesError."""
    own = os.environ.get(PLAYER_VARIABLE, "")
    template = own or rules.playback.player_url
    if not template:
        return None
    try:
        return PlayerLink(template)
    except TemplateError as error:
        raise RulesError(f"{PLAYER_VARIABLE if own else 'playback.player_url'}: {error}") from None


def player_of(rules: str | None) -> PlayerLink | None:
    """The same, of a rules file. Raises RulesError."""
    return player_link(read_rules(rules))


def still_link(rules: Rules) -> StillLink | None:
    """Where pictures of problems are; None for nowhere. The rules were checked when they were read."""
    return StillLink(rules.playback.still_url) if rules.playback.still_url else None
