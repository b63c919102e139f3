"""Measures nllm-batch against what one would do instead, and prints ratios of figures taken in this one run.

Machines are shared and noisy: the two sides take turns, and each figure is the best of its rounds.
Needs the release binary (`make build`) and llm in .venv (`make setup`). No key, no network.
"""

import json
import os
import resource
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = ROOT / ".build/release/nllm-batch"
ROUNDS = 3
CELLS = 24
CONCURRENCY = 4
MANY = 100_000


def timed(command: list[str], folder: Path, env: dict[str, str]) -> tuple[float, float]:
    """Runs a command to its end and returns its wall and processor seconds, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_memory(command: list[str], folder: Path, env: dict[str, str]) -> float:
    """The largest resident size of a command in MB."""
    script = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, " \
        "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    done = subprocess.run(["python3", "-c", script, *command], cwd=folder, env=env, check=True, capture_output=True)
    return float(done.stdout)


def prompts(path: Path, count: int) -> None:
    path.write_text("".join(json.dumps({"prompt": f"question {n}"}) + "\n" for n in range(count)))


def against_xargs(folder: Path, env: dict[str, str]) -> tuple[float, float]:
    """Cells a second of xargs and of nllm-batch, with the same llm and the same concurrency."""
    prompts(folder / "prompts.jsonl", CELLS)
    xargs = f"seq {CELLS} | xargs -P {CONCURRENCY} -I N sh -c 'echo question N | llm -m echo -n -u'"
    ours = [str(BINARY), "work", "--concurrency", str(CONCURRENCY), "--quiet"]
    best = [0.0, 0.0]
    for _ in range(ROUNDS):
        best[0] = max(best[0], CELLS / timed(["sh", "-c", xargs], folder, env)[0])
        subprocess.run([BINARY, "enqueue", "prompts.jsonl", "-m", "echo", "-q"], cwd=folder, env=env, check=True,
                       stdout=subprocess.DEVNULL)
        best[1] = max(best[1], CELLS / timed(ours, folder, env)[0])
    return best[0], best[1]


def engine(folder: Path, env: dict[str, str]) -> list[tuple[str, str]]:
    """The engine's own cost, with a program in llm's place that only gives its input back."""
    tools = folder / "tools"
    tools.mkdir()
    fake = tools / "llm"
    fake.write_text("#!/bin/sh\nexec cat\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    env = env | {"PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"}
    rows = []
    prompts(folder / "cells.jsonl", 400)
    subprocess.run([BINARY, "enqueue", "cells.jsonl", "-m", "m", "-q"], cwd=folder, env=env, check=True,
                   stdout=subprocess.DEVNULL)
    wall, cpu = timed([str(BINARY), "work", "-q"], folder, env)
    rows.append(("process, program that does nothing", f"{400 / wall:,.0f} cells/s, {cpu / 400 * 1000:.1f} ms CPU a cell"))
    prompts(folder / "many.jsonl", MANY)
    enqueue = [str(BINARY), "enqueue", "many.jsonl", "-m", "m", "-q", "--run", "many"]
    wall, _ = timed(enqueue, folder, env)
    rows.append((f"enqueue of {MANY:,} prompts", f"{MANY / wall:,.0f} cells/s"))
    rows.append((f"enqueue of {MANY:,} prompts again", f"{peak_memory(enqueue, folder, env):.0f} MB"))
    status = [str(BINARY), "status", "many"]
    rows.append((f"status at {MANY:,} cells", f"{min(timed(status, folder, env)[0] for _ in range(5)) * 1000:.0f} ms"))
    rows.append((f"status at {MANY:,} cells", f"{peak_memory(status, folder, env):.0f} MB"))
    return rows


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="nllm-batch-bench-"))
    env = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    env |= {"PATH": f"{ROOT}/.venv/bin:/usr/local/bin:/usr/bin:/bin", "LLM_USER_PATH": str(folder / "llm-user")}
    try:
        subprocess.run(["llm", "fragments", "list"], env=env, check=True)
        theirs, ours = against_xargs(folder, env)
        rows = [
            (f"xargs -P {CONCURRENCY} llm, {CELLS} cells", f"{theirs:.2f} cells/s"),
            (f"nllm-batch work --concurrency {CONCURRENCY}", f"{ours:.2f} cells/s"),
            ("ratio", f"{ours / theirs:.2f}"),
            *engine(folder, env),
        ]
    finally:
        shutil.rmtree(folder)
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        print(f"{name:<{width}}  {figure}")


main()
