"""Tests that both modes give what a cold `llm` gives."""

from __future__ import annotations

import base64
import concurrent.futures
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cases import CASES, Case
from client import LLM, WAIT, Json
from scene import BridgeTestCase, scene

# The lines of the program that starts llm, which a forked one has not.
STARTER = r'  File "[^"]*/bin/llm".*\n    sys\.exit\(cli\(\)\)\n(?: +[\^~]+\n)?'


class SameAsColdTests(BridgeTestCase):
    """A cold process, a forked child and the shared process give the same."""

    cold: list[concurrent.futures.Future[tuple[int, str, str]]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.pool = concurrent.futures.ThreadPoolExecutor(4)
        cls.cold = [cls.pool.submit(run_cold, case) for case in CASES]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.pool.shutdown()

    def compare(self, case: Case, cold: tuple[int, str, str], end: Json) -> None:
        if "stdout_base64" in end:
            end["stdout"] = base64.b64decode(end["stdout_base64"]).decode("utf-8", "surrogatepass")
        warm = (end["code"], end["stdout"], end["stderr"])
        ignoring = re.compile(f"{STARTER}|{case.ignoring}" if case.ignoring else STARTER)
        self.assertEqual(*((code, ignoring.sub("", out), ignoring.sub("", err)) for code, out, err in (cold, warm)))

    def test_a_forked_child_gives_what_a_cold_process_gives(self) -> None:
        numbers = [
            self.fork.start(arguments=case.arguments, input=case.input, directory=str(self.scene.work))
            for case in CASES
        ]
        for case, number, cold in zip(CASES, numbers, self.cold, strict=True):
            end, before = self.fork.wait(number, "ended")
            with self.subTest(case.name):
                # Long outputs are told before the end.
                for name in ("stdout", "stderr"):
                    told = "".join(event["text"] for event in before if event.get("channel") == name)
                    end[name] = told + end.get(name, "") if told or name in end else ""
                self.compare(case, cold.result(), end)
                self.assertEqual(end["error"] is None, end["code"] == 0)

    def test_the_shared_process_gives_what_a_cold_process_gives(self) -> None:
        for streamed in (True, False):
            for case, cold in zip(CASES, self.cold, strict=True):
                if case.shared is None or (not streamed and case.name in STREAM_FAULTS):
                    continue
                fields = {**case.shared, "stream": streamed}
                end = self.shared.run(directory=str(self.scene.work), **fields)
                with self.subTest(case.name, streamed=streamed):
                    self.compare(case, cold.result(), end)
                    self.assertEqual(end["error"] is None, end["code"] == 0)


# What fails in the middle of a stream fails in another way when there is none.
STREAM_FAULTS = {
    "stream cut",
    "connection reset in the stream",
    "error in the stream",
    "bad JSON",
    "no choices",
    "a page for an answer",
    "text that is not Unicode",
    "reasoning",
}


def run_cold(case: Case) -> tuple[int, str, str]:
    source = {"input": case.input.encode()} if case.input is not None else {"stdin": subprocess.DEVNULL}
    env = {**scene().env, "PYTHONIOENCODING": "utf-8:surrogatepass"}
    options = {"env": env, "cwd": scene().work, "capture_output": True, "timeout": WAIT}
    done = subprocess.run([LLM, *case.arguments], check=False, **options, **source)
    return done.returncode, done.stdout.decode("utf-8", "surrogatepass"), done.stderr.decode()
