"""The table of all results, in Markdown that can be read as it is, and its place in a document."""

from collections.abc import Sequence
from pathlib import Path

from bench_site import PLUGINS
from contender import SDK_SCRIPT, XARGS
from result import Result
from target import TARGETS, Selection, exactly, number

HEADER = ("contender", "latency", "at once", "cells", "cells/s", "CPU ms", "MB", "× xargs", "× SDK script", "target")
# The first and the last column hold words.
RIGHT = range(1, len(HEADER) - 1)
START, END = "<!-- make bench -->", "<!-- end of make bench -->"


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row a result, by latency; those with plugins stand last."""
    verdicts = [verdict for target in TARGETS if (verdict := target.verdict(results))]
    ordered = sorted(results, key=lambda result: (result.case.job.venv == PLUGINS, result.case.job.latency))
    return [
        row(result, results, [verdict.text for verdict in verdicts if verdict.result is result]) for result in ordered
    ]


def row(result: Result, results: Sequence[Result], verdicts: list[str]) -> tuple[str, ...]:
    job, contender = result.case.job, result.case.contender
    name = f"{contender.name}, 5 plugins" if job.venv == PLUGINS else contender.name
    latency = "0" if job.latency == 0 else f"{job.latency / 1000:g} s"
    start = (name, latency, str(job.concurrency), f"{job.cells:,}")
    if result.failed or result.skipped:
        reason = f"failed: {result.failed}" if result.failed else f"skipped: {result.skipped}"
        return (*start, "", "", "", "", "", reason.replace("|", "\\|"))
    xargs = Selection(XARGS, job.latency, venv=job.venv).best(results)
    script = Selection(SDK_SCRIPT, job.latency, exactly(job.concurrency), job.venv).best(results)
    return (
        *start,
        number(result.rate),
        number(result.cpu),
        f"{result.memory:.0f}",
        ratio(result, xargs),
        ratio(result, script),
        "; ".join(verdicts),
    )


def ratio(ours: Result, theirs: Result | None) -> str:
    return number(ours.rate / theirs.rate) if theirs else ""


def enqueue_rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """What comes before the work and isn't in its time: the largest run's enqueueing."""
    enqueued = [(result.case.job.cells, turn.before) for result in results for turn in result.rounds if turn.before]
    if not enqueued:
        return []
    cells = max(cells for cells, _ in enqueued)
    best = min((usage for count, usage in enqueued if count == cells), key=lambda usage: usage.wall)
    figures = (number(cells / best.wall), number(best.cpu * 1000 / cells), f"{best.memory:.0f}")
    return [("enqueue, before the work", "", "", f"{cells:,}", *figures, "", "", "")]


def render(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in (HEADER, *lines)) for column in range(len(HEADER))]

    def text(line: Sequence[str]) -> str:
        cells = [c.rjust(w) if n in RIGHT else c.ljust(w) for n, (c, w) in enumerate(zip(line, widths, strict=True))]
        return f"| {' | '.join(cells)} |"

    rule = [("-" * (width - 1) + ":") if n in RIGHT else "-" * width for n, width in enumerate(widths)]
    return "\n".join([text(HEADER), text(rule), *map(text, lines)])


def write(text: str, document: Path) -> None:
    """Puts the text between the document's two markers."""
    before, start, rest = document.read_text().partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise SystemExit(f"{document} has no place for the table: {START} … {END}")
    document.write_text(f"{before}{START}\n\n{text}\n\n{END}{after}")
