"""judge: SessionDigest, events, rules, priors -> SessionVerdict.

Looks at the whole session, all of its windows, in event-time order. Pure: the same digests, events, rules and priors
give the same rows, bit for bit, on every engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from replay_signals.schemas.digests import SessionDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import SessionVerdict
from replay_signals.schemas.rules import Rules
from replay_signals.transforms import signals
from replay_signals.transforms.judge import fact_rows
from replay_signals.transforms.judge.features import features_of
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors, UsualOf, weigh
from replay_signals.transforms.judge.rows import Rows
from replay_signals.transforms.signals.context import context_of


def judge(
    session: SessionDigest, events: Sequence[AnalyticsEvent], rules: Rules, priors: Priors = NO_PRIORS
) -> SessionVerdict:
    """All rows of a session. Revision 1 and status `new`: the sink sets both against what is stored.

    A session whose records are all corrupt has a session row with `truncated` set and nothing else.
    """
    context = context_of(session, events, rules, usual=UsualOf(priors, session.team, rules))
    rows = Rows(context, priors.version)
    weigh(rows, priors)
    signal_rows = rows.signals(signals.find(context))
    return SessionVerdict(
        session=rows.session(signal_rows, features_of(context.timeline)),
        signals=signal_rows,
        interactions=rows.interactions(),
        console_logs=fact_rows.console_logs(rows),
        network_requests=fact_rows.network_requests(rows),
        page_views=fact_rows.page_views(rows),
        exceptions=fact_rows.exceptions(rows),
    )
