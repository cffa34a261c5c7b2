"""What the rows of a session have in common: its ids, its pages under the names that last, its controls."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import Any

from replay_signals.schemas.digests import at
from replay_signals.transforms.causes.controls import Controls
from replay_signals.transforms.causes.exceptions import Thrown, exceptions_of
from replay_signals.transforms.causes.pages import patterns_under
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.session import analytics, urls
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.text import utf8


def id_of(*parts: object) -> str:
    """A deterministic id of 32 hex digits."""
    return blake2b(utf8("\0".join(map(str, parts))), digest_size=16).hexdigest()


class Common:
    """What all rows of a session share, worked out once."""

    def __init__(self, context: SessionContext, priors_version: str = "") -> None:
        self.digest, self.context, self.rules_version = context.digest, context, context.rules.version
        self.priors_version = priors_version
        messages = sorted(context.digest.messages.values(), key=lambda m: (m.first_ms, m.message_id))
        self.messages = messages
        self.day = at(context.start_ms).date()
        self.person_id, self.person, self.identified = analytics.person_of(context.events)
        self.flags = analytics.flags_of(context.events)
        named = [e.distinct_id for e in context.events if e.distinct_id]
        self.distinct_id = (
            named[-1] if named else next((m.distinct_id for m in reversed(messages) if m.distinct_id), "")
        )
        self.page_patterns = patterns_under(context.rules.pages)
        self.views = context.views
        self._patterns: dict[str, tuple[str, str]] = {}
        self._controls: dict[Page, Controls] = {}

    def owner(self, window_id: str) -> dict[str, Any]:
        """The columns that say whose a row is."""
        digest = self.digest
        return {"day": self.day, "team": digest.team, "session_id": digest.session_id, "window_id": window_id}

    def row_id(self, *parts: object) -> str:
        """The id of a row of this session."""
        return id_of(self.digest.team, self.digest.session_id, *parts)

    def interaction_id(self, j: Judged) -> str:
        """The id of a click's row."""
        c = j.click
        return self.row_id(c.page.window_id, c.t, c.node_id, c.kind, c.x, c.y)

    def page_at(self, page: Page, t: float) -> tuple[str, str]:
        """Cleaned address and pattern of where a document was; what the events say where the recording does not."""
        return self.page_of(self.url_at(page, t))

    def url_at(self, page: Page, t: float) -> str:
        """The address as it was recorded, or as the events tell it."""
        return self.views.url_at(page, t) or self._told_of.get(page.window_id, "")

    def page_of(self, url: str) -> tuple[str, str]:
        """Cleaned address and pattern."""
        if url not in self._patterns:
            self._patterns[url] = urls.clean(url), self.page_patterns.of(url)
        return self._patterns[url]

    def controls_of(self, page: Page) -> Controls:
        """The controls of a page under the names that last."""
        if page not in self._controls:
            self._controls[page] = Controls(page.elements, page.href, self.page_patterns)
        return self._controls[page]

    @cached_property
    def thrown(self) -> list[Thrown]:
        """The exceptions of the session."""
        return exceptions_of(self.context.timeline, self.context.events, self.page_patterns)

    @cached_property
    def _told_of(self) -> dict[str, str]:
        """The first address that events tell of each window."""
        told: dict[str, str] = {}
        for event in self.context.events:
            if page := analytics.page_of(event):
                told.setdefault(event.window_id, page)
        return told
