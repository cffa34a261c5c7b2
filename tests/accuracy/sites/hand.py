"""A hand on a mouse and a keyboard: curved paths, uneven pauses, small misses. Nothing here is machine-exact."""

from __future__ import annotations

import asyncio
import math
import random

from playwright.async_api import Page


class Hand:
    """Moves the pointer of one page."""

    def __init__(self, page: Page, rng: random.Random) -> None:
        self.page, self.rng = page, rng
        self.x, self.y = rng.uniform(200, 900), rng.uniform(100, 500)

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
            await self._at(px, py)
            await asyncio.sleep(rng.uniform(0.008, 0.024))
        await self._at(x, y)

    async def _at(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        await self.page.mouse.move(x, y)

    async def press(self, count: int = 1) -> None:
        """One press of the button; `count` is the browser's click count for double clicks."""
        await self.page.mouse.down(click_count=count)
        await self.pause(0.045, 0.13)
        await self.page.mouse.up(click_count=count)

    async def steady(self) -> None:
        """Goes to where there is room around the pointer."""
        if not (200 < self.x < 820 and 120 < self.y < 560):
            await self.to(self.rng.uniform(260, 760), self.rng.uniform(180, 500))

    async def shake(self, seconds: float) -> None:
        """Back and forth around one place."""
        rng, cx, cy = self.rng, self.x, self.y
        wide, end = rng.uniform(40, 160), asyncio.get_event_loop().time() + seconds
        tilt, side = rng.uniform(-0.6, 0.6), 1
        while asyncio.get_event_loop().time() < end:
            reach = wide * rng.uniform(0.6, 1.1)
            tx, ty = cx + side * reach * math.cos(tilt), cy + side * reach * math.sin(tilt) + rng.gauss(0, 6)
            sx, sy = self.x, self.y
            for i in range(1, 5):
                await self._at(sx + (tx - sx) * i / 4, sy + (ty - sy) * i / 4)
                await asyncio.sleep(rng.uniform(0.010, 0.026))
            side = -side

    async def read(self, seconds: float) -> None:
        """Follows lines of text, drifts, rests."""
        rng, end = self.rng, asyncio.get_event_loop().time() + seconds
        while asyncio.get_event_loop().time() < end:
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
