"""The server, the folders and the bridges that tests share."""

from __future__ import annotations

import atexit
import base64
import functools
import shutil
import time
import unittest
from pathlib import Path
from typing import Any

from client import WAIT, Bridge, Json, Server

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SOON = {"retry_after": 0.01}
BEHAVIOURS: Json = {
    "m": {},
    "words": {"answer_tokens": 12},
    "words at first": {"answer_tokens": 12, "hang_after": 3},
    "halves": {"answer_pieces": ["a \ud83d", "\ude00", " \ud83d", " \ude00"]},
    "endless": {"endless": 5000},
    "endless whole": {"endless": 5000, "llm": {"can_stream": False}},
    "endless event": {"endless_line": True},
    "page as JSON": {"body_200": {"type": "application/json", "text": "\n<!doctype html><p>Sign in</p>"}},
    "page as events": {"body_200": {"type": "text/event-stream", "text": "<html></html>"}},
    "other JSON": {"body_200": {"type": "application/json", "text": '{"detail": "not here"}'}},
    "plain": {"body_200": {"type": "text/plain", "text": "It works!"}},
    "bad UTF-8": {
        "body_200": {
            "type": "text/event-stream",
            "base64": base64.b64encode(
                b'data: {"choices": [{"index": 0, "delta": {"content": "a\xffb\xe2\x82"}}]}\n\ndata: [DONE]\n\n'
            ).decode(),
        }
    },
    "whole": {"llm": {"can_stream": False}},
    "seeing": {"llm": {"vision": True}},
    "strict": {"llm": {"supports_schema": True}, "answer": '{"name": "Rex"}'},
    "fenced": {"answer": "Here:\n```python\nprint(1)\n```\nand\n```\nprint(2)\n```\n"},
    "coloured": {"answer": "\x1b[31mred\x1b[0m … ünïcödé \U0001f600\n\n"},
    "empty": {"answer": ""},
    "null": {"answer": None},
    "long": {"finish_reason": "length", "usage_details": {"prompt_tokens_details": {"cached_tokens": 3}}},
    "renamed": {"served": {"model": "m-2", "system_fingerprint": "fp_1"}},
    "odd facts": {"served": {"model": 7, "system_fingerprint": ["fp"]}},
    "unmetered": {"usage": False},
    "locked": {"llm": {"api_key_name": "no-such-key"}},
    "400": {"fail": {"status": 400}},
    "401": {"fail": {"status": 401}},
    "404": {"fail": {"status": 404}},
    "422": {"fail": {"status": 422, "body": "plainly wrong"}},
    "429": {"fail": {"status": 429, **SOON}},
    "quota": {"fail": {"status": 429, "code": "insufficient_quota", **SOON}},
    "500": {"fail": {"status": 500, "html": True, **SOON}},
    "503": {"fail": {"status": 503, **SOON}},
    "cut": {"cut_after": 2},
    "reset": {"reset": True},
    "reset late": {"reset_after": 2, "answer_tokens": 9},
    "error late": {"stream_error": 2},
    "bad json": {"bad_json": True},
    "choiceless": {"empty_choices": True},
    "html": {"html_200": True},
    "hanging": {"hang": True},
    "late": {"delay_ms": 300},
    "second turn": {"fail": {"status": 400}, "turn": 2},
    "second hangs": {"hang": True, "turn": 2},
    "patient": {"fail": {"status": 429, "retry_after": 1.5}},
}


def write_user_folder(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates/poem.yaml").write_text("model: m\nsystem: Rhyme.\nprompt: 'On $topic: $input'\n")
    (folder / "aliases.json").write_text('{"aka": "m"}')
    (folder / "model_options.json").write_text('{"words": {"temperature": 0.25}}')
    (folder / "default_model.txt").write_text("words")


def write_work_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "dot.png").write_bytes(PNG)
    (folder / "note.txt").write_text("A note, noted.\n")
    (folder / "schema.json").write_text('{"type": "object", "properties": {"name": {"type": "string"}}}')


def install_plugin(folder: Path, source: str, module: str) -> None:
    """Makes a file beside this one look installed to whoever has the folder on its module path."""
    shutil.copy(Path(__file__).with_name(source), folder / f"{module}.py")
    facts = folder / f"{module}-1.5.dist-info"
    facts.mkdir()
    name = module.replace("_", "-")
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    (facts / "entry_points.txt").write_text(f"[llm]\ntest = {module}\n")


class Scene:
    """The server, the folders and the two bridges that all tests here share."""

    def __init__(self) -> None:
        self.server = Server(BEHAVIOURS)
        write_user_folder(self.server.user_path)
        self.work = self.server.folder / "work"
        write_work_folder(self.work)
        modules = self.server.folder / "modules"
        modules.mkdir()
        install_plugin(modules, "plugin.py", "nllm_test_plugin")
        self.env = self.server.environment(PYTHONPATH=str(modules))
        noise = {**self.env, "NLLM_TEST_NOISE": "1"}
        self.bridges = {mode: Bridge(mode, env=noise) for mode in ("fork", "shared")}

    def close(self) -> None:
        for bridge in self.bridges.values():
            bridge.close()
        self.server.close()


@functools.cache
def scene() -> Scene:
    """The scene, made when a test first needs it."""
    made = Scene()
    atexit.register(made.close)
    return made


class BridgeTestCase(unittest.TestCase):
    maxDiff = 4000

    def setUp(self) -> None:
        self.scene = scene()
        self.fork = self.scene.bridges["fork"]
        self.shared = self.scene.bridges["shared"]

    def start_code(self, code: str, bridge: Bridge | None = None, **fields: Any) -> int:
        """Starts a child that runs a piece of Python where llm runs that of `--functions`."""
        arguments = ["-n", "-m", "echo", "--functions", code]
        return (bridge or self.fork).start(arguments=arguments, input="done", **fields)

    def run_code(self, code: str, bridge: Bridge | None = None, **fields: Any) -> Json:
        return (bridge or self.fork).wait(self.start_code(code, bridge, **fields), "ended")[0]

    def assert_runs(self) -> None:
        self.assertEqual(self.fork.run(arguments=["-n", "-m", "m"], input="hi")["stdout"], "echo: hi\n")

    def wait_until(self, condition: Any, message: str) -> None:
        end = time.monotonic() + WAIT
        while not condition():
            self.assertLess(time.monotonic(), end, message)
            time.sleep(0.01)

    def wait_until_gone(self, pid: int) -> None:
        self.wait_until(lambda: not exists(pid), f"process {pid} lives on")


def exists(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
