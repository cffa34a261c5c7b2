"""Data of a page as a script: a page opened from disk may load scripts, and nothing else, from beside it.

    report.page("sessions/0", {...});

Text in it was written by strangers. Escaped are what could end the script or begin markup (`<`, `>`, `&`), line ends
that old JavaScript takes for the end of a string (U+2028, U+2029), and what hides text or turns its direction.
"""

from __future__ import annotations

from replay_signals.transforms.printable import json_bytes

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_TABLE = str.maketrans(_ESCAPES)


def data_script(name: str, value: object) -> bytes:
    """The script that hands `value` to the page as `name`; its texts cannot leave their strings."""
    return f"report.page({_json(name)},{_json(value)});\n".encode()


def _json(value: object) -> str:
    return json_bytes(value).decode().translate(_TABLE)
