"""Tests of how a bridge starts, and of what it says to nonsense."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from client import WAIT, Bridge, Server
from scene import BridgeTestCase


class StartTests(BridgeTestCase):
    """What can't be used says so in its first event, and ends."""

    def unusable(self, mode: str, flags: tuple[str, ...] = (), **env: str) -> str:
        bridge = Bridge(mode, env={**self.scene.env, **env}, flags=flags)
        self.assertEqual(bridge.hello.pop("event"), "unusable")
        self.assertEqual(bridge.process.wait(WAIT), 3)
        with contextlib.suppress(BrokenPipeError):
            bridge.close()
        self.assertEqual(bridge.hello.pop("protocol"), 1)
        return bridge.hello["reason"]

    def module(self, name: str, text: str) -> str:
        folder = self.scene.server.folder / self.id()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        return str(folder)

    def test_without_llm(self) -> None:
        for mode in ("fork", "shared"):
            self.assertIn("llm can't be imported: ModuleNotFoundError", self.unusable(mode, ("-S",)))

    def test_with_an_unknown_mode(self) -> None:
        self.assertEqual(self.unusable("telepathy"), "unknown mode `telepathy`")

    def test_forking_with_threads(self) -> None:
        text = "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"
        folder = self.module("sitecustomize.py", text)
        reason = "1 threads run after llm's import; forking is unsafe then"
        self.assertEqual(self.unusable("fork", PYTHONPATH=folder), reason)

    def test_with_an_llm_that_lacks_something(self) -> None:
        text = "import llm.cli\ndel llm.cli.get_model_options\n"
        folder = self.module("sitecustomize.py", text)
        reason = "llm 0.36 does not fit: llm.cli has no get_model_options"
        self.assertEqual(self.unusable("shared", PYTHONPATH=folder), reason)

    def test_with_a_plugin_that_fails(self) -> None:
        folder = self.module("nllm_test_plugin.py", "raise ValueError('bad\\nplugin')")
        write = Path(folder) / "x-1.dist-info"
        write.mkdir()
        (write / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1\n")
        (write / "entry_points.txt").write_text("[llm]\nx = nllm_test_plugin\n")
        self.assertEqual(self.unusable("fork", PYTHONPATH=folder), "llm can't be imported: ValueError: bad plugin")

    def test_the_working_directory_is_no_place_for_modules(self) -> None:
        folder = self.module("llm.py", "raise SystemExit('the wrong one')")
        bridge = Bridge("shared", env=self.scene.env, cwd=folder)
        self.assertEqual(bridge.hello["event"], "ready")
        bridge.close()

    def test_several_at_once_on_a_fresh_user_folder(self) -> None:
        server = Server({"m": {}})
        with concurrent.futures.ThreadPoolExecutor() as pool:
            starts = [pool.submit(Bridge, mode, env=server.environment()) for mode in ("fork", "shared", "fork")]
            bridges = [start.result() for start in starts]
        for bridge in bridges:
            self.assertEqual((bridge.hello["event"], bridge.diagnostics), ("ready", b""))
            bridge.close()
        server.close()

    def test_lines_that_can_not_be_understood_are_told(self) -> None:
        run = {"id": 7000, "do": "run", "directory": "/"}
        for bridge, line, message in (
            (self.fork, b"nonsense", "not JSON: Expecting value: line 1 column 1 (char 0)"),
            (self.fork, b"[]", "not an object with a whole number as `id`"),
            (self.fork, {"id": 7000}, "`do` must be `run` or `stop`"),
            (self.fork, {"id": 7000, "do": "stop", "signal": 1}, "`signal` must be 9 or 15"),
            (self.fork, run, "`arguments` must be a list of texts"),
            (self.fork, {**run, "arguments": [1]}, "`arguments` must be a list of texts"),
            (self.shared, {**run, "stream": 1}, "`stream` must be true or false"),
            (self.shared, {**run, "options": {"a": 1}}, "`options` must be an object of texts"),
        ):
            bridge.write((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")
            number = 7000 if isinstance(line, dict) else None
            self.assertEqual(bridge.wait(number, "bad_request")[0]["message"], message)

    def test_an_id_is_given_to_one_request_at_a_time(self) -> None:
        number = self.shared.start(model="hanging", prompt="x")
        self.shared.wait(number, "started")
        self.shared.write(json.dumps({"id": number, "do": "run", "directory": "/", "model": "m"}).encode() + b"\n")
        self.assertEqual(self.shared.wait(number, "bad_request")[0]["message"], "a request with this id is running")
        self.shared.stop(number, 9)
        self.shared.wait(number, "ended")
