"""live: one session while it happens. The logic of the keyed operator of a stream, without an engine and a clock.

Key: (team, session_id). The engine keeps a `Store` a key, hands in what arrives and calls when a timer is due:

    live = Live(rules)                                   # one an operator, no state of its own
    step = live.on_message(store, digest, now_ms)        # a MessageDigest of this key
    step = live.on_event(store, row, now_ms)             # an EventRow with this key's session_id
    step = live.on_published(store, record, now_ms)      # an InboxRecord of this key, read back from the inbox
    step = live.on_timer(store, now_ms)                  # a timer that was set, or any other moment

Every call reads and writes `store` and gives a `Step`: rows for tables, records for the inbox, dead letters, marks for
evidence that came too late, counters, and a timer to set. Emit them all; set the timer if there is one; delete none.
All four are total: bad evidence and bugs of a detector give dead letters, never an exception. (A state written by a
newer version raises `StateError`: a job that cannot read its state must not go on.)

Time. `now_ms` is the broker's clock in epoch ms: the record's timestamp for messages and events, the timer's time or
the watermark for timers. Timers may come early, late, twice or unasked (a processing-time fallback on an idle topic): a
call in which nothing is due does nothing. Order, repetition and delay of calls change what is published in between,
never what is held after the close.

What goes where, and when:

| output | when |
|---|---|
| `message_digests`, `events` rows | at once, once an id; a copy of the same id that wins over the first is revision 2 |
| `signals` rows and inbox records | the same revisions: when a signal's evidence window is over, again if it changes \
(revised, retracted), and all differences at the close |
| `sessions`, `interactions`, `page_views`, `exceptions`, `console_logs`, `network_requests` rows | at the \
close and at every close after late evidence, if their content changed |
| dead letters | when a judgement failed because of a bug; the session's evidence is in its rows |
| `late` marks | evidence that came after `session.keep_closed_ms`: it is a row, `rejudge` judges it from there |

A session closes `close_after_ms` after its last message, or `max_length_ms` after its first one. Late evidence opens it
again; it closes anew after `late_ms` of quiet, twice as long every time, so that a trickle of late messages cannot
cost a whole judgement each.

Bounds. While a session goes on only its tail is judged (`tail`: a minute, and the frames of the open page), when a
message gave reason to, so cost grows with its messages. `session.max_*` cap what is judged of a session at all: what is
over a cap is a row and a counter, and the session is `truncated`. Ids (a few dozen bytes each) are kept without a cap
until `session.remember_ms` after the close; a repeat after that is a new row.

Not early, by nature: kinds that only the end of a visit can show (the `settled_ms` of their descriptors says so), the
`left` part of a severity, and `recording` of an inbox record, whose span is known at the close.
"""

from replay_signals.transforms.streaming.codec import StateError
from replay_signals.transforms.streaming.operator import Live
from replay_signals.transforms.streaming.step import COUNTERS, Late, Step
from replay_signals.transforms.streaming.store import Map, MemoryStore, Store, Value

__all__ = ["COUNTERS", "Late", "Live", "Map", "MemoryStore", "StateError", "Step", "Store", "Value"]
