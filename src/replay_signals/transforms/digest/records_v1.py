"""Digest version 1: records as arrays `[offset_ms, code, fields …]`. Only read, for digests that are stored."""

from __future__ import annotations

from typing import Any

import msgspec

VERSION = 1
_FULL, _MUTATION = 2, 3

_decoder = msgspec.msgpack.Decoder(list[list[Any]])


def upgraded(packed: bytes) -> list[list[Any]]:
    """Records in the order of fields of version 2, not validated yet; raises msgspec.DecodeError."""
    try:
        return [_upgraded(*record) for record in _decoder.decode(packed)]
    except (TypeError, ValueError, IndexError) as error:
        raise msgspec.DecodeError(f"not a record of version 1: {error}") from None


def _upgraded(offset_ms: Any, code: Any, *fields: Any) -> list[Any]:
    if code == _FULL:
        root, controls, owners, element_count, native, truncated, error_page, views = fields
        return [
            code,
            offset_ms,
            root,
            controls,
            owners,
            element_count,
            truncated,
            error_page,
            views if native else None,
        ]
    if code == _MUTATION:
        parents, texts, flat, *more = fields
        return [code, offset_ms, parents, texts, flat[0::3], flat[1::3], flat[2::3], *more[:5], more[5:] or None]
    return [code, offset_ms, *fields]
