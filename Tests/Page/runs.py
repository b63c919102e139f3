"""Runs whose answers are written into the database, so that no model is asked."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("NLLM_BATCH_BINARY") or ROOT / ".build/debug/nllm-batch")
STARTED = 1_790_000_000_000

# What a cell came to: `text`, or `kind` and `message` of a failure; perhaps `ms`, `cost`, `tokens`.
Answer = dict[str, Any]


class Runs:
    """A folder with a database of runs."""

    def __init__(self, folder: Path, program: Path = PROGRAM) -> None:
        self.folder, self.program = folder, program
        # Nothing is found in anybody's home.
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.program, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise AssertionError(f"{' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
        return done

    def enqueue(self, name: str, prompts: Iterable[dict[str, Any]], models: list[str], *options: str) -> None:
        path = self.folder / "prompts.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(prompt) + "\n" for prompt in prompts)
        labels = [word for model in models for word in ("-m", model)]
        self.command("enqueue", str(path), "--run", name, "--no-check", *labels, *options)

    def answer(self, name: str, answer: Callable[[str, str, int], Answer | None]) -> None:
        """Gives each cell of a run what `answer` says for its prompt's id, its model and its sample; None: nothing."""
        with sqlite3.connect(self.folder / "nllm-runs/batch.db") as database:
            worker = database.execute(
                "INSERT INTO workers (mark, host, boot, pid, process_started, registered_at, heartbeat_at, ended_at)"
                " VALUES ('test', 'test', 'test', 1, '1', ?1, ?1, ?1)",
                (STARTED,),
            ).lastrowid
            cells = database.execute(
                "SELECT cells.id, cells.run_id, prompts.name, models.label, sample FROM cells"
                " JOIN prompts ON prompts.id = prompt_id JOIN models ON models.id = model_id"
                " JOIN runs ON runs.id = cells.run_id WHERE runs.name = ? AND cells.status = 'pending'",
                (name,),
            ).fetchall()
            for cell, run, prompt, label, sample in cells:
                given = answer(prompt, label, sample)
                if given is not None:
                    record(database, worker, run, cell, label, given)
            database.execute(
                "UPDATE runs SET started_at = ?, finished_at = ? WHERE name = ?", (STARTED, STARTED + 60_000, name)
            )

    def page(self, name: str, *options: str) -> Path:
        path = self.folder / f"{name}.html"
        self.command("export", name, "--format", "html", "-o", str(path), *options)
        return path


def record(database: sqlite3.Connection, worker: int | None, run: int, cell: int, label: str, given: Answer) -> None:
    """Records an attempt as a worker would."""
    kind = given.get("kind")
    status = "ok" if kind is None else "timeout" if kind == "timeout" else "error"
    milliseconds = given.get("ms", 1200)
    attempt = database.execute(
        "INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at,"
        " duration_ms, failure_kind, failure_message, tokens_input, tokens_output, cost)"
        " VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(run, cell, worker, status, 0 if kind is None else 1, STARTED, STARTED + milliseconds, milliseconds),
            *(kind, given.get("message"), 40, given.get("tokens", 120), given.get("cost", 0.0012)),
        ),
    ).lastrowid
    database.execute(
        "INSERT INTO answers (attempt_id, text, stderr_tail, command) VALUES (?, ?, ?, ?)",
        (
            *(attempt, given.get("text", "") + "\n" * (kind is None), given.get("stderr", "")),
            json.dumps(["llm", "-m", label, "--no-stream"]),
        ),
    )
    database.execute(
        "UPDATE cells SET status = ?, attempts = 1, tries = 1, attempt_id = ? WHERE id = ?", (status, attempt, cell)
    )


TEXT = (
    "the model returns an answer that names each part of a plan with its reason and a date for review before work "
    "begins so that teams can see what changed and why it matters to people who read reports at night in many places"
)
WORDS = TEXT.split()


def sentences(seed: int, characters: int) -> str:
    """Text of about so many characters, the same for a seed and of no pattern that compresses away."""
    pieces, length, state = [], 0, seed * 2_654_435_761 % 2**32 or 1
    while length < characters:
        state = (1_103_515_245 * state + 12_345) % 2**31
        word = WORDS[state // 65_536 % len(WORDS)]
        if state % 7 == 0:
            word += str(state % 9973)
        pieces.append(word)
        length += len(word) + 1
    return " ".join(pieces)


def matrix(prompts: int) -> Iterator[dict[str, Any]]:
    """Prompts with metadata, whose answers have to name a step."""
    for number in range(prompts):
        yield {
            "id": f"case-{number:05}",
            "prompt": f"Question {number}: {sentences(number, 200)}",
            "metadata": {"topic": ["billing", "travel", "law"][number % 3]},
            "assert": [{"type": "icontains", "value": "step", "metric": "names a step"}],
        }
