"""The accuracy page: tables, the reliability plot, and every miss and false alarm beside what was recorded around it.

Everything that comes from recordings is escaped: page text is hostile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from msgspec import structs
from tests.accuracy.rates import Rate, Row, wilson_low
from tests.accuracy.scoring import Case, Score

from replay_signals.schemas import rrweb
from replay_signals.schemas.confidence import MIN_LABELS, TABLE, Table
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.timeline import Page, timeline_of

if TYPE_CHECKING:
    from tests.accuracy.evaluate import Recording

AROUND_MS = (2_000, 4_000)
BINS = ((0.0, 0.55), (0.55, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01))
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d2430;margin:2rem auto;max-width:70rem;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}table{border-collapse:collapse;margin:.6rem 0}
th,td{padding:.25rem .8rem;text-align:right;border-bottom:1px solid #e3e7ee}
th:first-child,td:first-child{text-align:left}
th{font-weight:600;color:#5a6577}details{margin:.5rem 0;border:1px solid #e3e7ee;border-radius:6px;padding:.5rem .8rem}
summary{cursor:pointer}pre{font-size:12px;overflow-x:auto;background:#f6f8fb;padding:.6rem;border-radius:4px}
.missed{color:#9a5b00}.false{color:#b3261e}.low{color:#b3261e;font-weight:600}small{color:#5a6577}
"""


def text(found: Score) -> str:
    """The main table for a terminal."""
    lines = [f"{'kind':20} {'labels':>6} {'recall':>15} {'signals':>8} {'precision':>15}"]
    for row in found.rows():
        lines.append(f"{row.kind:20} {row.labels:6} {row.recall!s:>15} {row.precision.of:8} {row.precision!s:>15}")
    lines += [f"{name}: {bad} of {of} accused" for name, (bad, of) in sorted(found.controls.items())]
    return "\n".join(lines)


def numbers(scores: Mapping[str, Score], validated: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The numbers of the page."""
    tables = {name: [_numbers(row) for row in found.rows()] for name, found in scores.items()}
    first = next(iter(scores.values()))
    return {
        "tables": tables,
        "controls": first.controls,
        "cross_validation": list(validated),
        "reliability": reliability(first),
    }


def _numbers(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "labels": row.labels,
        "recall": row.recall.share,
        "recall_low": wilson_low(row.recall.hits, row.recall.of),
        "right": row.precision.hits,
        "false": row.false,
        "precision": row.precision.share,
        "precision_low": wilson_low(row.precision.hits, row.precision.of),
    }


def reliability(found: Score) -> list[dict[str, float]]:
    """Of signals judged right or false: mean confidence and share that is right, by band of confidence."""
    return in_bands([(c.confidence, c.verdict == "right") for c in found.cases if c.verdict in ("right", "false")])


def in_bands(told: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Number, mean confidence and share that is right of `(confidence, was it right)`, by band of confidence."""
    out = []
    for low, high in BINS:
        band = [(share, right) for share, right in told if low <= share < high]
        if band:
            right = sum(right for _, right in band) / len(band)
            mean = sum(share for share, _ in band) / len(band)
            out.append({"from": low, "to": min(high, 1.0), "signals": len(band), "confidence": mean, "right": right})
    return out


def by_kind(found: Score) -> list[tuple[str, int, float, str]]:
    """Kind, signals judged, mean confidence, and the share that is right with its lower bound, if it says something."""
    rows = []
    for row in found.rows():
        told = [c.confidence for c in found.cases if c.kind == row.kind and c.verdict in ("right", "false")]
        if told:
            share = str(row.precision) if len(told) >= MIN_LABELS else "too few labels"
            rows.append((row.kind, len(told), sum(told) / len(told), share))
    return rows


def render(
    recordings: Sequence[Recording], scores: Mapping[str, Score], validated: Sequence[Mapping[str, Any]], native: str
) -> str:
    """The page as HTML; `native` is the table of native apps."""
    main = next(iter(scores.values()))
    sites = sorted({r.site for r in recordings})
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Accuracy</title><style>{STYLE}</style>",
        "<h1>Accuracy on labelled recordings</h1>",
        f"<p>{len(recordings)} recordings of {len(sites)} sites. Recall: labels found. Precision: signals that are "
        "right, of those that a label confirms or contradicts.</p>",
    ]
    for name, found in scores.items():
        parts += [f"<h2>By kind, {escape(name)}</h2>", _table(found), _controls(found)]
    parts += ["<h2>By site</h2>", *(f"<h3>{escape(site)}</h3>{_table(main, site)}" for site in sites)]
    parts += ["<h2>Native apps</h2>", f"<pre>{escape(native)}</pre>"]
    parts += ["<h2>Cross-validated by site</h2>", _cross(validated)]
    parts += [
        "<h2>Reliability of the confidence</h2>",
        _plot(reliability(main)),
        "<p><small>Numbers beside the dots: signals in the band.</small></p>",
        "<table><tr><th>kind<th>signals<th>mean confidence<th>right</tr>",
        *(f"<tr><td>{escape(k)}<td>{n}<td>{mean:.2f}<td>{right}</tr>" for k, n, mean, right in by_kind(main)),
        "</table>",
    ]
    parts += ["<h2>Misses and false alarms</h2>", *(_moment(c, recordings) for c in main.cases if c.verdict in _BAD)]
    return "\n".join(parts) + "</html>"


_BAD = ("missed", "false")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _cell(rate: Rate) -> str:
    low = rate.share is not None and rate.share < 0.9
    return f"<td{' class=low' if low else ''}>{rate}</td>"


def _table(found: Score, site: str | None = None) -> str:
    head = "<tr><th>kind<th>labels<th>recall<th>right<th>false<th>precision</tr>"
    rows = [
        f"<tr><td>{escape(row.kind)}<td>{row.labels}</td>{_cell(row.recall)}<td>{row.precision.hits}<td>{row.false}</td>"
        f"{_cell(row.precision)}</tr>"
        for row in found.rows(site)
    ]
    return f"<table>{head}{''.join(rows)}</table>"


def _controls(found: Score) -> str:
    items = "".join(f"<li>{escape(n)}: {bad} of {of} accused" for n, (bad, of) in sorted(found.controls.items()))
    return f"<ul>{items}</ul>"


def _cross(validated: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(v['site']))}<td>{v['prompt_ms']:.0f}<td>{v['gap_ms']:.0f}<td>{v['others']:.3f}"
        f"<td>{v['left_out']:.3f}<td>{v['defaults']:.3f}</tr>"
        for v in validated
    )
    return (
        "<p>Settings chosen on all other sites, then scored on the site left out (F1 over all kinds).</p><table><tr>"
        "<th>left out<th>prompt_ms<th>gap_ms<th>F1 on the others<th>F1 on it<th>F1 with defaults</tr>"
        f"{rows}</table>"
    )


def markdown(
    recordings: Sequence[Recording], scores: Mapping[str, Score], validated: Sequence[Mapping[str, Any]]
) -> str:
    """The page for the documentation: the numbers, without the single cases."""
    main = next(iter(scores.values()))
    parts = [PROSE.format(count=len(recordings), sites=", ".join(sorted({f"`{r.site}`" for r in recordings})))]
    head = "| kind | labels | recall | right | false | precision |\n|---|---|---|---|---|---|"
    for name, found in scores.items():
        rows = [
            f"| `{row.kind}` | {row.labels} | {row.recall} | {row.precision.hits} | {row.false} | {row.precision} |"
            for row in found.rows()
        ]
        parts.append("\n".join([f"## By kind, {name}\n", head, *rows]))
    controls = [
        f"| {name} | {bad} of {of} (≤ {1 - wilson_low(of - bad, of):.0%}) |"
        for name, (bad, of) in sorted(main.controls.items())
    ]
    parts.append("\n".join(["## Controls that worked\n", "| control | accused |\n|---|---|", *controls]))
    rows = [
        f"| {v['site']} | {v['prompt_ms']:.0f} | {v['gap_ms']:.0f} | {v['others']:.3f} | {v['left_out']:.3f} "
        f"| {v['defaults']:.3f} |"
        for v in validated
    ]
    cross = (
        "| site left out | prompt_ms | gap_ms | F1 on the others | F1 on it | F1 with defaults |\n" + "|---" * 6 + "|"
    )
    parts.append("\n".join([CROSS, cross, *rows]))
    parts.append(
        RELIABILITY
        + "\n".join(
            f"| {b['from']:.2f} to {b['to']:.2f} | {b['signals']} | {b['confidence']:.2f} | {_share(b['right'])} |"
            for b in reliability(main)
        )
    )
    kinds = [f"| `{kind}` | {n} | {mean:.2f} | {right} |" for kind, n, mean, right in by_kind(main)]
    parts.append("\n".join(["| kind | signals | mean confidence | right |\n|---|---|---|---|", *kinds]))
    parts.append("\n".join([TABLE_PROSE, *cells(TABLE)]))
    return "\n\n".join(parts) + "\n"


PROSE = """# Accuracy

    make accuracy                            # scores the recordings that ship with the project
    make accuracy RECORDINGS=path/to/others  # NAME.posts.jsonl.gz or NAME.json.gz, each with NAME.labels.json

This page is written by `make accuracy DOCS=--docs` from {count} labelled recordings of the sites {sites}.
Labels come from faults that were put in on purpose and from what pixels did after a click. Recall: labels that a signal
of the right kind overlaps. Precision: signals that are right, of those that a label confirms or contradicts. The page
`build/accuracy/accuracy.html` has every miss and false alarm beside what was recorded around that moment.

What these numbers are not: an estimate for sites nobody has seen. Detection was improved on all of these recordings, so
they are development data. Labels in which detection had a part are void. In brackets stands the lower end of Wilson's
interval: with so few labels the true share lies above it with 95 % confidence. `tests/accuracy/sites` makes sessions
nothing was tuned on, in a real browser window; its `split.py` says which sites are held out.

The first table uses the analytics events of a session (pages too short to be recorded, addresses, the browser); the
second shows what the replay alone is good for. The SDK's own `$rageclick` and `$dead_click` are never used."""

CROSS = """## Cross-validated by site

Two settings are numbers that detection depends on. For each site they are chosen on all other sites and then scored on
the site left out (F1 over all kinds); ties go to the defaults.
"""

RELIABILITY = """## Reliability of the confidence

![Share of signals that are right, over the confidence they claim](accuracy-reliability.svg)

| confidence | signals | mean | right |
|---|---|---|---|
"""


TABLE_PROSE = """## Where the confidences come from

`schemas/confidence.toml`, fitted by `python -m tests.accuracy.calibrate FOLDERS --write`: of findings of one kind and
one grade of evidence, the share that labels confirm; with few labels it leans on an estimate, and weaker evidence never
counts for more. The fit uses development recordings; its report predicts each site from the others.

| kind | grade of evidence | labels | right | confidence |
|---|---|---|---|---|"""


def cells(table: Table) -> Iterator[str]:
    """Rows of the table of confidences."""
    for kind, grades in table.kinds.items():
        for grade, c in grades.items():
            labels = f"{c.labels}, too few" if c.too_few else str(c.labels)
            yield f"| `{kind}` | {grade} | {labels} | {c.right} | {c.confidence:.2f} |"


def plot(found: Score) -> str:
    """The reliability plot as an SVG file."""
    return _plot(reliability(found)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')


def _plot(bands: Sequence[Mapping[str, float]]) -> str:
    """Share that is right over the confidence claimed; on the diagonal the claim is true."""
    size, pad = 320, 36
    dots = ""
    for band in bands:
        x, y = pad + band["confidence"] * size, pad + (1 - band["right"]) * size
        title = f"{band['signals']:.0f} signals claimed {band['confidence']:.0%}, {band['right']:.0%} were right"
        dots += f'<circle cx="{x:.0f}" cy="{y:.0f}" r="6" fill="#2457c5"><title>{title}</title></circle>'
        dots += f'<text x="{x - 12:.0f}" y="{y + 22:.0f}" font-size="11" text-anchor="end">{band["signals"]:.0f}</text>'
    ticks = "".join(
        f'<text x="{pad + v * size}" y="{size + pad + 16}" font-size="11" text-anchor="middle">{v:.1f}</text>'
        f'<text x="{pad - 6}" y="{pad + (1 - v) * size + 4}" font-size="11" text-anchor="end">{v:.1f}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    return (
        f'<svg width="{size + 2 * pad + 20}" height="{size + 2 * pad + 16}" role="img" aria-label="reliability plot" '
        'font-family="sans-serif">'
        f'<rect x="{pad}" y="{pad}" width="{size}" height="{size}" fill="none" stroke="#c9d1dd"/>'
        f'<line x1="{pad}" y1="{pad + size}" x2="{pad + size}" y2="{pad}" stroke="#c9d1dd" stroke-dasharray="4"/>'
        f'{ticks}{dots}<text x="{pad + size / 2}" y="{size + 2 * pad + 6}" font-size="12" text-anchor="middle">'
        f'confidence</text><text x="12" y="{pad - 12}" font-size="12">share right</text></svg>'
    )


def _moment(case: Case, recordings: Sequence[Recording]) -> str:
    recording = next(r for r in recordings if r.name == case.recording)
    timeline = timeline_of(recording.session)
    offset = (case.t_ms - timeline.start_ms) / 1000
    title = f"{case.kind} {case.verdict} in {recording.path.name} at {offset:+.1f} s: {case.label} {case.text[:80]}"
    lines = [line for p in timeline.pages for line in _events(p, case.t_ms)]
    anchor = f"{case.recording}-{case.kind}-{case.t_ms:.0f}"
    return (
        f"<details id='{escape(anchor)}'><summary><span class={case.verdict}>{escape(title)}</span></summary>"
        f"<pre>{escape(chr(10).join(lines)) or 'nothing was recorded around it'}</pre></details>"
    )


_INTERACTIONS = {rrweb.MOUSE_DOWN: "down", rrweb.CLICK: "click", rrweb.FOCUS: "focus", rrweb.BLUR: "blur"}
_NAMES = {
    records.Meta: "page",
    records.FullSnapshot: "snapshot",
    records.Mutation: "mutation",
    records.Scroll: "scroll",
    records.Input: "input",
    records.Console: "console",
    records.Network: "requests",
}


def _events(page: Page, t_ms: float) -> list[str]:
    """What was recorded on a page around a moment, one line each."""
    lines = []
    for t, record in page.records:
        since = t - t_ms
        if not -AROUND_MS[0] <= since <= AROUND_MS[1]:
            continue
        if isinstance(record, records.Interaction) and record.kind in _INTERACTIONS:
            control = next(page.elements.around(record.node_id), None)
            label = element_label(control, record.node_id)
            lines.append(f"{since:+7.0f} ms  {_INTERACTIONS[record.kind]:9} {label}")
        elif type(record) in _NAMES:
            shown = () if isinstance(record, records.FullSnapshot | records.Input) else structs.astuple(record)[1:7]
            lines.append(f"{since:+7.0f} ms  {_NAMES[type(record)]:9} {str(list(shown))[:150] if shown else ''}")
    return lines
