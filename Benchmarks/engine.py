"""The rows of EngineBenchmark: nllm-batch alone, without any `llm`, with answers that come at once."""

import json
import subprocess

from bench_site import ENGINE

# Where the table has a figure of this unit, and what one of it is there.
COLUMNS = {"cells/s": (4, 1.0), "CPU us a cell": (5, 1e-3), "MB": (6, 1.0)}
LAST = 9


def engine_rows(sizes: tuple[int, ...]) -> list[tuple[str, ...]]:
    """Its figures of runs of so many cells; those for which the table has no column stand in the last."""
    if not ENGINE.exists():
        return [row("engine", {LAST: "skipped: EngineBenchmark is not built"})]
    done = subprocess.run([ENGINE, "--json", *map(str, sizes)], capture_output=True, text=True)
    if done.returncode != 0:
        return [row("engine", {LAST: f"failed: EngineBenchmark ended with {done.returncode}"})]
    rows: dict[str, dict[int, str]] = {}
    for name, value in json.loads(done.stdout).items():
        # As in "worker 1000, cells/s".
        what, _, unit = name.rpartition(", ")
        column, factor = COLUMNS.get(unit, (LAST, 1.0))
        figure = f"{value * factor:,.3g}" if value * factor < 100 else f"{value * factor:,.0f}"
        rows.setdefault(what, {})[column] = f"{unit}: {figure}" if column == LAST else figure
    return [row(f"engine: {what}", figures) for what, figures in rows.items()]


def row(name: str, figures: dict[int, str]) -> tuple[str, ...]:
    """The number at the end of a name is that of the cells."""
    start, _, last = name.rpartition(" ")
    if last.isdigit():
        name, figures = start, {3: f"{int(last):,}", **figures}
    return (name, *(figures.get(column, "") for column in range(1, LAST + 1)))
