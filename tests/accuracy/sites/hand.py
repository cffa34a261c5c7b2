"""A hand on a mouse and a keyboard: curved paths, uneven pauses, small misses. Nothing here is machine-exact."""

from __future__ import annotations

import asyncio
import math
import random
import time

from playwright.async_api import Page


class Hand:
    """Moves the pointer of one page."""

    def __init__(self, page: Page, rng: random.Random, touch: bool = False) -> None:
        self.page, self.rng, self.touch = page, rng, touch
        self.x, self.y = rng.uniform(200, 900), rng.uniform(100, 500)

    async def pause(self, low: float, high: float) -> None:
        """Seconds."""
        await asyncio.sleep(self.rng.uniform(low, high))

    async def to(self, x: float, y: float) -> None:
        """A curve with acceleration, a little overshoot and jitter; a finger leaves no trace on its way."""
        rng = self.rng
        if self.touch:
            self.x, self.y = x, y
            await self.pause(0.15, 0.4)
            return
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
            await self._at(px, py)
            await asyncio.sleep(rng.uniform(0.008, 0.024))
        await self._at(x, y)

    async def _at(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        await self.page.mouse.move(x, y)

    async def press(self, count: int = 1) -> None:
        """One press of the button, or a tap; `count` is the browser's click count for double clicks."""
        if self.touch:
            await self.page.touchscreen.tap(self.x, self.y)
            return
        await self.page.mouse.down(click_count=count)
        await self.pause(0.045, 0.13)
        await self.page.mouse.up(click_count=count)

    async def drag(self, dx: float, dy: float) -> None:
        """Presses, pulls and lets go."""
        await self.page.mouse.down()
        await self.pause(0.08, 0.2)
        await self.to(self.x + dx, self.y + dy)
        await self.pause(0.05, 0.2)
        await self.page.mouse.up()

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
            await self._at(cx + reach * math.cos(tilt) + rng.gauss(0, 2), cy + reach * math.sin(tilt) + rng.gauss(0, 5))
            await asyncio.sleep(rng.uniform(0.008, 0.022))
            moves += 1
        return moves

    async def read(self, seconds: float) -> None:
        """Follows lines of text, drifts, rests."""
        rng, end = self.rng, time.monotonic() + seconds
        while time.monotonic() < end:
            style = rng.random()
            if style < 0.45:
                await self.to(
                    self.x + rng.uniform(80, 300) * rng.choice((-1, 1)), min(760, max(20, self.y + rng.uniform(10, 30)))
                )
            elif style < 0.75:
                await self.wheel(rng.choice((1, 1, 1, -1)) * rng.uniform(80, 320))
            x, y = min(1240, max(20, self.x)), min(760, max(20, self.y))
            self.x, self.y = x, y
            await self.pause(0.3, 1.1)

    async def wheel(self, distance: float) -> None:
        """Turns the wheel in notches."""
        left = abs(distance)
        while left > 0:
            notch = min(left, self.rng.uniform(60, 130))
            await self.page.mouse.wheel(0, math.copysign(notch, distance))
            left -= notch
            await asyncio.sleep(self.rng.uniform(0.02, 0.06))

    async def type(self, text: str) -> None:
        """Uneven typing."""
        for letter in text:
            await self.page.keyboard.type(letter)
            await asyncio.sleep(self.rng.uniform(0.05, 0.17))
