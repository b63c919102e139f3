"""What is measured: which contender does how many cells at which latency and concurrency, and how often."""

from dataclasses import dataclass, replace

from bench_site import PLAIN, PLUGINS, cores
from contender import FORK, LLM_SCRIPT, PARALLEL, PROCESS, SDK_SCRIPT, SHARED, XARGS, Contender, Job

GROUPS = ("cold", "fork", "shared", "plugins", "memory", "engine")


@dataclass(frozen=True)
class Case:
    """A contender's job, and for which groups it is measured."""

    contender: Contender
    job: Job
    groups: tuple[str, ...]
    rounds: int
    # Cells of a quick run; None leaves the case out of it.
    quick: int | None


def programme(only: str | None, quick: bool) -> list[Case]:
    """The cases in the order of a round, so that those that are compared follow each other."""
    cases = [*cold(), *fork(), *shared(), *plugins(), *memory()]
    cases = [case for case in cases if only is None or only in case.groups]
    if not quick:
        return cases
    return [
        replace(case, rounds=1, job=replace(case.job, cells=case.quick)) for case in cases if case.quick is not None
    ]


def cases(
    contenders: tuple[Contender, ...],
    latency: int,
    concurrency: int,
    cells: int,
    *groups: str,
    rounds: int = 1,
    quick: int | None = None,
    plugins: bool = False,
) -> list[Case]:
    job = Job(latency, concurrency, cells, PLUGINS if plugins else PLAIN)
    return [Case(contender, job, groups, rounds, quick) for contender in contenders]


def cold() -> list[Case]:
    """Cold processes: more than a few a core only wait for each other, and take 50 MB each."""
    three, n = (XARGS, PARALLEL, PROCESS), cores()
    return [
        *cases(three, 0, n, 8 * n, "cold"),
        *cases((XARGS,), 0, 2 * n, 8 * n, "cold", "fork", "shared", rounds=3, quick=4 * n),
        *cases((PARALLEL, PROCESS), 0, 2 * n, 8 * n, "cold", rounds=3, quick=4 * n),
        *cases(three, 200, 2 * n, 8 * n, "cold"),
        *cases(three, 2000, 4 * n, 12 * n, "cold"),
    ]


def fork() -> list[Case]:
    return [
        *cases((FORK,), 0, 4, 300, "fork"),
        *cases((FORK,), 0, 16, 600, "fork", rounds=2, quick=300),
        *cases((FORK,), 0, 64, 600, "fork"),
        *cases((FORK,), 200, 16, 300, "fork"),
        *cases((FORK,), 200, 64, 600, "fork"),
    ]


def shared() -> list[Case]:
    """Enough cells that a second for the start doesn't decide; four at once can't do many with latency."""
    two, three = (SDK_SCRIPT, SHARED), (SDK_SCRIPT, LLM_SCRIPT, SHARED)
    return [
        *cases(two, 0, 4, 1000, "shared"),
        *cases(two, 0, 16, 2000, "shared"),
        *cases(two, 0, 64, 6000, "shared", rounds=2, quick=2000),
        *cases((LLM_SCRIPT,), 0, 16, 200, "shared"),
        *cases((LLM_SCRIPT,), 0, 64, 200, "shared", quick=100),
        *cases(two, 0, 256, 6000, "shared", rounds=2),
        *cases(three, 200, 4, 80, "shared"),
        *cases(three, 200, 16, 320, "shared"),
        *cases(two, 200, 64, 6000, "shared", rounds=2, quick=2000),
        *cases((LLM_SCRIPT,), 200, 64, 320, "shared"),
        *cases(two, 200, 256, 3000, "shared"),
        *cases(two, 2000, 64, 512, "shared"),
        *cases((LLM_SCRIPT,), 2000, 64, 256, "shared"),
        *cases((SDK_SCRIPT,), 2000, 256, 1024, "shared"),
    ]


def plugins() -> list[Case]:
    n = cores()
    return [
        *cases((XARGS,), 0, 2 * n, 4 * n, "plugins", rounds=2, quick=2 * n, plugins=True),
        *cases((FORK,), 0, 16, 600, "plugins", rounds=2, quick=200, plugins=True),
    ]


def memory() -> list[Case]:
    """The other rows have their memory too; here so many cells are in flight that it counts."""
    return [
        *cases((XARGS,), 2000, 64, 64, "memory"),
        *cases((FORK,), 2000, 64, 128, "memory", "fork", quick=64),
        *cases((SHARED,), 2000, 256, 1024, "memory", "shared", quick=512),
    ]
