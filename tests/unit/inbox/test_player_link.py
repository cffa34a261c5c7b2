"""Addresses of recordings in a player: no id of a stranger leaves its place in them."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.inbox.address_template import TemplateError
from replay_signals.transforms.inbox.player_link import At, PlayerLink
from replay_signals.transforms.inbox.still_link import StillLink

POSTHOG = "https://us.posthog.com/project/{team}/replay/{session_id}?t={seconds}"


def test_posthog() -> None:
    link = PlayerLink(POSTHOG).at(At("phc_1", "0193-ab", 19_933))
    assert link == "https://us.posthog.com/project/phc_1/replay/0193-ab?t=19"
    assert PlayerLink(POSTHOG).of_session(At("phc_1", "s", 5)).endswith("/replay/s?t={seconds}")


@given(st.text(), st.text(), st.integers())
def test_ids_stay_in_their_places(team: str, session: str, offset_ms: int) -> None:
    parts = urlsplit(PlayerLink(POSTHOG).at(At(team, session, offset_ms)))
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "us.posthog.com", "")
    _, project, own_team, replay, own_session = parts.path.split("/")
    assert (project, replay) == ("project", "replay") and not {".", ".."} & {own_team, own_session}
    assert unquote(own_session) == session.encode("utf-8", "replace").decode()
    assert parse_qs(parts.query) == {"t": [str(max(0, offset_ms) // 1000)]}


def test_other_players() -> None:
    template = "http://localhost:8010/watch?s={session_id}&w={window_id}&who={distinct_id}&at={offset_ms}#top"
    link = PlayerLink(template).at(At("t", "s&x=1", -4, "w/1", "ann@site.test"))
    assert link == "http://localhost:8010/watch?s=s%26x%3D1&w=w%2F1&who=ann%40site%2Etest&at=0#top"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("javascript:alert('{session_id}')", "quotes"),
        ("javascript:alert({session_id})", "begins with https://"),
        ("data:text/html,{session_id}", "begins with https://"),
        ("//evil.test/{session_id}", "begins with https://"),
        ("https:///{session_id}", "begins with https://"),
        ("https://{team}.posthog.com/{session_id}", "no name stands in the host"),
        ("https://me:secret@posthog.com/{session_id}", "no user before it"),
        ("https://posthog.com/{sesion_id}", "do you mean {session_id}?"),
        ("https://posthog.com/{zzz}/{session_id}", "there are team"),
        ("https://posthog.com/", "without {session_id}"),
        ("https://posthog.com/{session_id}}", "no other half"),
        ("https://posthog.com:port/{session_id}", "not an address"),
        ("https://posthog.com/{session_id} x", "no spaces"),
        ("https://posthog.com/{session_id}\n", "no spaces"),
        ("https://pösthog.com/{session_id}", "beyond ASCII"),
        ("https://posthog.com/{session_id}" + "x" * 2000, "2,000"),
        ("https://posthog.com/{session_id.__class__}", "nothing is called"),
    ],
)
def test_what_is_no_address_is_refused_by_name(template: str, said: str) -> None:
    with pytest.raises(TemplateError, match=None) as error:
        PlayerLink(template)
    assert said in str(error.value)


STILLS = "https://reports.test/{team}/stills/{problem_id}.png"


@given(st.text(), st.text())
def test_pictures_stay_in_their_places(team: str, problem: str) -> None:
    parts = urlsplit(StillLink(STILLS).of(team, problem))
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "reports.test", "", "")
    _, own_team, stills, name = parts.path.split("/")
    assert stills == "stills" and own_team not in (".", "..")
    assert unquote(name) == f"{problem.encode('utf-8', 'replace').decode()}.png"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("https://reports.test/{problem}.png", "do you mean {problem_id}?"),
        ("https://reports.test/{session_id}/{problem_id}.png", "there are problem_id, team"),
        ("https://reports.test/still.png", "without {problem_id} every problem has the same address"),
        ("file:///srv/stills/{problem_id}.png", "begins with https://"),
        ("https://{problem_id}.reports.test/", "no name stands in the host"),
        ("https://reports.test/<{problem_id}>", "no spaces, quotes"),
    ],
)
def test_what_names_no_picture_is_refused_by_name(template: str, said: str) -> None:
    with pytest.raises(TemplateError) as error:
        StillLink(template)
    assert said in str(error.value)
