"""What a contender's job took, in the best of its rounds."""

from dataclasses import dataclass, field

from bench_site import Site, available_memory
from contender import XARGS
from programme import Case
from usage import CommandFailed, Usage

COLD_PROCESS_MB = 60


@dataclass
class Result:
    """The rounds of a case so far, or why there are none."""

    case: Case
    rounds: list[Usage] = field(default_factory=list)
    # What was done before the work.
    before: list[Usage] = field(default_factory=list)
    # The share of a core that the server took, at most.
    server_share: float = 0.0
    skipped: str | None = None
    failed: str | None = None

    @property
    def best(self) -> Usage:
        return min(self.rounds, key=lambda usage: usage.wall)

    @property
    def rate(self) -> float:
        """Cells a second."""
        return self.case.job.cells / self.best.wall

    @property
    def memory(self) -> float:
        """The peak of all rounds in MB: looking at times may miss it."""
        return max(usage.memory for usage in self.rounds)

    def run(self, site: Site) -> None:
        """Does the job once more, unless it can't be done here."""
        self.skipped = self.skipped or self._obstacle()
        if self.skipped or self.failed:
            return
        before = site.server_cpu()
        try:
            usage, *earlier = self.case.contender.run(self.case.job, site)
        except CommandFailed as error:
            self.failed = str(error)
            return
        self.rounds.append(usage)
        self.before += earlier
        self.server_share = max(self.server_share, (site.server_cpu() - before) / usage.wall)

    def _obstacle(self) -> str | None:
        case = self.case
        if not (case.job.venv / "bin/llm").exists():
            return f"{case.job.venv.name} is not installed"
        needed = case.job.concurrency * COLD_PROCESS_MB
        if case.contender == XARGS and available_memory() < needed:
            return f"needs {needed:,} MB of memory"
        return case.contender.missing()
