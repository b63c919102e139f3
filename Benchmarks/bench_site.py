"""Where the contenders run: one server for all of them, one environment, and a new folder for each run."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/Bridge"))

from client import Server  # noqa: E402
from usage import cpu_seconds  # noqa: E402

BINARY = ROOT / ".build/release/nllm-batch"
ENGINE = ROOT / ".build/release/EngineBenchmark"
PLAIN = ROOT / ".venv"
PLUGINS = ROOT / ".build/bench-venv"
LATENCIES = (0, 200, 2000)
TOKENS = 16


def model(latency: int) -> str:
    """The name of the model that answers after so many milliseconds."""
    return f"words-{latency}"


class Site:
    """A server whose models answer 16 words after 0, 200 and 2,000 ms, and what runs against it."""

    def __init__(self) -> None:
        self._server = Server({model(n): {"answer_tokens": TOKENS, "delay_ms": n} for n in LATENCIES})

    def environment(self, venv: Path) -> dict[str, str]:
        """As a user has it who has activated this virtual environment; without the user's own settings."""
        return {
            "HOME": str(self._server.folder),
            "LANG": "C.UTF-8",
            "PATH": f"{venv}/bin:/usr/local/bin:/usr/bin:/bin",
            "LLM_USER_PATH": str(self._server.user_path),
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self._server.port}/v1",
            "OPENAI_API_KEY": "sk-loopback-0123456789abcdef",
        }

    def warm_up(self, venv: Path) -> None:
        """Asks once, alone: llm migrates its log then, and calls at the same time would break each other."""
        subprocess.run(
            [venv / "bin/llm", "-n", "-m", model(0), "hello"],
            env=self.environment(venv),
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def server_cpu(self) -> float:
        """The seconds of processor time that the server has used."""
        return cpu_seconds(self._server.process.pid)

    @contextmanager
    def folder(self, cells: int, files: bool) -> Iterator[Path]:
        """A new folder with prompts, as files in prompts/ with answers/ beside it, or in prompts.jsonl."""
        with tempfile.TemporaryDirectory(prefix="nllm-batch-bench-") as name:
            folder = Path(name)
            prompts = [f"question {n}" for n in range(cells)]
            if files:
                (folder / "prompts").mkdir()
                (folder / "answers").mkdir()
                for n, prompt in enumerate(prompts):
                    (folder / f"prompts/{n}").write_text(prompt)
            else:
                (folder / "prompts.jsonl").write_text("".join(json.dumps({"prompt": p}) + "\n" for p in prompts))
            yield folder

    def close(self) -> None:
        self._server.close()


def available_memory() -> float:
    """What processes may still use, in MB."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024 / 1e6


def busy_seconds() -> float:
    """What all processes of this machine have used of its processors so far."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0))
