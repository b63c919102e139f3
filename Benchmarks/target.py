"""What the ratios should be, and how one is taken from the results."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_site import PLAIN, PLUGINS
from contender import FORK, PROCESS, SDK_SCRIPT, SHARED, XARGS, Contender
from result import Result

ANY = range(1, 1_000_000)


@dataclass(frozen=True)
class Selection:
    """The results of a contender at a latency; the best of them counts."""

    contender: Contender
    latency: int
    at_once: range = ANY
    venv: Path = PLAIN

    def best(self, results: Sequence[Result]) -> Result | None:
        found = [result for result in results if result.rounds and self._takes(result)]
        return max(found, key=lambda result: result.rate, default=None)

    def _takes(self, result: Result) -> bool:
        job = result.case.job
        return (
            result.case.contender == self.contender
            and job.latency == self.latency
            and job.venv == self.venv
            and job.concurrency in self.at_once
        )


def exactly(concurrency: int) -> range:
    return range(concurrency, concurrency + 1)


@dataclass(frozen=True)
class Verdict:
    """A ratio beside what it should be, for the row of our best result."""

    result: Result
    text: str


@dataclass(frozen=True)
class RateTarget:
    """The best rate of ours should be so many times the best of theirs."""

    ours: Selection
    theirs: Selection
    least: float

    def verdict(self, results: Sequence[Result]) -> Verdict | None:
        ours, theirs = self.ours.best(results), self.theirs.best(results)
        if ours is None or theirs is None:
            return None
        ratio = ours.rate / theirs.rate
        what = f"{number(ratio)} × {self.theirs.contender.name}"
        return Verdict(ours, f"{what} (≥ {self.least:g}) {mark(ratio >= self.least)}")


@dataclass(frozen=True)
class MemoryTarget:
    """Our memory should be at most so many times theirs, or so many MB where nobody is named."""

    ours: Selection
    theirs: Selection | None
    most: float

    def verdict(self, results: Sequence[Result]) -> Verdict | None:
        ours = self.ours.best(results)
        if ours is None:
            return None
        if self.theirs is None:
            return Verdict(ours, f"{ours.memory:.0f} MB (≤ {self.most:g}) {mark(ours.memory <= self.most)}")
        theirs = self.theirs.best(results)
        if theirs is None:
            return None
        ratio = ours.memory / theirs.memory
        what = f"{number(ratio)} × the memory of {self.theirs.contender.name}"
        return Verdict(ours, f"{what} (≤ {self.most:.2f}) {mark(ratio <= self.most)}")


@dataclass(frozen=True)
class ShareTarget:
    """Of the processor time, the engine should have at most so much itself; the rest is that of `llm`."""

    ours: Selection
    most: float

    def verdict(self, results: Sequence[Result]) -> Verdict | None:
        ours = self.ours.best(results)
        if ours is None:
            return None
        share = ours.best.work.own_cpu / ours.best.work.cpu
        return Verdict(ours, f"{share:.1%} is the engine's (≤ {self.most:.0%}) {mark(share <= self.most)}")


def number(value: float) -> str:
    """Three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def mark(met: bool) -> str:
    return "✓" if met else "✗"


TARGETS: tuple[RateTarget | ShareTarget | MemoryTarget, ...] = (
    RateTarget(Selection(PROCESS, 0), Selection(XARGS, 0), 0.97),
    RateTarget(Selection(FORK, 0), Selection(XARGS, 0), 25),
    RateTarget(Selection(SHARED, 0), Selection(XARGS, 0), 150),
    # Above 32 at once it has two Pythons.
    RateTarget(Selection(SHARED, 0, range(33, 1025)), Selection(SDK_SCRIPT, 0), 1),
    RateTarget(Selection(SHARED, 0, exactly(16)), Selection(SDK_SCRIPT, 0, exactly(16)), 0.8),
    RateTarget(Selection(SHARED, 200, exactly(4)), Selection(SDK_SCRIPT, 200, exactly(4)), 0.9),
    RateTarget(Selection(SHARED, 200, exactly(64)), Selection(SDK_SCRIPT, 200, exactly(64)), 0.97),
    RateTarget(Selection(SHARED, 2000, exactly(64)), Selection(SDK_SCRIPT, 2000, exactly(64)), 0.95),
    ShareTarget(Selection(FORK, 0), 0.05),
    ShareTarget(Selection(SHARED, 0), 0.15),
    RateTarget(Selection(FORK, 0, venv=PLUGINS), Selection(XARGS, 0, venv=PLUGINS), 25),
    MemoryTarget(Selection(FORK, 2000, exactly(64)), Selection(XARGS, 2000, exactly(64)), 1 / 3),
    MemoryTarget(Selection(SHARED, 2000, exactly(256)), None, 250),
)
