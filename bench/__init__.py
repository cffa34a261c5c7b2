"""Benchmarks: the pure functions beside parsers of the same bytes and a compiled peer. See docs/benchmarks.md."""
