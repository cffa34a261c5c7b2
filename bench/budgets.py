"""Budgets of the design (section 11) as ratios within one run, so that the machine cancels out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench import tasks
from bench.gate import Spent
from bench.growth import Growth
from bench.spoiler import HOW_TO_GET_IT, SPOILER_SENT

MIN_TIMES_SPOILER = 4.0
MAX_TIMES_ORJSON = 1.0
MAX_DIGEST_SHARE = 0.05
MAX_PRIVACY = 1.10
"""Time of digest with rules of privacy to without, texts met before."""
MAX_GATE_SHARE = 0.15
MAX_GROWTH = 2.0
"""Of the cost per unit over a tenfold size. Quadratic cost is 10; above 1 as large inputs leave the cache."""


@dataclass(frozen=True)
class Budget:
    """One budget: what was measured, the limit, and whether it holds; `holds` is None when it could not be measured."""

    name: str
    limit: str
    measured: str
    holds: bool | None


def of_recordings(seconds: Mapping[str, float], digest_bytes: int, message_bytes: int) -> list[Budget]:
    """Speed and size on recordings."""
    ours, ours_inflated = seconds[tasks.BOTH], seconds[tasks.BOTH_INFLATED]
    share = digest_bytes / message_bytes
    privacy = seconds[tasks.DIGEST] / seconds[tasks.DIGEST_BARE]
    return [
        _faster_than_spoiler(ours, seconds.get(SPOILER_SENT)),
        _no_slower("bodies as sent, once", ours, seconds[tasks.ORJSON_SENT]),
        _no_slower("bodies as sent, to the end", ours, seconds[tasks.ORJSON_END]),
        _no_slower("rrweb events inflated", ours_inflated, seconds[tasks.ORJSON_INFLATED]),
        Budget(
            "size of digests to raw messages", f"<= {MAX_DIGEST_SHARE:.0%}", f"{share:.1%}", share <= MAX_DIGEST_SHARE
        ),
        Budget(
            "digest with rules of privacy to without",
            f"<= {MAX_PRIVACY:.2f}x its time",
            f"{privacy:.3f}x",
            privacy <= MAX_PRIVACY,
        ),
    ]


def of_gate(spent: Spent) -> Budget:
    """CPU of the gate to that of the backfill it is part of."""
    ratio = spent.gate / spent.backfill
    return Budget(
        "the gate to its backfill", f"<= {MAX_GATE_SHARE:.0%} of its CPU", f"{ratio:.1%}", ratio <= MAX_GATE_SHARE
    )


def of_growth(found: Iterable[Growth]) -> list[Budget]:
    """Linear cost."""
    return [
        Budget(f"growth of {one.name}, x10", f"<= {MAX_GROWTH}", f"{one.factor:.2f}", one.factor <= MAX_GROWTH)
        for one in found
    ]


def _faster_than_spoiler(ours: float, theirs: float | None) -> Budget:
    name, limit = "digest + judge to spoiler, as sent", f">= {MIN_TIMES_SPOILER:g}x as fast"
    if theirs is None:
        return Budget(name, limit, HOW_TO_GET_IT, None)
    return Budget(name, limit, f"{theirs / ours:.2f}x", theirs / ours >= MIN_TIMES_SPOILER)


def _no_slower(what: str, ours: float, theirs: float) -> Budget:
    ratio = ours / theirs
    return Budget(
        f"digest + judge to orjson, {what}", f"<= {MAX_TIMES_ORJSON:g}x its time", f"{ratio:.2f}x", ratio <= 1.0
    )
