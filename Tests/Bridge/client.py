"""The parent's half of nllm_bridge, for its tests and measurements; and the loopback server it talks to."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Another Python than that of `make setup`, to test with.
PYTHON = Path(os.environ.get("BRIDGE_PYTHON", ROOT / ".venv/bin/python"))
LLM = PYTHON.with_name("llm")
PACKAGE = ROOT / "Sources/NllmCore/LLM/Bridge/nllm_bridge"
BOOTSTRAP = (PACKAGE / "bootstrap.py").read_text()
# Seconds after which something is taken to hang.
WAIT = 300

# A shell starts what runs in the background with interrupts ignored, and all that is started from it inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)

Json = dict[str, Any]


def modules() -> list[str]:
    """The names of the package's modules in the order in which they are sent."""
    text = (PACKAGE.parent / "BridgeSources.swift").read_text()
    return re.findall(r'\("(\w+)", PackageResources', text)


def sources() -> bytes:
    """What the bootstrap reads."""
    data = json.dumps({name: (PACKAGE / f"{name}.py").read_text() for name in modules()}).encode()
    return b"%d\n" % len(data) + data


class Bridge:
    """A running nllm_bridge."""

    def __init__(
        self, mode: str, *settings: str, env: dict[str, str], cwd: str | None = None, flags: tuple[str, ...] = ()
    ) -> None:
        command = [str(PYTHON), *flags, "-c", BOOTSTRAP, mode, *settings]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, env=env, cwd=cwd, bufsize=0, **pipes)
        self.diagnostics = b""
        self._events: queue.Queue[Json | None] = queue.Queue()
        self._number = 0
        self._early: list[Json] = []
        readers = (self._read_events, self._read_diagnostics)
        self._threads = [threading.Thread(target=reader, daemon=True) for reader in readers]
        for thread in self._threads:
            thread.start()
        self.process.stdin.write(sources())
        self.hello = self.event()

    def _read_events(self) -> None:
        with open(self.process.stdout.fileno(), "rb", closefd=False) as lines:
            for line in lines:
                self._events.put(json.loads(line))
        self._events.put(None)

    def _read_diagnostics(self) -> None:
        while data := self.process.stderr.read(65536):
            self.diagnostics += data

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view) :]

    def start(self, **fields: Any) -> int:
        """Sends a request to run and returns its id."""
        self._number += 1
        fields = {"id": self._number, "do": "run", "directory": "/", **fields}
        self.write(json.dumps(fields).encode() + b"\n")
        return self._number

    def stop(self, number: int, signal: int) -> None:
        self.write(json.dumps({"id": number, "do": "stop", "signal": signal}).encode() + b"\n")

    def event(self) -> Json:
        event = self._events.get(timeout=WAIT)
        if event is None:
            raise EOFError(self.diagnostics.decode())
        return event

    def wait(self, number: int | None, kind: str) -> tuple[Json, list[Json]]:
        """The next event of a kind with that id, or without one, and those before it; all others are kept."""
        before = []
        seen, self._early = self._early, []
        while True:
            event = seen.pop(0) if seen else self.event()
            if event.get("id") != number:
                self._early.append(event)
            elif event["event"] == kind:
                self._early += seen
                return event, before
            else:
                before.append(event)

    def run(self, **fields: Any) -> Json:
        return self.wait(self.start(**fields), "ended")[0]

    def close(self) -> int:
        """Ends its input and returns its exit code."""
        self.process.stdin.close()
        code = self.process.wait(WAIT)
        for thread in self._threads:
            thread.join(WAIT)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Server:
    """The loopback server, and a user folder for llm that knows its models."""

    def __init__(self, behaviours: Json) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="nllm-batch-bridge-")
        self.folder = Path(self._folder.name)
        self.user_path = self.folder / "llm-user"
        (self.folder / "behaviours.json").write_text(json.dumps(behaviours))
        self._log = self.folder / "log.jsonl"
        command = [
            sys.executable,
            ROOT / "Tests/Support/loopback_server.py",
            "--behaviours",
            self.folder / "behaviours.json",
            "--log",
            self._log,
            "--user-path",
            self.user_path,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def environment(self, **further: str) -> dict[str, str]:
        env = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        return {**env, "LANG": "C.UTF-8", "LLM_USER_PATH": str(self.user_path), **further}

    def log(self) -> list[Json]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def counts(self) -> Json:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/log") as answer:
            return json.load(answer)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self._folder.cleanup()
