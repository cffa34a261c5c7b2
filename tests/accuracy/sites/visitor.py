"""A seeded visitor: which acts a session is made of, and how it ends."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from functools import partial

import clicking
import typing_acts as typing
import wandering
from cdp import Lost
from clicker import HOME, Clicker

Act = Callable[[Clicker], Awaitable[bool]]
ACTS: dict[str, tuple[int, Act]] = {
    "dead": (3, partial(clicking.fault, mode="dead", rage=False)),
    "left dead": (4, clicking.left_dead),
    "dead rage": (1, partial(clicking.fault, mode="dead", rage=True)),
    "error": (3, partial(clicking.fault, mode="error", rage=False)),
    "error rage": (1, partial(clicking.fault, mode="error", rage=True)),
    "net": (5, partial(clicking.fault, mode="net", rage=False)),
    "net rage": (1, partial(clicking.fault, mode="net", rage=True)),
    "blocked": (6, clicking.blocked),
    "slow": (9, clicking.slow),
    "stuck": (4, wandering.stuck),
    "crash": (3, wandering.crash),
    "noise": (8, wandering.noise),
    "harmless": (1, wandering.harmless),
    "abandon": (7, typing.abandon),
    "send": (3, typing.send),
    "live": (4, typing.live),
    "prefilled": (2, typing.prefilled),
    "correct": (3, typing.correct),
    "refused": (3, typing.refused),
    "refresh": (6, wandering.refresh),
    "quick back": (5, wandering.quick_back),
    "history": (1, wandering.history),
    "background": (3, wandering.background),
    "away": (1, wandering.away),
    "itself": (2, wandering.itself),
    "error page": (1, wandering.past_an_error_page),
    "thrash": (6, wandering.thrash),
    "hunt": (7, wandering.hunt),
    "draw": (3, clicking.draw),
    "double": (1, clicking.double),
    "keys": (2, clicking.keys),
    "works": (6, clicking.works),
    "rapid": (3, clicking.rapid),
}
"""How often each act is in the pack that sessions draw from, in turn: so each kind is met about as often as it says.

What fails often or is labelled once a session has more cards, so that labels of all kinds come out in like numbers."""
BETWEEN: tuple[tuple[float, Act], ...] = (
    (4, clicking.plain), (2, clicking.works), (1, wandering.follow), (0.4, clicking.aside), (0.3, clicking.keys),
    (0.6, clicking.rapid), (0.4, wandering.read),
)  # fmt: skip
EACH = 6
"""Acts a session draws."""
LONG_EVERY = 40
"""One session of so many is long: minutes of reading."""


def program(seed: int) -> list[str]:
    """The acts of a session: the pack is shuffled anew each time it has been dealt."""
    pack = [name for name, (count, _) in ACTS.items() for _ in range(count)]
    out = []
    for place in range(seed * EACH, (seed + 1) * EACH):
        turn, card = divmod(place, len(pack))
        out.append(random.Random(turn).sample(pack, len(pack))[card])
    return out


class Visitor(Clicker):
    """One session."""

    async def visit(self, seed: int) -> None:
        """Does what the session's program says, with common acts between, and leaves."""
        rng = self.rng
        await self.begin()
        await self.goto(rng.choice(self.site.start))
        await self.hand.read(rng.uniform(0.4, 1.5))
        await self._do(clicking.plain, "plain")
        for name in program(seed):
            await self._do(ACTS[name][1], name)
            if rng.random() < 0.5:
                await self._do(rng.choices([a for _, a in BETWEEN], [w for w, _ in BETWEEN])[0], "between")
        if seed % LONG_EVERY == 7:
            await self._do(wandering.read_long, "long")
        await self._leave(seed % 4)

    async def _do(self, act: Act, name: str) -> None:
        """One act; a page that failed to answer once is tried again with the next."""
        await self.tidy()
        if not (await self.state())["url"].startswith(HOME + "/" + self.site.name):
            await self.goto(self.rng.choice(self.site.start))
        try:
            if not await act(self):
                self.skipped.append(name)
        except Lost as error:
            if "connection" in str(error) or "not found" in str(error):
                raise
            self.skipped.append(f"{name}: {str(error)[:80]}")
        await self.hand.pause(0.15, 0.6)

    async def _leave(self, style: int) -> None:
        """Right after a fault, from a page that does not exist, or with nothing wrong."""
        if style in (0, 1):
            await self._leave_after_fault()
        elif style == 2:
            await self.goto(self.site.missing.format(n=self.rng.randint(1, 99)))
            self.labels.append(self.labels[-1] | {"kind": "dead-end"})
        if style > 1:
            await self.hand.read(self.rng.uniform(4.5, 6.5))  # less would be turning back
        here = await self.state()
        if style != 2 and here["status"] >= 400:
            arrived = next(m for m in reversed(self.labels) if m["kind"] == "navigate" or m.get("moved"))
            self.labels.append({"t": arrived["t"], "kind": "dead-end", "url": self.url})
        self.note("close")

    async def _leave_after_fault(self) -> None:
        mode = self.rng.choice(("dead", "error", "net"))
        label = await clicking.broken_click(self, mode, self.rng.random() < 0.5)
        if label is not None and not label["moved"] and not label["responded"]:
            await self.hand.pause(0.2, 1.2)
            self.note("exit-after-fault")
