"""Tests of bridge.py: that both modes give what a cold `llm` gives, and that requests don't disturb each other.

    .venv/bin/python -m unittest discover Tests/Bridge
"""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from client import LLM, SOURCE, WAIT, Bridge, Json, Server

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
    "bad UTF-8": {"body_200": {"type": "text/event-stream", "base64": base64.b64encode(
        b'data: {"choices": [{"index": 0, "delta": {"content": "a\xffb\xe2\x82"}}]}\n\ndata: [DONE]\n\n').decode()}},
    "whole": {"llm": {"can_stream": False}},
    "seeing": {"llm": {"vision": True}},
    "strict": {"llm": {"supports_schema": True}, "answer": '{"name": "Rex"}'},
    "fenced": {"answer": "Here:\n```python\nprint(1)\n```\nand\n```\nprint(2)\n```\n"},
    "coloured": {"answer": "\x1b[31mred\x1b[0m … ünïcödé \U0001f600\n\n"},
    "empty": {"answer": ""},
    "null": {"answer": None},
    "long": {"finish_reason": "length", "usage_details": {"prompt_tokens_details": {"cached_tokens": 3}}},
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
    "patient": {"fail": {"status": 429, "retry_after": 1.5}},
}
CODE = "def f() -> str:\n    '''Gives a text.'''\n    return 'from f'\n"
CALL = '{"prompt": "x", "tool_calls": [{"name": "f"}]}'


@dataclass
class Case:
    """What is asked: as a command line, and as fields of a request in shared mode if that can say it."""

    name: str
    arguments: list[str]
    input: str | None = "Two words"
    shared: Json | None = None
    # What may differ, by nature: patterns that are taken out of both.
    ignoring: str | None = None


def asked(name: str, model: str, input: str = "Two words", ignoring: str | None = None, **fields: Any) -> Case:
    """A case for both modes; streaming, since the command line streams."""
    arguments = ["-m", model]
    for key, value in fields.items():
        for text in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
            arguments += [{"attachments": "-a"}.get(key, f"--{key}"), text]
    for option, value in fields.get("options", {}).items():
        arguments += ["-o", option, value]
    shared = {"model": model, "prompt": input, "stream": True, **fields}
    return Case(name, ["-n", "-u", *arguments], input, shared, ignoring)


def command(name: str, *arguments: str, input: str | None = "Two words", ignoring: str | None = None) -> Case:
    return Case(name, ["-n", *arguments], input, None, ignoring)


CASES = [
    asked("prompt, usage", "m"),
    asked("system prompt", "m", system="Be brief."),
    asked("alias of a model", "aka"),
    asked("default options of the user", "words"),
    asked("option", "m", options={"temperature": "0.5", "max_tokens": "9"}),
    asked("option unknown", "m", options={"foo": "1"}),
    asked("option out of range", "m", options={"temperature": "3", "top_p": "x"}),
    asked("model unknown", "nope-1"),
    asked("model that can't stream", "whole"),
    asked("CR LF, NUL, BOM, dashes", "m", "\ufeff--a\r\nb\rc\0d\n\n"),
    asked("a megabyte", "whole", "0123456789 äöü €\r\n" * 50_000),
    asked("control sequences, characters of all lengths", "coloured"),
    asked("empty answer", "empty"),
    asked("null answer", "null"),
    asked("cut by length, usage details", "long"),
    asked("no usage", "unmetered"),
    asked("no key", "locked"),
    asked("schema", "strict", schema="name, age int"),
    asked("schema file", "strict", schema="schema.json"),
    asked("schema file that is no JSON", "strict", schema="note.txt"),
    asked("schema that is none", "strict", schema="nonsense"),
    asked("schema, unsupported", "m", schema='{"type": "object"}'),
    asked("attachment", "seeing", attachments=["dot.png"]),
    asked("attachments missing", "seeing", attachments=["dot.png", "no.png"]),
    asked("attachment, unsupported", "m", attachments=["dot.png"]),
    asked("reasoning", "echo", options={"thinking": "1"}),
    asked("error 400", "400"),
    asked("error 401", "401"),
    asked("error 404", "404"),
    asked("error 422, plain text", "422"),
    asked("error 429", "429"),
    asked("error 429, quota", "quota"),
    asked("error 500, a page", "500"),
    asked("error 503", "503"),
    asked("stream cut", "cut"),
    asked("connection reset", "reset"),
    asked("connection reset in the stream", "reset late"),
    asked("error in the stream", "error late"),
    # It says where it breaks off; the server's answer has a time in it, and an identifier.
    asked("bad JSON", "bad json", ignoring=r"\d+"),
    asked("no choices", "choiceless"),
    asked("a page for an answer", "html"),
    asked("text that is not Unicode", "surrogate"),
    asked("blocking model", "blocking", "/dev/null"),
    asked("error of a plugin", "wrapping"),
    command("prompt as argument", "-m", "m", "An argument", input=None),
    command("prompt on both ways", "-m", "m", "and an argument"),
    command("no prompt at all", "-m", "m", input=None),
    command("no input, default model", input=None),
    command("model by query", "-q", "wor"),
    command("no stream", "-m", "m", "--no-stream", "-u"),
    command("no stream, no usage", "-m", "unmetered", "--no-stream"),
    command("no stream, no choices", "-m", "choiceless", "--no-stream"),
    command("no stream, a page", "-m", "html", "--no-stream"),
    command("extract", "-m", "fenced", "-x"),
    command("extract last", "-m", "fenced", "--xl"),
    command("JSON", "-m", "m", "--json",
            ignoring=r'"(?:id|conversation_id|datetime_utc|duration_ms|created)": .*'),
    command("template with parameter", "-t", "poem", "-p", "topic", "cats"),
    command("template, parameter missing", "-t", "poem"),
    command("template missing", "-t", "no-such", "-m", "m"),
    command("fragments", "-m", "m", "-f", "note.txt", "--sf", "note.txt"),
    command("fragment missing", "-m", "m", "-f", "no-such"),
    command("attachment with type", "-m", "seeing", "--at", "dot.png", "image/png"),
    command("attachment with type, missing", "-m", "seeing", "--at", "no.png", "image/png"),
    command("schema for several", "-m", "strict", "--schema-multi", "name"),
    command("reasoning hidden", "-m", "echo", "-o", "thinking", "1", "-R", "-u"),
    command("function called", "-m", "echo", "--functions", CODE, "-u", "--td", input=CALL,
            ignoring=r'"tool_call_id": .*'),
    command("function that is no Python", "-m", "echo", "--functions", "def (", ignoring=r'  File "<string>".*'),
    command("tool unknown", "-m", "echo", "-T", "no_such"),
    command("conversation unknown", "-m", "m", "--cid", "no-such"),
    command("exit of a plugin", "-m", "leaving"),
    command("flag unknown", "--bogus"),
    command("argument too many", "-m", "m", "a", "b"),
    Case("another command", ["models", "default"]),
    Case("version", ["--version"]),
]
# The lines of the program that starts llm, which a forked one has not.
STARTER = r'  File "[^"]*/bin/llm".*\n    sys\.exit\(cli\(\)\)\n(?: +[\^~]+\n)?'


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


def write_plugin(folder: Path) -> None:
    """Makes plugin.py look installed to whoever has the folder on its module path."""
    shutil.copy(Path(__file__).with_name("plugin.py"), folder / "nllm_test_plugin.py")
    facts = folder / "nllm_test_plugin-1.5.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: nllm-test-plugin\nVersion: 1.5\n")
    (facts / "entry_points.txt").write_text("[llm]\ntest = nllm_test_plugin\n")


class Scene:
    """The server, the folders and the two bridges that all tests here share."""

    def __init__(self) -> None:
        self.server = Server(BEHAVIOURS)
        write_user_folder(self.server.user_path)
        self.work = self.server.folder / "work"
        write_work_folder(self.work)
        modules = self.server.folder / "modules"
        modules.mkdir()
        write_plugin(modules)
        self.env = self.server.environment(PYTHONPATH=str(modules))
        noise = {**self.env, "NLLM_TEST_NOISE": "1"}
        self.bridges = {mode: Bridge(mode, env=noise) for mode in ("fork", "shared")}

    def close(self) -> None:
        for bridge in self.bridges.values():
            bridge.close()
        self.server.close()


class ModuleState:
    scene: Scene


def setUpModule() -> None:
    ModuleState.scene = Scene()


def tearDownModule() -> None:
    ModuleState.scene.close()


class BridgeTestCase(unittest.TestCase):
    maxDiff = 4000

    def setUp(self) -> None:
        self.scene = ModuleState.scene
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
    "stream cut", "connection reset in the stream", "error in the stream", "bad JSON", "no choices",
    "a page for an answer", "text that is not Unicode", "reasoning",
}


def run_cold(case: Case) -> tuple[int, str, str]:
    scene = ModuleState.scene
    source = {"input": case.input.encode()} if case.input is not None else {"stdin": subprocess.DEVNULL}
    env = {**scene.env, "PYTHONIOENCODING": "utf-8:surrogatepass"}
    options = {"env": env, "cwd": scene.work, "capture_output": True, "timeout": WAIT}
    done = subprocess.run([LLM, *case.arguments], check=False, **options, **source)
    return done.returncode, done.stdout.decode("utf-8", "surrogatepass"), done.stderr.decode()


class ForkTests(BridgeTestCase):
    """Each request is a process of its own, whatever it does."""

    def test_it_says_who_it_is(self) -> None:
        hello = self.fork.hello
        self.assertEqual((hello["event"], hello["protocol"], hello["mode"]), ("ready", 1, "fork"))
        self.assertEqual((hello["pid"], hello["threads"]), (self.fork.process.pid, 1))
        self.assertEqual(hello["plugins"], {"llm-echo": "0.5", "nllm-test-plugin": "1.5"})
        self.assertIn(b"written by the plugin", self.fork.diagnostics)

    def test_what_is_watched_is_told_as_it_comes(self) -> None:
        number = self.fork.start(arguments=["-n", "-u", "-m", "words"], input="x", watch=True)
        end, before = self.fork.wait(number, "ended")
        self.assertEqual(before[0]["event"], "started")
        self.assertTrue(before[0]["pid"] > 0)
        text = {name: "".join(event["text"] for event in before[1:] if event["channel"] == name)
                for name in ("stdout", "stderr")}
        self.assertEqual(len(text["stdout"].split()), 12)
        self.assertEqual(text["stderr"], "Token usage: 1 input, 12 output\n")
        self.assertNotIn("stdout", end)
        self.assertNotIn("stderr", end)
        self.assertEqual(end["finish_reason"], "stop")

    def test_characters_are_told_whole_and_other_bytes_in_base64(self) -> None:
        code = (
            "import os, time\n"
            "for piece in (b'\\xe2', b'\\x82', b'\\xac', b'\\xff\\xfe', b'\\xf0\\x9f'):\n"
            "    os.write(1, piece); time.sleep(0.05)\n"
            "os._exit(0)"
        )
        _, before = self.fork.wait(self.start_code(code, watch=True), "ended")
        told = [event for event in before if event["event"] == "output"]
        data = [event["text"].encode() if "text" in event else base64.b64decode(event["base64"]) for event in told]
        self.assertEqual(b"".join(data), b"\xe2\x82\xac\xff\xfe\xf0\x9f")
        end = self.run_code(code)
        self.assertEqual(base64.b64decode(end["stdout_base64"]), b"\xe2\x82\xac\xff\xfe\xf0\x9f")

    def test_generators_of_plugins_differ_in_each_child(self) -> None:
        code = "import nllm_test_plugin\nprint(nllm_test_plugin.GENERATOR.random())"
        self.assertEqual(len({self.run_code(code)["stdout"] for _ in range(5)}), 5)

    def test_a_child_stopped_at_once_ends_alone(self) -> None:
        for wait in range(20):
            with self.subTest(wait):
                number = self.start_code("while True: pass")
                time.sleep(wait / 2000)
                self.fork.stop(number, signal.SIGTERM)
                self.assertEqual(self.fork.wait(number, "ended")[0]["signal"], signal.SIGTERM)
        self.assert_runs()

    def test_a_stopped_child_ends_by_the_signal_and_its_text_is_kept(self) -> None:
        mark = self.scene.server.folder / "written"
        number = self.start_code(f"import time\nprint('half', flush=True)\nopen('{mark}', 'w')\ntime.sleep(99)")
        self.wait_until(mark.exists, "nothing was written")
        self.fork.stop(number, signal.SIGTERM)
        end, _ = self.fork.wait(number, "ended")
        self.assertEqual((end["signal"], end["interrupted"], end["stdout"]), (signal.SIGTERM, True, "half\n"))

    def test_a_child_that_ignores_the_signal_can_be_killed(self) -> None:
        code = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(99)"
        number = self.start_code(code, watch=True)
        self.fork.wait(number, "output")
        self.fork.stop(number, signal.SIGTERM)
        self.assert_runs()
        self.fork.stop(number, signal.SIGKILL)
        self.assertEqual(self.fork.wait(number, "ended")[0]["signal"], signal.SIGKILL)

    def test_a_child_has_nothing_of_its_siblings_and_its_parent(self) -> None:
        number = self.start_code("print('here', flush=True)\nimport time; time.sleep(99)", watch=True)
        self.fork.wait(number, "output")
        code = (
            "import os, signal, sys\n"
            "open_now = sorted(os.path.realpath(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd'))\n"
            "kinds = [os.path.basename(path).split(':')[0] for path in open_now]\n"
            "print(sorted(kind for kind in kinds if not kind.isdigit()))\n"
            "print(os.getsid(0) == os.getpid() == os.getpgid(0), sys.argv[:2])\n"
            "print([signal.getsignal(n).name for n in (15, 17, 1)], signal.getsignal(2).__name__)\n"
            "os._exit(not sys.stdout.flush())"
        )
        end = self.run_code(code)
        self.assertEqual(
            end["stdout"],
            # llm's own log, the input, the outputs and the report for the bridge.
            "['logs.db', 'memfd', 'pipe', 'pipe', 'pipe']\nTrue ['llm', '-n']\n"
            "['SIG_DFL', 'SIG_DFL', 'SIG_DFL'] default_int_handler\n",
        )
        self.fork.stop(number, signal.SIGKILL)
        self.fork.wait(number, "ended")

    def test_grandchildren_do_not_hold_up_the_end(self) -> None:
        for escape in ("", "os.setsid()\n    "):
            code = (
                "import os, time\nreading, writing = os.pipe()\n"
                "if not (pid := os.fork()):\n"
                f"    {escape}print('grandchild', flush=True); os.write(writing, b'x'); time.sleep(99); os._exit(0)\n"
                "os.read(reading, 1)\nos.write(1, b'%d' % pid)\nos._exit(5)"
            )
            end = self.run_code(code)
            words = end["stdout"].split()
            self.assertEqual((end["code"], words[0]), (5, "grandchild"))
            if escape:
                os.kill(int(words[1]), signal.SIGKILL)
            else:
                self.wait_until_gone(int(words[1]))

    def test_a_child_without_standard_output_disturbs_nobody(self) -> None:
        end = self.run_code("import os\nos.close(1)\nos.close(2)")
        self.assertEqual((end["code"], end["stdout"]), (1, ""))
        self.assert_runs()

    def test_much_output_arrives_in_full(self) -> None:
        code = "import os\nfor _ in range(256): os.write(1, b'x' * 65536)\nos._exit(0)"
        number = self.start_code(code)
        self.assert_runs()
        _, before = self.fork.wait(number, "ended")
        texts = [event["text"] for event in before if event["event"] == "output"]
        self.assertLess(max(map(len, texts)), 2 << 20)
        self.assertEqual(sum(map(len, texts)), 256 * 65536)

    def test_too_much_output_ends_its_child(self) -> None:
        bridge = Bridge("fork", "max_answer=1000000", env=self.scene.env)
        end = self.run_code("import os\nwhile True: os.write(1, b'x' * 65536)", bridge)
        self.assertEqual((end["signal"], end["flooded"], end["error"]), (signal.SIGKILL, True, None))
        self.assertEqual(bridge.close(), 0)

    def test_memory_is_limited(self) -> None:
        end = self.run_code("x = bytearray(1 << 30)", max_memory=600 << 20)
        self.assertEqual((end["code"], end["error"]["class"]), (1, "builtins.MemoryError"))

    def test_a_limit_below_what_a_fork_is_born_with_counts(self) -> None:
        end = self.run_code("print('never')", max_memory=16 << 20)
        self.assertEqual((end["code"], end["stdout"]), (1, ""))
        self.assertIn("MemoryError", end["stderr"])

    def test_exit_handlers_and_threads_of_a_child_run_to_their_end(self) -> None:
        code = (
            "import atexit, threading, time\natexit.register(lambda: print('handler'))\n"
            "threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()"
        )
        self.assertTrue(self.run_code(code)["stdout"].endswith("thread\nhandler\n"))

    def test_a_child_that_can_not_start_says_why(self) -> None:
        end = self.fork.run(arguments=["-n"], directory="/no/such/folder")
        self.assertIn("No such file or directory", end["not_started"])
        self.assertNotIn("code", end)

    def test_errors_are_told_with_what_the_provider_said(self) -> None:
        for bridge, fields in (
            (self.fork, {"arguments": ["-n", "-m", "patient"], "input": "x"}),
            (self.shared, {"model": "patient", "prompt": "x"}),
        ):
            error = bridge.run(**fields)["error"]
            self.assertEqual(error.pop("message")[:32], "Error code: 429 - Rate limit rea")
            self.assertEqual(error, {
                "class": "openai.RateLimitError", "bases": ["APIStatusError", "APIError", "OpenAIError", "Exception"],
                "http_status": 429, "code": "rate_limit_exceeded", "type": "requests", "retry_after": 1.5,
            })

    def test_the_library_does_not_try_again(self) -> None:
        before = self.scene.server.counts()["by_model"].get("503", 0)
        self.fork.run(arguments=["-n", "-m", "503"], input="x")
        self.shared.run(model="503", prompt="x")
        self.assertEqual(self.scene.server.counts()["by_model"]["503"] - before, 2)

    def test_children_end_with_the_bridge(self) -> None:
        def killed(bridge: Bridge) -> None:
            bridge.process.kill()
            bridge.process.wait()

        for end, codes in ((killed, -9), (Bridge.close, 0), (lambda b: b.process.terminate(), 0)):
            bridge = Bridge("fork", env=self.scene.env)
            number = self.start_code("import signal, time\nsignal.signal(15, signal.SIG_IGN)\n"
                                     "print('here', flush=True); time.sleep(99)", bridge, watch=True)
            _, before = bridge.wait(number, "output")
            end(bridge)
            self.assertEqual(bridge.process.wait(WAIT), codes)
            self.wait_until_gone(before[0]["pid"])
            with contextlib.suppress(OSError):
                bridge.close()

    def test_the_log_is_only_migrated(self) -> None:
        with contextlib.closing(sqlite3.connect(self.scene.server.user_path / "logs.db")) as log:
            self.assertEqual(log.execute("select count(*) from responses").fetchone(), (0,))


class SharedTests(BridgeTestCase):
    """All requests are in one process, and each gets its own answer."""

    def test_many_at_once_get_their_own_answers(self) -> None:
        numbers = {self.shared.start(model="late", prompt=f"number {n}", stream=n % 2 == 0): n for n in range(100)}
        for number, n in numbers.items():
            end, before = self.shared.wait(number, "ended")
            self.assertEqual(end["stdout"], f"echo: number {n}\n")
            self.assertEqual([event["event"] for event in before], ["started"])
            self.assertEqual(end["usage"], {"input": 2, "output": 3, "details": {}})

    def test_all_wait_for_their_providers_at_once(self) -> None:
        numbers = [self.shared.start(model="hanging", prompt="all at once") for _ in range(100)]
        self.wait_until(lambda: self.scene.server.counts()["in_flight"] >= 100, "some wait for others")
        for number in numbers:
            self.shared.stop(number, signal.SIGTERM)
        for number in numbers:
            self.assertTrue(self.shared.wait(number, "ended")[0]["interrupted"])

    def test_what_is_watched_is_told_as_it_comes(self) -> None:
        number = self.shared.start(model="words", prompt="x", stream=True, watch=True)
        end, before = self.shared.wait(number, "ended")
        pieces = [event["text"] for event in before[1:] if event["channel"] == "stdout"]
        self.assertEqual("".join(pieces), " ".join(f"word{n}" for n in range(1, 13)) + "\n")
        self.assertEqual(before[-1]["text"], "Token usage: 1 input, 12 output\n")
        self.assertNotIn("stdout", end)
        number = self.shared.start(model="words at first", prompt="x", stream=True, watch=True)
        text = ""
        while not text.endswith("word3 "):
            text += self.shared.wait(number, "output")[0]["text"]
        self.shared.stop(number, signal.SIGTERM)
        self.assertTrue(self.shared.wait(number, "ended")[0]["interrupted"])

    def test_what_is_not_unicode_is_told_as_a_process_would_write_it(self) -> None:
        for stream in (True, False):
            end = self.shared.run(model="halves", prompt="x", stream=stream)
            text = base64.b64decode(end["stdout_base64"]).decode("utf-8", "surrogatepass")
            self.assertEqual(text.replace("\ud83d\ude00", "\U0001f600"), "a \U0001f600 \ud83d \ude00\n")
        end = self.shared.run(model="bad UTF-8", prompt="x", stream=True)
        self.assertEqual((end["code"], end["stdout"]), (0, "a\ufffdb\ufffd\n"))

    def test_what_is_no_answer_of_a_model_is_told(self) -> None:
        names = {"html": "HTML (text/html)", "page as JSON": "HTML (application/json)",
                 "page as events": "HTML (text/event-stream)", "other JSON": "JSON (application/json)",
                 "plain": "text (text/plain)"}
        for model, name in names.items():
            for stream in (True, False):
                with self.subTest(model, stream=stream):
                    end = self.shared.run(model=model, prompt="x", stream=stream)
                    self.assertEqual(end.get("foreign"), name)
                    further = [] if stream else ["--no-stream"]
                    end = self.fork.run(arguments=["-n", "-m", model, *further], input="x")
                    self.assertEqual(end.get("foreign"), name)
        for model in ("m", "empty", "null", "unmetered", "choiceless", "500", "blocking nothing"):
            end = self.shared.run(model=model, prompt="x", stream=True)
            self.assertNotIn("foreign", end, model)

    def test_an_answer_over_the_limit_is_cut_there(self) -> None:
        most = 1 << 20
        for mode in ("shared", "fork"):
            bridge = Bridge(mode, f"max_answer={most}", env=self.scene.env)
            for model, stream in (("endless", True), ("endless whole", False), ("endless event", True),
                                  ("endless reasoning", True), ("endless local", True)):
                fields: Json = {"arguments": ["-n", "-m", model], "input": "x"}
                if mode == "shared":
                    fields = {"model": model, "prompt": "x", "stream": stream}
                with self.subTest(model, mode=mode):
                    end, before = bridge.wait(bridge.start(**fields), "ended")
                    told = sum(len(event["text"]) for event in before if event["event"] == "output")
                    told += len(end.get("stdout", "")) + len(end.get("stderr", ""))
                    self.assertTrue(end["flooded"])
                    # One that ended it by itself was asked whether a whole piece still fits.
                    self.assertLessEqual(told, most)
                    self.assertGreater(told, most - 10_000)
            self.assertEqual(bridge.close(), 0)

    def test_a_stopped_request_is_cancelled(self) -> None:
        for stream in (True, False):
            with self.subTest(stream=stream):
                self.stop_a_request(f"stop me, {stream}", stream)

    def stop_a_request(self, prompt: str, stream: bool) -> None:
        server = self.scene.server
        number = self.shared.start(model="hanging", prompt=prompt, stream=stream)
        self.wait_until(lambda: prompt in server.counts()["by_prompt"], "no request came")
        self.shared.stop(number, signal.SIGTERM)
        end, _ = self.shared.wait(number, "ended")
        self.assertEqual((end["signal"], end["interrupted"], end["error"]), (15, True, None))
        sent = next(line["n"] for line in server.log() if line.get("prompt") == prompt)
        ended = {"end": sent, "outcome": "client_left"}.items()
        self.wait_until(lambda: any(ended <= line.items() for line in server.log()), "still connected")

    def test_a_request_stopped_at_once_tells_its_end(self) -> None:
        request = {"id": 9001, "do": "run", "directory": "/", "model": "hanging", "prompt": "x"}
        lines = [json.dumps(line) for line in (request, {"id": 9001, "do": "stop", "signal": 9})]
        self.shared.write(("\n".join(lines) + "\n").encode())
        self.assertEqual(self.shared.wait(9001, "ended")[0]["signal"], 9)

    def test_models_that_block_run_in_threads_and_are_left_behind_when_stopped(self) -> None:
        bridge = Bridge("shared", "threads=2", env=self.scene.env)
        gates = [str(self.scene.server.folder / f"gate{n}") for n in range(3)]
        numbers = [bridge.start(model="blocking", prompt=gate, watch=True) for gate in gates]
        for number in numbers[:2]:
            bridge.wait(number, "started")
        self.assertEqual(bridge.run(model="m", prompt="between")["stdout"], "echo: between\n")
        bridge.stop(numbers[2], signal.SIGTERM)
        end, before = bridge.wait(numbers[2], "ended")
        self.assertEqual((end["interrupted"], before), (True, []))
        bridge.stop(numbers[0], signal.SIGTERM)
        self.assertTrue(bridge.wait(numbers[0], "ended")[0]["interrupted"])
        Path(gates[0]).touch()
        Path(gates[1]).touch()
        end, before = bridge.wait(numbers[1], "ended")
        text = "".join(event["text"] for event in before)
        self.assertEqual(text, f"found {gates[1]}\nToken usage: 1 input, 2 output\n")
        self.assertEqual(bridge.close(), 0)

    def test_threads_left_behind_keep_nobody_out(self) -> None:
        bridge = Bridge("shared", "threads=1", env=self.scene.env)
        for _ in range(3):
            number = bridge.start(model="blocking", prompt=str(self.scene.server.folder / "never there"), watch=True)
            bridge.wait(number, "started")
            bridge.stop(number, signal.SIGTERM)
            self.assertTrue(bridge.wait(number, "ended")[0]["interrupted"])
        self.assertEqual(bridge.run(model="blocking", prompt="/")["stdout"], "found /\n")
        self.assertEqual(bridge.close(), 0)

    def test_an_answer_without_usage_is_asked_for_once_more_and_then_streamed(self) -> None:
        server = Server({"free": {"usage": False}})
        bridge = Bridge("shared", env=server.environment())
        ends = [bridge.run(model="free", prompt="x") for _ in range(2)]
        self.assertEqual([end["stdout"] for end in ends], ["echo: x\n"] * 2)
        self.assertEqual([line["stream"] for line in server.log() if "n" in line], [False, True, True])
        bridge.close()
        server.close()

    def test_the_reason_to_finish_is_told(self) -> None:
        for model, stream, reason in (
            ("long", True, "length"), ("long", False, "length"), ("m", True, "stop"), ("cut", True, None),
        ):
            with self.subTest(model, stream=stream):
                end = self.shared.run(model=model, prompt="x y z", stream=stream)
                self.assertEqual((end["code"], end.get("finish_reason")), (0, reason))

    def test_an_exit_ends_its_own_request_alone(self) -> None:
        end = self.shared.run(model="leaving", prompt="x", stream=True)
        self.assertEqual((end["code"], end["stdout"], end["error"]["class"]), (7, "goodbye", "builtins.SystemExit"))
        self.assertEqual(self.shared.run(model="m", prompt="after")["stdout"], "echo: after\n")

    def test_keys_are_looked_up_anew(self) -> None:
        server = Server({"m": {}})
        bridge = Bridge("shared", env=server.environment())
        bridge.run(model="m", prompt="1")
        (server.user_path / "keys.json").write_text('{"loopback": "another"}')
        bridge.run(model="m", prompt="2")
        keys = [line["authorization"] for line in server.log() if "n" in line]
        self.assertEqual(keys, ["Bearer sk-loopback-0123456789abcdef", "Bearer another"])
        self.assertEqual(bridge.diagnostics, b"")
        bridge.close()
        server.close()


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
            number = {"id": 7000} if isinstance(line, dict) else {}
            self.assertEqual(bridge.event(), {**number, "event": "bad_request", "message": message})

    def test_an_id_is_given_to_one_request_at_a_time(self) -> None:
        number = self.shared.start(model="hanging", prompt="x")
        self.shared.wait(number, "started")
        self.shared.write(json.dumps({"id": number, "do": "run", "directory": "/", "model": "m"}).encode() + b"\n")
        self.assertEqual(self.shared.wait(number, "bad_request")[0]["message"], "a request with this id is running")
        self.shared.stop(number, 9)
        self.shared.wait(number, "ended")


def load_bridge() -> Any:
    spec = importlib.util.spec_from_file_location("nllm_batch_bridge", SOURCE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class PartTests(unittest.TestCase):
    """Parts of bridge.py by themselves."""

    bridge = load_bridge()

    def test_what_a_provider_asks_to_wait(self) -> None:
        for headers, seconds in (
            ({}, None), ({"retry-after": "20"}, 20), ({"retry-after": "0.5"}, 0.5), ({"retry-after": "soon"}, None),
            ({"retry-after-ms": "634", "retry-after": "1"}, 0.634), ({"retry-after": "-1"}, None),
            ({"retry-after": "nan"}, None), ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ):
            with self.subTest(headers):
                self.assertEqual(self.bridge.retry_after(headers), seconds)
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 100))
        self.assertAlmostEqual(self.bridge.retry_after({"retry-after": date}), 100, delta=3)

    def test_reasons_to_finish_of_many_providers(self) -> None:
        for answer, reason in (
            ({"choices": [{"finish_reason": "stop"}]}, "stop"),
            ({"finish_reason": "content_filter"}, "content_filter"), ({"stop_reason": "max_tokens"}, "max_tokens"),
            ({"candidates": [{"finishReason": "MAX_TOKENS"}]}, "max_tokens"), ({"done_reason": "length"}, "length"),
            ({"object": "response", "status": "completed"}, "completed"),
            ({"object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
             "max_output_tokens"),
            ({"object": "chat.completion.chunk", "finish_reason": None, "usage": {}}, None),
        ):
            with self.subTest(answer):
                self.assertEqual(
                    self.bridge.finish_facts(Holder(response_json=answer)), {"finish_reason": reason}
                )

    def test_providers_that_give_no_reason_to_finish(self) -> None:
        for answer in (
            None, {}, {"choices": []}, {"status": "completed"}, {"choices": [{"finish_reason": None}]},
            {"object": "chat.completion.chunk", "finish_reason": None, "usage": {"total_tokens": 2}},
        ):
            with self.subTest(answer):
                self.assertEqual(self.bridge.finish_facts(Holder(response_json=answer)), {})

    def test_errors_that_were_wrapped_keep_their_status(self) -> None:
        inner = LibraryError("slow down")
        inner.response = Holder(status_code=429, headers={"retry-after": "3"})
        outer = RuntimeError("the plugin's words")
        outer.__cause__ = inner
        told = self.bridge.describe_error(outer)
        self.assertEqual(told["class"], "builtins.RuntimeError")
        self.assertEqual((told["message"], told["http_status"], told["retry_after"]), ("the plugin's words", 429, 3))

    def test_bytes_are_cut_between_characters(self) -> None:
        splitter = self.bridge.TextSplitter()
        fields = [splitter.fields(bytes([byte])) for byte in "ä€".encode()]
        self.assertEqual([piece for piece in fields if piece], [{"text": "ä"}, {"text": "€"}])
        self.assertEqual(splitter.fields(b"\xe2\x82"), {})
        self.assertEqual(splitter.fields(b"", last=True), {"base64": base64.b64encode(b"\xe2\x82").decode()})


class LibraryError(Exception):
    response: Any


@dataclass
class Holder:
    """An object with some attributes."""

    response_json: Any = None
    status_code: int | None = None
    headers: Json = field(default_factory=dict)


if __name__ == "__main__":
    unittest.main()
