"""Names of pages: hashes only, and every session in the file where its page looks for it."""

from __future__ import annotations

import re

import pytest

from replay_signals.transforms.report.names import bucket_of, buckets_for, problem_name, session_key
from support.reports import HOSTILE, PROBLEM


@pytest.mark.parametrize("text", [HOSTILE, "../../etc/passwd", "", "A" * 16, "\ud800", f"{PROBLEM}\n"])
def test_no_recorded_text_becomes_a_name(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", problem_name(text)) and problem_name(text) != text
    assert re.fullmatch("[0-9a-f]{16}", session_key(text, text))


def test_the_name_of_a_problem_is_its_id() -> None:
    assert problem_name(PROBLEM) == PROBLEM


def test_projects_are_told_apart() -> None:
    assert session_key("a", "b\0c") != session_key("a\0b", "d") and session_key("a", "s") != session_key("b", "s")


@pytest.mark.parametrize(("sessions", "files"), [(0, 1), (1, 1), (25, 2), (10_000, 417), (10_000_000, 65_536)])
def test_files_of_timelines(sessions: int, files: int) -> None:
    assert buckets_for(sessions) == files
    assert all(0 <= bucket_of(session_key("t", str(n)), files) < files for n in range(50))
