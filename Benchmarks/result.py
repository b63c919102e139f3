"""What a contender's job took, in the best of its rounds."""

import os
import time
from dataclasses import dataclass, field

from bench_site import Site, available_memory, busy_seconds, cores
from contender import XARGS
from programme import Case
from usage import CommandError, Usage

COLD_PROCESS_MB = 60


@dataclass(frozen=True)
class Round:
    """What the work took, what else was done before it, and who else used the processors meanwhile."""

    work: Usage
    before: Usage | None
    # Of one core.
    server_share: float
    # Programs that have nothing to do with it, of all cores.
    others_share: float


@dataclass
class Result:
    """The rounds of a case so far, or why there are none."""

    case: Case
    rounds: list[Round] = field(default_factory=list)
    skipped: str | None = None
    failed: str | None = None

    @property
    def best(self) -> Round:
        return min(self.rounds, key=lambda turn: turn.work.wall)

    @property
    def rate(self) -> float:
        """Cells a second."""
        return self.case.job.cells / self.best.work.wall

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time a cell."""
        return self.best.work.cpu * 1000 / self.case.job.cells

    @property
    def memory(self) -> float:
        """The peak of all rounds in MB: looking now and then may miss it in one."""
        return max(turn.work.memory for turn in self.rounds)

    def run(self, site: Site) -> None:
        """Does the job once more, unless it can't be done here."""
        self.skipped = self.skipped or self._obstacle()
        if self.skipped or self.failed:
            return
        start, server, busy, own = time.monotonic(), site.server_cpu(), busy_seconds(), own_seconds()
        try:
            work, *before = self.case.contender.run(self.case.job, site)
        except CommandError as error:
            self.failed = str(error)
            return
        server = site.server_cpu() - server
        others = busy_seconds() - busy - server - (own_seconds() - own)
        others_share = max(0.0, others / (time.monotonic() - start) / cores())
        self.rounds.append(Round(work, before[0] if before else None, server / work.wall, others_share))

    def _obstacle(self) -> str | None:
        case = self.case
        if not (case.job.venv / "bin/llm").exists():
            return f"{case.job.venv.name} is not installed"
        needed = case.job.concurrency * COLD_PROCESS_MB
        if case.contender == XARGS and available_memory() < needed:
            return f"needs {needed:,} MB of memory"
        return case.contender.missing()


def own_seconds() -> float:
    """The processor time of this process and of the contenders that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
