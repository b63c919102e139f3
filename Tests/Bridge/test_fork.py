"""Tests of the mode `fork`."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from client import WAIT, Bridge
from scene import BridgeTestCase


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
        text = {
            name: "".join(event["text"] for event in before[1:] if event["channel"] == name)
            for name in ("stdout", "stderr")
        }
        self.assertEqual(len(text["stdout"].split()), 12)
        self.assertEqual(text["stderr"], "Token usage: 1 input, 12 output\n")
        self.assertNotIn("stdout", end)
        self.assertNotIn("stderr", end)
        self.assertEqual(end["finish_reason"], "stop")
        self.assertEqual(end["usage"], [{"input": 1, "output": 12, "details": {}}])

    def test_the_model_that_was_served_is_told(self) -> None:
        for further in ([], ["--no-stream"]):
            with self.subTest(further):
                arguments = ["-n", *further, "-m"]
                told = [self.fork.run(arguments=[*arguments, model], input="x") for model in ("renamed", "m")]
                self.assertEqual(
                    [end["served"] for end in told], [{"model": "m-2", "fingerprint": "fp_1"}, {"model": "m"}]
                )
                self.assertNotIn("served", self.fork.run(arguments=[*arguments, "odd facts"], input="x"))
        self.assertNotIn("served", self.fork.run(arguments=["-n", "-m", "400"], input="x"))

    def test_the_tokens_of_a_child_that_is_killed_at_its_exit_are_told(self) -> None:
        code = "import atexit, time\natexit.register(lambda: (print('done', flush=True), time.sleep(99)))"
        arguments = ["-n", "-u", "--functions", code, "-m", "echo"]
        number = self.fork.start(arguments=arguments, input="x", watch=True)
        while "done" not in self.fork.wait(number, "output")[0].get("text", ""):
            pass
        self.fork.stop(number, signal.SIGKILL)
        end, _ = self.fork.wait(number, "ended")
        self.assertEqual((end["signal"], end["usage"][0]["output"]), (signal.SIGKILL, 12))

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
        # SIGHUP stays as it was where these tests were started; `nohup` ignores it.
        hangup = signal.getsignal(signal.SIGHUP)
        self.assertIsInstance(hangup, signal.Handlers)
        self.assertEqual(
            end["stdout"],
            # llm's own log, the input, the outputs and the report for the bridge.
            "['logs.db', 'memfd', 'memfd', 'pipe', 'pipe']\nTrue ['llm', '-n']\n"
            f"['SIG_DFL', 'SIG_DFL', '{signal.Handlers(hangup).name}'] default_int_handler\n",
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
            self.assertEqual(
                error,
                {
                    "class": "openai.RateLimitError",
                    "bases": ["APIStatusError", "APIError", "OpenAIError", "Exception"],
                    "http_status": 429,
                    "code": "rate_limit_exceeded",
                    "type": "requests",
                    "retry_after": 1.5,
                },
            )

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
            number = self.start_code(
                "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('here', flush=True); time.sleep(99)",
                bridge,
                watch=True,
            )
            _, before = bridge.wait(number, "output")
            end(bridge)
            self.assertEqual(bridge.process.wait(WAIT), codes)
            self.wait_until_gone(before[0]["pid"])
            with contextlib.suppress(OSError):
                bridge.close()

    def test_the_log_is_only_migrated(self) -> None:
        with contextlib.closing(sqlite3.connect(self.scene.server.user_path / "logs.db")) as log:
            self.assertEqual(log.execute("select count(*) from responses").fetchone(), (0,))
