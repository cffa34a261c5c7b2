"""The report of a batch at the gate: one HTML page without scripts, to be read where the batch waits.

Values in it are keys, numbers and words that a suite looks at; all of them are escaped, for they may be recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from string import Template
from typing import TYPE_CHECKING

from replay_signals.transforms.printable import visible

if TYPE_CHECKING:
    from replay_signals.pipelines.gate.evaluate import Finding

VALUE_CHARS = 80


def page(title: str, findings: Sequence[Finding]) -> str:
    """The whole page: what failed with examples, then every suite with its counts."""
    broken = [finding for finding in findings if not finding.holds]
    verdict = f"{len(broken)} of {len(findings)} expectations do not hold" if broken else "every expectation holds"
    return Template(files(__package__).joinpath("gate_report.html").read_text("utf-8")).substitute(
        title=_text(title),
        verdict=verdict,
        state="broken" if broken else "sound",
        failures="".join(map(_failure, broken)),
        suites="".join(_suite(name, list(own)) for name, own in groupby(findings, lambda one: one.suite)),
    )


def _failure(finding: Finding) -> str:
    columns = list(finding.examples[0]) if finding.examples else []
    head = "".join(f"<th>{_text(name)}</th>" for name in columns)
    rows = "".join(f"<tr>{_cells(row.values(), finding.columns, columns)}</tr>" for row in finding.examples)
    more = finding.unexpected - len(finding.examples)
    left = f"<p>… and {more:,} more.</p>" if more > 0 and rows else ""
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return (
        f"<section><h3><code>{_text(finding.suite)}</code>: {_text(finding.what)}</h3>"
        f"<p>{finding.unexpected:,} of {finding.rows:,} rows · <code>{_text(finding.type)}</code></p>"
        f"{table if rows else ''}{left}</section>"
    )


def _cells(values: Iterable[object], looked_at: Sequence[str], columns: Sequence[str]) -> str:
    marks = ['<td class="bad">' if name in looked_at else "<td>" for name in columns]
    return "".join(f"{mark}{_text(value)}</td>" for mark, value in zip(marks, values, strict=True))


def _suite(name: str, findings: Sequence[Finding]) -> str:
    broken = sum(not finding.holds for finding in findings)
    rows = max(finding.rows for finding in findings)
    state = f'<td class="bad">{broken} broken</td>' if broken else "<td>holds</td>"
    return f"<tr><td><code>{_text(name)}</code></td><td>{rows:,}</td><td>{len(findings)}</td>{state}</tr>"


def _text(value: object) -> str:
    text = visible(str(value))
    return escape(text if len(text) <= VALUE_CHARS else f"{text[:VALUE_CHARS]}…")
