"""Sessions that met a problem, made up for briefs."""

from __future__ import annotations

import json
from datetime import timedelta

from replay_signals.transforms.brief.meeting import Meeting
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.text import well_formed
from support.made_rows import made
from support.samples import START, signal_row

CONTROL = Control(5, 7, "button", "submit", "", "Pay now", "pay-now", "pay", "btn btn-primary", "", "")


def meeting(number: int = 1, *steps: tuple[str, str], text: str = "") -> Meeting:
    """A session that landed, clicked `steps` of (key, page) and met the fault; `text` stands for what was recorded."""
    name = f"session-{number}"
    fault = signal_row(problem_id="p" * 16, session_id=name, **({"element": text, "summary": text} if text else {}))
    session = made("sessions", team="phc_test", session_id=name, witness="full", browser=text or "Chrome",
                   release=f"1.{number}{text}")  # fmt: skip
    own = {"team": "phc_test", "session_id": name, "window_id": "window-1"}
    at = START - timedelta(seconds=60)
    views = [made("page_views", **own, started_at=at, page_pattern=text or "/home", is_entry=True)]
    clicks = [
        made(
            "interactions", **own, occurred_at=at + timedelta(seconds=i + 1), element_key=key,
            element=f"a {text or key}", page_pattern=page,
        )
        for i, (key, page) in enumerate(steps)
    ]  # fmt: skip
    around = START + timedelta(seconds=1)
    frames = json.dumps(well_formed([{"file": text or "app.js", "function": text or "pay", "line": 12}]))
    return Meeting(
        session=session,
        signals=[fault],
        views=views,
        clicks=clicks,
        requests=[made("network_requests", **own, started_at=around, status=500, route=text or "POST /api/pay")],
        exceptions=[
            made("exceptions", **own, occurred_at=around, fingerprint="f", type=text or "TypeError",
                 message=text or "x is undefined", frames=frames)
        ],
        console=[made("console_logs", **own, occurred_at=around, level="error", message=text or "boom", source=text)],
    )  # fmt: skip
