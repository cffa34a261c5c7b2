"""A screen of its own with a browser window on it: Xvfb, a window manager, and Chromium as a visitor would have it.

Chromium is started by hand, so none of the defaults that automation tools set are on: tabs hide each other, the page
cache keeps pages, and input comes from the window system.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import numpy as np
from cdp import Browser, Lost, Tab
from pixels import Picture
from Xlib import XK, X, display
from Xlib.ext import xtest

SIZE = (1280, 900)
FLAGS = (
    "--no-sandbox",
    "--test-type",  # no warning bar about the flag before
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,PasswordManagerOnboarding,OptimizationHints,MediaRouter",
    "--password-store=basic",
    "--unsafely-treat-insecure-origin-as-secure=http://site.test",  # pages get the clipboard on secure origins only
)
HEAD_WORDS, COLOUR_BYTES = 25, 12
"""An XWD file: so many 32-bit words of header (word 0 its size, 19 the number of colours), bytes a colour."""


class Screen:
    """A virtual screen: its pixels, its pointer and its keyboard."""

    def __init__(self, number: int) -> None:
        self.name, self._folder = f":{number}", Path(tempfile.mkdtemp(prefix="screen-"))
        command = [
            "Xvfb",
            self.name,
            "-screen",
            "0",
            f"{SIZE[0]}x{SIZE[1]}x24",
            "-fbdir",
            str(self._folder),
            "-nocursor",
        ]
        self._programs = [_start([*command, "-nolisten", "tcp"])]
        self._x: Any = None
        for _ in range(100):
            time.sleep(0.05)
            with contextlib.suppress(Exception):
                self._x = display.Display(self.name)
                break
        self._programs.append(_start(["openbox", "--sm-disable"], DISPLAY=self.name))
        for _ in range(100):
            if (self._folder / "Xvfb_screen0").exists():
                break
            time.sleep(0.05)
        memory = np.memmap(self._folder / "Xvfb_screen0", dtype=np.uint8, mode="r")
        words = struct.unpack(f">{HEAD_WORDS}I", memory[: 4 * HEAD_WORDS].tobytes())
        start = words[0] + words[19] * COLOUR_BYTES
        self._pixels = memory[start : start + SIZE[0] * SIZE[1] * 4].reshape(SIZE[1], SIZE[0], 4)

    def picture(self, left: int, top: int, width: int, height: int) -> Picture:
        """What is shown in a rectangle, as the screen holds it: blue, green, red and an empty byte."""
        return np.array(self._pixels[top : top + height, left : left + width])

    def point(self, x: float, y: float) -> None:
        """Puts the pointer there."""
        xtest.fake_input(self._x, X.MotionNotify, x=round(x), y=round(y))
        self._x.flush()

    def button(self, number: int, down: bool) -> None:
        """Presses or releases a mouse button; 4 and 5 are the wheel."""
        xtest.fake_input(self._x, X.ButtonPress if down else X.ButtonRelease, number)
        self._x.flush()

    def key(self, name: str, down: bool) -> None:
        """Presses or releases a key by its X name."""
        code = self._x.keysym_to_keycode(XK.string_to_keysym(name))
        xtest.fake_input(self._x, X.KeyPress if down else X.KeyRelease, code)
        self._x.flush()

    def stroke(self, *names: str) -> None:
        """Presses keys together: `stroke("Control_L", "t")`."""
        for name in names:
            self.key(name, True)
        for name in reversed(names):
            self.key(name, False)

    def letter(self, character: str) -> None:
        """Types one character that the keyboard has."""
        code = self._x.keysym_to_keycode(ord(character))
        shifted = self._x.keycode_to_keysym(code, 0) != ord(character)
        if shifted:
            self.key("Shift_L", True)
        xtest.fake_input(self._x, X.KeyPress, code)
        xtest.fake_input(self._x, X.KeyRelease, code)
        if shifted:
            self.key("Shift_L", False)
        self._x.flush()

    def close(self) -> None:
        """Ends the screen and all on it."""
        with contextlib.suppress(Exception):
            self._x.close()
        for program in reversed(self._programs):
            _end(program)
        shutil.rmtree(self._folder, ignore_errors=True)


class Window:
    """A Chromium of its own profile on a screen."""

    def __init__(self, program: subprocess.Popen[bytes], browser: Browser, profile: Path) -> None:
        self.browser, self._program, self._profile = browser, program, profile

    @classmethod
    async def open(cls, screen: Screen, debug_port: int, site_port: int) -> Self:
        """Starts the browser; every host name leads to `site_port` on this machine."""
        profile = Path(tempfile.mkdtemp(prefix="profile-"))
        flags = [*FLAGS, f"--host-resolver-rules=MAP * 127.0.0.1:{site_port}", f"--user-data-dir={profile}"]
        flags += [
            f"--remote-debugging-port={debug_port}",
            "--window-position=0,0",
            f"--window-size={SIZE[0]},{SIZE[1]}",
        ]
        program = _start(["/usr/bin/chromium", *flags, "about:blank"], DISPLAY=screen.name, HOME=str(profile))
        try:
            return cls(program, await Browser.at(debug_port), profile)
        except Lost:
            _end(program)
            raise

    async def visitor(self, url: str) -> Tab:
        """A tab for somebody who was never here: others are closed, and what sites kept is forgotten."""
        send = self.browser.send
        target = (await send("Target.createTarget", url="about:blank"))["targetId"]
        for other in (await send("Target.getTargets"))["targetInfos"]:
            if other["type"] == "page" and other["targetId"] != target:
                await send("Target.closeTarget", targetId=other["targetId"])
        await asyncio.sleep(0.6)
        tab = await Tab.attach(self.browser, target)
        await send("Storage.clearCookies")
        await tab.send("Storage.clearDataForOrigin", origin="http://site.test", storageTypes="all")
        await tab.goto(url)
        await tab.send("Page.bringToFront")
        return tab

    async def close(self) -> None:
        """Quits."""
        await self.browser.close()
        for _ in range(30):
            if self._program.poll() is not None:
                break
            await asyncio.sleep(0.1)
        _end(self._program)
        shutil.rmtree(self._profile, ignore_errors=True)


def _start(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, env=os.environ | environment, stdout=quiet, stderr=quiet, stdin=quiet, start_new_session=True
    )


def _end(program: subprocess.Popen[bytes]) -> None:
    """Ends a program and its children: each was started in a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
