"""Files that questions name: read up to a limit, whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_signals.pipelines.analysis import filtering
from replay_signals.pipelines.analysis.filtering import cohort, given_file
from replay_signals.transforms.filters.condition import FilterError


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/dev/zero", "a device"),
        ("/dev/null", "a device"),
        ("/", "cannot be read"),
        ("/nowhere/ids", "cannot be read"),
        ("a\0b", "cannot be read"),
        ("x" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_file(name: str, told: str) -> None:
    with pytest.raises(FilterError, match=told) as raised:
        given_file(name)
    assert len(str(raised.value)) < 400


def test_a_file_is_read_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "MAX_FILE_BYTES", 10)
    (tmp_path / "fits").write_bytes(b"0123456789")
    assert given_file(str(tmp_path / "fits")) == b"0123456789"
    (tmp_path / "large").write_bytes(b"0123456789a")
    with pytest.raises(FilterError, match="is larger than"):
        given_file(str(tmp_path / "large"))


def test_a_cohort_of_other_bytes_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ids").write_bytes(bytes(range(256)))
    with pytest.raises(FilterError, match="not a text"):
        cohort(str(tmp_path / "ids"))
    (tmp_path / "marked").write_bytes("\ufeffann\r\n\n bob \n".encode())
    assert cohort(str(tmp_path / "marked")) == ["ann", "bob"]
