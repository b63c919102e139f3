"""Tests of conversations, in both modes."""

from __future__ import annotations

import base64
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from client import Json
from scene import PNG, BridgeTestCase


def said(role: str, *parts: str | Json) -> Json:
    return {"role": role, "parts": [{"text": part} if isinstance(part, str) else part for part in parts]}


IMAGE = {"type": "image/png", "base64": base64.b64encode(PNG).decode()}
CONVERSATION_ERROR = "nllm_bridge.conversation.ConversationError"
DATA_URL = f"data:image/png;base64,{IMAGE['base64']}"


class ConversationTests(BridgeTestCase):
    """What is sent is what was said, in its order, in both modes."""

    def ask(self, mode: str, model: str, watch: bool = False, **fields: object) -> Json:
        """Runs a request; the words of `arguments` are those of the command line."""
        system, attachments = fields.pop("system", None), fields.pop("attachments", [])
        options = fields.pop("options", {})
        if mode == "shared":
            fields.update(model=model, system=system, attachments=attachments, options=options)
        else:
            arguments = ["-n", "-u", "-m", model, *(["-s", system] if system else [])]
            arguments += [word for name, value in options.items() for word in ("-o", name, value)]
            arguments += [word for path in attachments for word in ("-a", path)]
            fields.update(arguments=arguments, input="")
        bridge = {"fork": self.fork, "shared": self.shared}[mode]
        end, before = bridge.wait(bridge.start(directory=str(self.scene.work), watch=watch, **fields), "ended")
        for name in ("stdout", "stderr"):
            told = "".join(event["text"] for event in before if event.get("channel") == name)
            end[name] = told + end.get(name, "")
        return end

    def asked(self) -> list[Json]:
        return [line for line in self.scene.server.log() if "messages" in line]

    def test_messages_arrive_as_they_were_said(self) -> None:
        messages = [
            said("user", "\ufeffOne\r\ntwo\rthree \U0001f600"),
            said("assistant", "--four\n\n"),
            said("user", "And ", "five?"),
        ]
        wanted = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "\ufeffOne\r\ntwo\rthree \U0001f600"},
            {"role": "assistant", "content": "--four\n\n"},
            {"role": "user", "content": "And five?"},
        ]
        for mode in ("fork", "shared"):
            with self.subTest(mode):
                options = {"temperature": "0.5"}
                end = self.ask(mode, "m", messages=messages, system="Be brief.", options=options)
                self.assertEqual((end["code"], end["stdout"]), (0, "echo: And five?\n"), end)
                self.assertNotIn("turns", end)
                last = self.asked()[-1]
                self.assertEqual((last["messages"], last["params"]["temperature"]), (wanted, 0.5))

    def test_their_own_system_prompt_is_the_only_one(self) -> None:
        messages = [said("user", "a"), said("system", "Shout."), said("assistant", "b"), said("user", "c")]
        for mode in ("fork", "shared"):
            self.assertEqual(self.ask(mode, "m", messages=messages, system="Whisper.")["code"], 0)
            roles = [message["role"] for message in self.asked()[-1]["messages"]]
            self.assertEqual(roles, ["user", "system", "assistant", "user"])

    def test_images_arrive_unchanged_and_files_in_the_last_message(self) -> None:
        messages = [said("user", "Look", IMAGE), said("assistant", "I see"), said("user", "And this?")]
        image = {"type": "image_url", "image_url": {"url": DATA_URL}}
        for mode in ("fork", "shared"):
            with self.subTest(mode):
                end = self.ask(mode, "seeing", messages=messages, attachments=["dot.png"])
                self.assertEqual(end["code"], 0, end)
                first, _, last = self.asked()[-1]["messages"]
                self.assertEqual(first["content"], [{"type": "text", "text": "Look"}, image])
                self.assertEqual(last["content"], [{"type": "text", "text": "And this?"}, image])

    def test_what_a_model_does_not_take_is_refused_before_it_is_sent(self) -> None:
        before = len(self.asked())
        for mode in ("fork", "shared"):
            end = self.ask(mode, "m", messages=[said("user", "x", IMAGE)])
            self.assertEqual((end["code"], end["stderr"]), (1, "Error: This model does not support attachments\n"))
            end = self.ask(mode, "echo", messages=[said("user", "a"), said("assistant", "b"), said("user", "c")])
            self.assertEqual(end["code"], 1)
            self.assertEqual(end["error"]["class"], CONVERSATION_ERROR)
            self.assertIn("model echo can't be given messages", end["stderr"])
        self.assertEqual(len(self.asked()), before)

    def test_a_link_that_leads_nowhere_is_not_the_models_fault(self) -> None:
        link = f"http://127.0.0.1:{self.scene.server.port}/nothing.png"
        for mode in ("fork", "shared"):
            error = self.ask(mode, "seeing", messages=[said("user", "x", {"url": link})])["error"]
            self.assertEqual((error["class"], error["http_status"]), (CONVERSATION_ERROR, None))
            self.assertIn(link, error["message"])

    def test_turns_are_asked_one_after_the_other(self) -> None:
        for mode in ("fork", "shared"):
            for watch in (False, True):
                with self.subTest(mode, watch=watch):
                    before = len(self.asked())
                    end = self.ask(mode, "m", watch, turns=["é one", "two", "three\r\n"], system="Be brief.")
                    self.assertEqual(end["code"], 0, end)
                    self.assertEqual(end["stdout"], "echo: é one\necho: two\necho: three\r\n\n")
                    self.assertEqual(end["turns"], [13, 23])
                    self.assertEqual(len(end["usage"]), 3)
                    sent = [line["messages"] for line in self.asked()[before:]]
                    self.assertEqual([len(messages) for messages in sent], [2, 4, 6])
                    self.assertEqual(sent[0], [{"role": "system", "content": "Be brief."}, sent[2][1]])
                    said = [(message["role"], message["content"]) for message in sent[2][1:]]
                    self.assertEqual(
                        said,
                        [
                            ("user", "é one"),
                            ("assistant", "echo: é one"),
                            ("user", "two"),
                            ("assistant", "echo: two"),
                            ("user", "three\r\n"),
                        ],
                    )

    def test_attachments_go_out_with_the_first_turn(self) -> None:
        for mode in ("fork", "shared"):
            before = len(self.asked())
            self.assertEqual(self.ask(mode, "seeing", turns=["a", "b"], attachments=["dot.png"])["code"], 0)
            parts = [[type(m["content"]) for m in line["messages"]] for line in self.asked()[before:]]
            self.assertEqual(parts, [[list], [list, str, str]])

    def test_a_plugin_that_knows_no_messages_has_turns(self) -> None:
        for mode in ("fork", "shared"):
            end = self.ask(mode, "echo", turns=["a", "b"])
            self.assertEqual(end["code"], 0, end)
            self.assertIn('"prompt": "a"', end["stdout"][end["turns"][0] :])

    def test_a_turn_that_fails_is_the_last_and_the_answers_before_it_are_told(self) -> None:
        for mode in ("fork", "shared"):
            with self.subTest(mode):
                end = self.ask(mode, "second turn", turns=["fine", f"fails {mode}", "never"])
                self.assertEqual((end["code"], end["stdout"], end["turns"]), (1, "echo: fine\n", [11]), end)
                self.assertEqual((len(end["usage"]), end["error"]["http_status"]), (1, 400))

    def test_a_child_that_is_killed_has_told_where_its_turns_end(self) -> None:
        arguments = ["-n", "-m", "second hangs"]
        number = self.fork.start(arguments=arguments, turns=["first", "hang"], watch=True)
        self.wait_until(lambda: "hang" in self.scene.server.counts()["by_prompt"], "no second turn")
        self.fork.stop(number, signal.SIGKILL)
        end, _ = self.fork.wait(number, "ended")
        self.assertEqual((end["signal"], end["turns"]), (signal.SIGKILL, [12]))

    def test_what_is_no_message_is_refused(self) -> None:
        for messages in ([{"role": "tool", "parts": []}], [{"role": "user"}], ["x"], [said("user", {"file": "x"})]):
            number = self.shared.start(model="m", messages=messages)
            event, _ = self.shared.wait(number, "bad_request")
            self.assertEqual(event["message"], "`messages` must be a list of messages")
