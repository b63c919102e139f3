"""Makes the databases and run folders in Tests/Fixtures, from which upgrades are tested.

    python3 make_fixtures.py BINARY FOLDER

BINARY is a released nllm-batch; FOLDER, which must not exist, gets a folder for each state of a database:

  finished     two runs that have ended: one of several prompts, samples and models with raw output and a failure, and
               one of a single prompt that took an answer from the first (`--cache`)
  interrupted  workers were killed: a run half done with cells that were running and one that waits for its next try;
               a run whose model is paused because its key is refused, one whose provider asked to wait for an hour,
               limits, a budget and a priority; a run that is paused
  files        prompts with attachments, schemas, options, metadata and models of their own, fragments behind `--`;
               edited and enqueued again, so that cells have left the run

All paths in the databases begin with PLACE, which a test replaces by the folder that it copies them to. Needs the
virtual environment that `make setup` installs, and Linux: the host's name in the databases is `fixture`.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
VENV = SUPPORT.parent.parent / ".venv/bin"
PLACE = Path("/tmp/nllm-batch-fixture")

BEHAVIOURS = {
    "good": {},
    "json": {"answer": 'Here it is:\n```json\n{"prompt": "{prompt}"}\n```'},
    "slow": {"delay_ms": 2000},
    "picky": {"fail": {"status": 400, "message": "no such thing"}},
    "flaky": {"fail": {"status": 500, "times": 20}},
    "locked-out": {"fail": {"status": 401}},
    "busy": {"fail": {"status": 429, "retry_after": 3600}},
    "seeing": {"llm": {"vision": True, "supports_schema": True}},
}


class Scene:
    """A working folder at PLACE with a loopback server, in which commands run."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir()
        self._outside = PLACE.with_name(PLACE.name + "-server")
        shutil.rmtree(self._outside, ignore_errors=True)
        self._outside.mkdir()
        (self._outside / "behaviours.json").write_text(json.dumps(BEHAVIOURS))
        server = [sys.executable, str(SUPPORT / "loopback_server.py"), "--behaviours"]
        server += [str(self._outside / "behaviours.json"), "--log", str(self._outside / "log.jsonl")]
        server += ["--user-path", str(self._outside / "llm")]
        self._server = subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._server.stdout is not None
        self._server.stdout.readline()
        self._environment = {
            "PATH": f"{VENV}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self._outside),
            "LLM_USER_PATH": str(self._outside / "llm"),
            "LANG": "C.UTF-8",
        }

    def close(self) -> None:
        self._server.terminate()
        self._server.wait()
        shutil.rmtree(self._outside)
        shutil.rmtree(PLACE)

    def write(self, name: str, *values: object) -> None:
        (PLACE / name).write_text("".join(json.dumps(value) + "\n" for value in values))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._binary, *arguments],
            cwd=PLACE,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, *arguments: str, code: int = 0) -> None:
        process = self.start(*arguments)
        if process.wait() != code:
            sys.exit(f"{arguments}: exit code {process.returncode}, not {code}")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(PLACE / "nllm-runs/batch.db") as database:
            return database.execute(sql).fetchall()

    def kill_when(self, process: subprocess.Popen[bytes], condition: str) -> None:
        """Kills a worker once a query gives 1."""
        while self.rows(condition) != [(1,)]:
            if process.poll() is not None:
                sys.exit(f"the worker ended before: {condition}")
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def keep(self, folder: Path) -> None:
        """Copies all that stands here, the database as one file."""
        with sqlite3.connect(PLACE / "nllm-runs/batch.db") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
        for name in ("batch.db-wal", "batch.db-shm"):
            (PLACE / "nllm-runs" / name).unlink(missing_ok=True)
        # Of a killed worker a file of some megabytes for answers is left, in which there are none.
        shutil.copytree(PLACE, folder, ignore=shutil.ignore_patterns("*.rescue-*"))


def finished(scene: Scene) -> None:
    prompts = [{"prompt": f"question {n}", "id": f"q/{n}", "metadata": {"n": n}} for n in range(1, 3)]
    scene.write("prompts.jsonl", *prompts, "a plain one")
    models = ["-m", "good", "-m", "json[temperature=0.5]", "-m", "picky"]
    scene.run("run", "prompts.jsonl", *models, "--raw", "--samples", "2", "--run", "many", code=1)
    scene.write("one.jsonl", {"prompt": "question 1"})
    scene.run("run", "one.jsonl", "-m", "good", "--cache", "any", "--run", "one")


def interrupted(scene: Scene) -> None:
    scene.write("prompts.jsonl", *(f"question {n}" for n in range(1, 7)))
    limits = ["--rpm", "600", "--tpm", "busy=5000", "--max-tokens-total", "100000", "--budget-window", "24h"]
    scene.run("enqueue", "prompts.jsonl", "-m", "locked-out", "-m", "busy", "--run", "held", "--priority", "5")
    scene.run("work", "held", *limits, "-j", "2", code=1)
    scene.run("enqueue", "prompts.jsonl", "-m", "good", "--run", "waiting", "--fail-on", "empty", "--timeout", "30")
    scene.run("pause", "waiting")
    scene.run("enqueue", "prompts.jsonl", "-m", "good", "-m", "slow", "-m", "flaky", "--run", "half", "--retries", "9")
    worker = scene.start("work", "half", "-j", "6", "--model-concurrency", "flaky=1", "--rpm", "6000")
    # The last thing that is done here: the next worker would put back what ran.
    scene.kill_when(
        worker,
        """
        SELECT (SELECT count(*) FROM cells WHERE status = 'ok') > 3
            AND (SELECT count(*) FROM cells WHERE status = 'running') > 1
            AND (SELECT count(*) FROM cells WHERE status = 'pending' AND not_before > 0) > 0
        """,
    )


def files(scene: Scene) -> None:
    pixel = (
        "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
        "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
    )
    (PLACE / "pixel.png").write_bytes(bytes.fromhex(pixel))
    (PLACE / "note.txt").write_text("A note.\n")
    (PLACE / "out.json").write_text('{"type": "object", "properties": {"name": {"type": "string"}}}')
    prompts = [
        {"prompt": "What is this?", "id": "picture", "attachments": ["pixel.png"]},
        {"prompt": "A name", "id": "object", "schema": {"type": "object", "properties": {"age": {"type": "integer"}}}},
        {"prompt": "A name", "id": "file", "schema": "out.json", "options": {"temperature": 0.5}},
        {"prompt": "Only there", "id": "one-model", "models": ["good"], "samples": 2, "system": "Be brief."},
        {"prompt": "It will go", "id": "gone", "vars": {"x": 1}},
    ]
    scene.write("prompts.jsonl", *prompts)
    scene.run("run", "prompts.jsonl", "-m", "seeing", "-m", "good", "--run", "files", "--", "-f", "note.txt", code=1)
    prompts[3]["prompt"] = "Only there, but edited"
    scene.write("prompts.jsonl", *prompts[:4], {"prompt": "New", "id": "new"})
    scene.run("enqueue", "prompts.jsonl", "-m", "seeing", "-m", "good", "--run", "files", "--", "-f", "note.txt")


def main() -> None:
    binary, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    if os.uname().nodename != "fixture":
        command = 'hostname fixture && exec "$0" "$@"'
        os.execvp("unshare", ["unshare", "--uts", "sh", "-c", command, sys.executable, *sys.argv])
    folder.mkdir(parents=True)
    for state in (finished, interrupted, files):
        scene = Scene(binary)
        try:
            state(scene)
            scene.keep(folder / state.__name__)
        finally:
            scene.close()


if __name__ == "__main__":
    main()
