"""The contenders: what one would do with the tools that are there, and nllm-batch with each of its executors."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench_site import BINARY, Site, model
from usage import CommandError, Usage, usage_of

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Job:
    """What a contender is to do: so many cells, so many at once, of a model with this latency in ms."""

    latency: int
    concurrency: int
    cells: int
    venv: Path


class Contender(Protocol):
    """A way to send prompts to a model and to keep the answers."""

    @property
    def name(self) -> str: ...

    def missing(self) -> str | None:
        """Why it can't run here."""

    def run(self, job: Job, site: Site) -> list[Usage]:
        """What the work took; and what was done before it, if anything was."""


@dataclass(frozen=True)
class ShellLoop:
    """A cold `llm` for each file of prompts, its answer in a file: the fastest of the usual ways to write it."""

    name: str
    tool: str
    script: str

    def missing(self) -> str | None:
        return None if shutil.which(self.tool) else f"{self.tool} is not installed"

    def run(self, job: Job, site: Site) -> list[Usage]:
        script = self.script.format(at_once=job.concurrency, llm=f"llm -n -m {model(job.latency)}")
        with site.folder(job.cells, files=True) as folder:
            usage = usage_of(["sh", "-c", script], folder, site.environment(job.venv))
            check(sum(1 for file in (folder / "answers").iterdir() if file.stat().st_size), job)
        return [usage]


@dataclass(frozen=True)
class ByHand:
    """A script of one's own, in this folder."""

    name: str
    script: str

    def missing(self) -> str | None:
        return None

    def run(self, job: Job, site: Site) -> list[Usage]:
        with site.folder(job.cells, files=False) as folder:
            script = [str(FOLDER / self.script), "prompts.jsonl", "answers.jsonl", model(job.latency)]
            python = str(job.venv / "bin/python")
            usage = usage_of([python, *script, str(job.concurrency)], folder, site.environment(job.venv))
            check(len((folder / "answers.jsonl").read_text().splitlines()), job)
        return [usage]


@dataclass(frozen=True)
class Executor:
    """nllm-batch on a run that was enqueued before, with one of its executors."""

    name: str

    def missing(self) -> str | None:
        return None

    def run(self, job: Job, site: Site) -> list[Usage]:
        env = site.environment(job.venv)
        enqueue = [str(BINARY), "enqueue", "prompts.jsonl", "--run", "bench", "-m", model(job.latency), "--quiet"]
        work = [str(BINARY), "work", "bench", "--concurrency", str(job.concurrency), "--executor", self.name]
        with site.folder(job.cells, files=False) as folder:
            enqueued = usage_of(enqueue, folder, env)
            # It ends with another code than 0 if one cell has failed.
            worked = usage_of(work, folder, env)
            if ", because " in worked.messages:
                raise CommandError(f"another executor took its place: {worked.messages.splitlines()[0]}")
            return [worked, enqueued]


def check(answers: int, job: Job) -> None:
    if answers != job.cells:
        raise CommandError(f"{answers} answers to {job.cells} prompts")


ONE = "exec {llm} <prompts/N >answers/N"
XARGS = ShellLoop("xargs", "xargs", f"ls prompts | xargs -P {{at_once}} -I N sh -c '{ONE}'")
PARALLEL = ShellLoop("parallel", "parallel", f"ls prompts | parallel --will-cite -j {{at_once}} -I N '{ONE}'")
LLM_SCRIPT = ByHand("llm script", "by_hand_llm.py")
SDK_SCRIPT = ByHand("SDK script", "by_hand_openai.py")
PROCESS, FORK, SHARED = Executor("process"), Executor("fork"), Executor("shared")
