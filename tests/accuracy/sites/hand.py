"""A hand on a mouse and a keyboard: curved paths, uneven pauses, small misses. Nothing here is machine-exact.

Places are CSS pixels of the page's viewport; the screen adds where the page lies in the window.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from display import Screen

LEFT, MIDDLE, WHEEL_UP, WHEEL_DOWN = 1, 2, 4, 5
NOTCH_PX = 53
"""What one notch of the wheel scrolls in Chromium on X11."""


class Hand:
    """Moves the pointer of one screen over one page."""

    def __init__(self, screen: Screen, rng: random.Random) -> None:
        self.screen, self.rng = screen, rng
        self.left, self.top, self.width, self.height = 4, 87, 1271, 808
        self.x, self.y = rng.uniform(200, 900), rng.uniform(100, 500)

    def lies(self, left: float, top: float, width: float, height: float) -> None:
        """Where the page is on the screen, and its size."""
        self.left, self.top, self.width, self.height = int(left), int(top), int(width), int(height)

    async def pause(self, low: float, high: float) -> None:
        """Seconds."""
        await asyncio.sleep(self.rng.uniform(low, high))

    async def to(self, x: float, y: float) -> None:
        """A curve with acceleration, a little overshoot and jitter."""
        rng = self.rng
        distance = math.hypot(x - self.x, y - self.y)
        if distance < 2:
            return
        bend = rng.gauss(0, 0.12) * distance
        nx, ny = -(y - self.y) / distance, (x - self.x) / distance
        mx, my = (x + self.x) / 2 + nx * bend, (y + self.y) / 2 + ny * bend
        over = rng.uniform(1.0, 1.04) if distance > 200 else 1.0
        tx, ty = self.x + (x - self.x) * over, self.y + (y - self.y) * over
        steps = int(min(26, 6 + distance / 40))
        sx, sy = self.x, self.y
        for i in range(1, steps + 1):
            u = i / steps
            u = u * u * (3 - 2 * u)
            px = (1 - u) ** 2 * sx + 2 * u * (1 - u) * mx + u * u * tx + rng.gauss(0, 0.7)
            py = (1 - u) ** 2 * sy + 2 * u * (1 - u) * my + u * u * ty + rng.gauss(0, 0.7)
            self._at(px, py)
            await asyncio.sleep(rng.uniform(0.008, 0.024))
        self._at(x, y)

    def _at(self, x: float, y: float) -> None:
        self.x, self.y = min(self.width - 2, max(1, x)), min(self.height - 2, max(1, y))
        self.screen.point(self.x + self.left, self.y + self.top)

    async def press(self, button: int = LEFT) -> None:
        """One press of a button."""
        self.screen.button(button, True)
        await self.pause(0.045, 0.11)
        self.screen.button(button, False)

    async def drag(self, dx: float, dy: float) -> None:
        """Presses, pulls and lets go."""
        self.screen.button(LEFT, True)
        await self.pause(0.08, 0.2)
        await self.to(self.x + dx, self.y + dy)
        await self.pause(0.05, 0.2)
        self.screen.button(LEFT, False)

    async def scribble(self, width: float, height: float, seconds: float) -> None:
        """Draws loops with the button held, as a signature does."""
        sx, sy, start = self.x, self.y, time.monotonic()
        self.screen.button(LEFT, True)
        while (passed := time.monotonic() - start) < seconds:
            along = passed / seconds
            self._at(sx + along * width, sy + math.sin(passed * self.rng.uniform(13, 17)) * height / 2)
            await asyncio.sleep(self.rng.uniform(0.008, 0.018))
        self.screen.button(LEFT, False)

    async def steady(self) -> None:
        """Goes to where there is room around the pointer."""
        if not (200 < self.x < 820 and 120 < self.y < 560):
            await self.to(self.rng.uniform(260, 760), self.rng.uniform(180, 500))

    async def shake(self, seconds: float) -> int:
        """Back and forth around one place, by the clock so that a busy machine does not slow it; how many moves."""
        rng, cx, cy, moves = self.rng, self.x, self.y, 0
        wide, pace, tilt = rng.uniform(40, 160), rng.uniform(2.6, 4.2), rng.uniform(-0.6, 0.6)
        start = time.monotonic()
        while (passed := time.monotonic() - start) < seconds:
            reach = wide * math.sin(2 * math.pi * pace * passed) * rng.uniform(0.85, 1.1)
            self._at(cx + reach * math.cos(tilt) + rng.gauss(0, 2), cy + reach * math.sin(tilt) + rng.gauss(0, 5))
            await asyncio.sleep(rng.uniform(0.008, 0.022))
            moves += 1
        return moves

    async def read(self, seconds: float) -> None:
        """Follows lines of text, drifts, rests."""
        rng, end = self.rng, time.monotonic() + seconds
        while time.monotonic() < end:
            style = rng.random()
            if style < 0.45:
                await self.to(self.x + rng.uniform(80, 300) * rng.choice((-1, 1)), self.y + rng.uniform(10, 30))
            elif style < 0.75:
                await self.wheel(rng.choice((1, 1, 1, -1)) * rng.uniform(80, 320))
            await self.pause(0.3, 1.1)

    async def wheel(self, distance: float) -> None:
        """Turns the wheel in notches."""
        button = WHEEL_DOWN if distance > 0 else WHEEL_UP
        for _ in range(max(1, round(abs(distance) / NOTCH_PX))):
            self.screen.button(button, True)
            self.screen.button(button, False)
            await asyncio.sleep(self.rng.uniform(0.015, 0.05))

    async def type(self, text: str) -> None:
        """Uneven typing."""
        for letter in text:
            self.screen.letter(letter)
            await asyncio.sleep(self.rng.uniform(0.04, 0.13))

    async def key(self, *names: str) -> None:
        """A key, or several together."""
        for name in names:
            self.screen.key(name, True)
        await self.pause(0.03, 0.08)
        for name in reversed(names):
            self.screen.key(name, False)
