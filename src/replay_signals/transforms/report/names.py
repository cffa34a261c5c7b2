"""Names of pages and files of a report: hashes, so that no recorded text becomes part of a path or an address."""

from __future__ import annotations

import re
from hashlib import blake2b

_OWN_ID = re.compile(r"[0-9a-f]{16}")
KEY_BYTES = 8
BUCKET_DIGITS = 4
MOST_BUCKETS = 0x10000
"""As many as `BUCKET_DIGITS` can tell apart."""
SESSIONS_A_BUCKET = 24
"""Sessions whose timelines share a file: small enough to load at once, and few files."""


def session_key(team: str, session_id: str) -> str:
    """What names a session in addresses, 16 hex digits."""
    return _hash(f"{team}\0{session_id}")


def bucket_of(key: str, buckets: int) -> int:
    """The file of timelines that a session is in; the page computes the same from its address."""
    return int(key[:BUCKET_DIGITS], 16) % buckets


def buckets_for(sessions: int) -> int:
    """How many files of timelines to write."""
    return max(1, min(MOST_BUCKETS, -(-sessions // SESSIONS_A_BUCKET)))


def page_name(pattern: str) -> str:
    """What names the page about a page pattern."""
    return _hash(pattern)


def problem_name(problem_id: str) -> str:
    """What names a problem's page: its id, which is a hash already unless somebody made up the row."""
    return problem_id if _OWN_ID.fullmatch(problem_id) else _hash(problem_id)


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).hexdigest()
