"""Tests of the mode `shared`."""

from __future__ import annotations

import base64
import json
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from client import Bridge, Json, Server
from scene import BridgeTestCase


class SharedTests(BridgeTestCase):
    """All requests are in one process, and each gets its own answer."""

    def test_many_at_once_get_their_own_answers(self) -> None:
        numbers = {self.shared.start(model="late", prompt=f"number {n}", stream=n % 2 == 0): n for n in range(100)}
        for number, n in numbers.items():
            end, before = self.shared.wait(number, "ended")
            self.assertEqual(end["stdout"], f"echo: number {n}\n")
            self.assertEqual([event["event"] for event in before], ["started"])
            self.assertEqual(end["usage"], [{"input": 2, "output": 3, "details": {}}])

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
        said = [event["text"] for event in before[1:] if event["channel"] == "stderr"]
        self.assertEqual("".join(said), "Token usage: 1 input, 12 output\n")
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
        names = {
            "html": "HTML (text/html)",
            "page as JSON": "HTML (application/json)",
            "page as events": "HTML (text/event-stream)",
            "other JSON": "JSON (application/json)",
            "plain": "text (text/plain)",
        }
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
            for model, stream in (
                ("endless", True),
                ("endless whole", False),
                ("endless event", True),
                ("endless reasoning", True),
                ("endless local", True),
            ):
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
            ("long", True, "length"),
            ("long", False, "length"),
            ("m", True, "stop"),
            ("cut", True, None),
        ):
            with self.subTest(model, stream=stream):
                end = self.shared.run(model=model, prompt="x y z", stream=stream)
                self.assertEqual((end["code"], end.get("finish_reason")), (0, reason))

    def test_the_model_that_was_served_is_told(self) -> None:
        for stream in (True, False):
            with self.subTest(stream=stream):
                told = [self.shared.run(model=model, prompt="x", stream=stream) for model in ("renamed", "m")]
                self.assertEqual(
                    [end["served"] for end in told], [{"model": "m-2", "fingerprint": "fp_1"}, {"model": "m"}]
                )
                self.assertNotIn("served", self.shared.run(model="odd facts", prompt="x", stream=stream))
        # Nothing is known of an answer that never came.
        self.assertNotIn("served", self.shared.run(model="400", prompt="x"))

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
