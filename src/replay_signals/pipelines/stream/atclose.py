"""Stand-in."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from replay_signals.pipelines.parts import DIGEST, EVENT, Owner, pack
from replay_signals.pipelines.sessions import settle
from replay_signals.schemas.digests import to_row
from replay_signals.transforms.joined import event_row
from replay_signals.transforms.live import Step
from replay_signals.transforms.present import inbox_record

_e = msgspec.msgpack.encode
_d = msgspec.msgpack.decode


class Live:
    def __init__(self, rules):
        self.rules = rules

    def on_message(self, store, d, now):
        s = Step()
        if store.digests.get(d.message_id) is None:
            store.digests.put(d.message_id, pack(DIGEST, d)[1])
            s.rows.append(("message_digests", to_row(d)))
            s.count("messages")
        else:
            s.count("messages_repeated")
        return self._t(store, s, now, d.team, d.session_id)

    def on_event(self, store, e, now):
        s = Step()
        r = event_row(e)
        if store.events.get(r.uuid) is None:
            store.events.put(r.uuid, pack(EVENT, r)[1])
            s.rows.append(("events", r))
            s.count("events")
        return self._t(store, s, now, e.team, e.session_id)

    def _t(self, store, s, now, team, session):
        due = now + 1800_000
        store.state.update(_e((due, team, session)))
        s.timer_ms = due
        return s

    def on_timer(self, store, now):
        s = Step()
        st = store.state.value()
        if st is None:
            return s
        due, team, session = _d(st)
        if now < due or store.published.value():
            return s
        store.published.update(b"1")
        parts = [(DIGEST, b) for _, b in store.digests.items()] + [(EVENT, b) for _, b in store.events.items()]
        srow = None
        for c in settle(Owner(team, session), parts, self.rules).changes:
            for row in c.rows:
                if c.table in ("message_digests", "events"):
                    continue
                s.rows.append((c.table, row))
                if c.table == "sessions":
                    srow = row
        for t, row in s.rows:
            if t == "signals":
                s.inbox.append(inbox_record(row, produced_at=datetime.now(UTC), session=srow))
        s.count("sessions_closed")
        return s


def loose_event(e):
    return event_row(e)
