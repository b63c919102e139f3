"""Measures nllm-batch against what one would do instead, and prints a table of ratios taken in this one run.

    throughput.py [--quick] [--only GROUP] [--write docs/benchmarks.md]

Machines are shared and noisy: the contenders take turns, round after round, and each one's best round counts.
`make bench` installs and builds what it needs. No key, no network. docs/benchmarks.md tells how to read the table.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

from bench_site import BINARY, PLAIN, PLUGINS, Site
from engine import engine_rows
from machine import machine
from programme import GROUPS, Case, programme
from result import Result
from table import enqueue_rows, render, rows, write


def measure(cases: list[Case], site: Site) -> list[Result]:
    """Runs all cases, in turns, every second round backwards; tells on standard error what it does."""
    results = [Result(case) for case in cases]
    for turn in range(max((case.rounds for case in cases), default=0)):
        for result in results if turn % 2 == 0 else reversed(results):
            job = result.case.job
            if turn < result.case.rounds:
                start = time.monotonic()
                result.run(site)
                outcome = result.failed or result.skipped or f"{time.monotonic() - start:.1f} s"
                what = f"{result.case.contender.name}, {job.latency} ms, {job.concurrency} at once, {job.cells} cells"
                print(f"round {turn + 1}: {what}: {outcome}", file=sys.stderr)
    return results


def notes(results: list[Result], seconds: float) -> str:
    """What stands under the table."""
    busiest = max((result.best.server_share for result in results if result.rounds), default=0)
    others = max((result.best.others_share for result in results if result.rounds), default=0)
    return (
        f"Taken in {seconds / 60:.1f} minutes on {machine()}. "
        f"The server took {busiest:.0%} of a core at most, on the same cores; "
        f"programs that have nothing to do with it took up to {others:.0%} of all cores during a row's best round."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures nllm-batch against what one would do instead.")
    parser.add_argument("--quick", action="store_true", help="fewer cases and cells, one round: two minutes")
    parser.add_argument("--only", choices=GROUPS, help="one group, and what it is compared with")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this document, too")
    arguments = parser.parse_args()
    if not BINARY.exists():
        sys.exit("nllm-batch is not built; run `make bench`")
    if not Path("/proc/thread-self/children").exists():
        sys.exit("the memory of a command and its descendants can only be measured where /proc tells the children")
    # As an interrupt: what runs is ended, and scratch folders go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    start = time.monotonic()
    cases = programme(arguments.only, arguments.quick)
    site = Site()
    try:
        for venv in (PLAIN, PLUGINS):
            if (venv / "bin/llm").exists() and any(case.job.venv == venv for case in cases):
                site.warm_up(venv)
        results = measure(cases, site)
    finally:
        site.close()
    lines = rows(results) + enqueue_rows(results)
    if arguments.only in (None, "engine"):
        lines += engine_rows((1_000, 10_000) if arguments.quick else (1_000, 100_000, 1_000_000))
    text = f"{render(lines)}\n\n{notes(results, time.monotonic() - start)}"
    print(text)
    if arguments.write:
        write(text, arguments.write)
    return 1 if any(result.failed for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
