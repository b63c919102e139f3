"""Tests of conversations with models whose plugins speak to Anthropic and to Gemini."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from anthropic_server import AnthropicServer
from client import ROOT, Bridge, Json
from scene import PNG, install_plugin, scene

PLUGINS = ROOT / ".venv/providers"
CLAUDE, GEMINI = "claude-sonnet-4.5", "gemini-2.5-flash"
DATA = base64.b64encode(PNG).decode()


@unittest.skipUnless(PLUGINS.is_dir(), "`scripts/setup --tests` installs the plugins")
class ProviderTests(unittest.TestCase):
    """What each provider is sent is the conversation, in its own form."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        install_plugin(Path(folder.name), "provider_plugin.py", "nllm_test_providers")
        cls.capture = Path(folder.name, "capture.jsonl")
        anthropic = AnthropicServer(cls.capture)
        cls.addClassCleanup(anthropic.close)
        env = scene().server.environment(
            PYTHONPATH=f"{folder.name}:{PLUGINS}",
            NLLM_TEST_CAPTURE=str(cls.capture),
            ANTHROPIC_API_KEY="none",
            ANTHROPIC_BASE_URL=anthropic.url,
            LLM_GEMINI_KEY="none",
        )
        cls.bridges = {mode: Bridge(mode, env=env) for mode in ("fork", "shared")}
        for bridge in cls.bridges.values():
            cls.addClassCleanup(bridge.close)

    def ask(self, mode: str, model: str, **fields: object) -> tuple[Json, list[Json]]:
        self.capture.unlink(missing_ok=True)
        system = fields.pop("system", None)
        if mode == "shared":
            fields.update(model=model, system=system)
        else:
            fields.update(arguments=["-n", "-u", "-m", model, *(["-s", system] if system else [])], input="")
        end = self.bridges[mode].run(**fields)
        text = self.capture.read_text() if self.capture.exists() else ""
        return end, [json.loads(line)["body"] for line in text.splitlines()]

    def messages(self) -> list[Json]:
        image = {"type": "image/png", "base64": DATA}
        return [
            {"role": "user", "parts": [image, {"text": "Look\r\n"}]},
            {"role": "assistant", "parts": [{"text": "A dot."}]},
            {"role": "user", "parts": [{"text": "Which color?"}]},
        ]

    def test_claude_is_sent_the_conversation(self) -> None:
        source = {"type": "base64", "media_type": "image/png", "data": DATA}
        for mode in ("fork", "shared"):
            with self.subTest(mode):
                end, (body,) = self.ask(mode, CLAUDE, messages=self.messages(), system="Be brief.")
                self.assertEqual((end["code"], end["stdout"]), (0, "answer to 3\n"), end)
                self.assertEqual((body["system"], end["usage"][0]["output"]), ("Be brief.", 2))
                self.assertEqual([message["role"] for message in body["messages"]], ["user", "assistant", "user"])
                first, second, third = (message["content"] for message in body["messages"])
                self.assertEqual(first, [{"type": "image", "source": source}, {"type": "text", "text": "Look\r\n"}])
                self.assertIn("A dot.", json.dumps(second))
                self.assertIn("Which color?", json.dumps(third))

    def test_gemini_is_sent_the_conversation(self) -> None:
        image = {"inlineData": {"data": DATA, "mimeType": "image/png"}}
        for mode in ("fork", "shared"):
            with self.subTest(mode):
                end, (body,) = self.ask(mode, GEMINI, messages=self.messages(), system="Be brief.")
                self.assertEqual((end["code"], end["stdout"]), (0, "answer to 3\n"), end)
                self.assertEqual(body["systemInstruction"], {"parts": [{"text": "Be brief."}]})
                said = [
                    {"role": "user", "parts": [image, {"text": "Look\r\n"}]},
                    {"role": "model", "parts": [{"text": "A dot."}]},
                    {"role": "user", "parts": [{"text": "Which color?"}]},
                ]
                self.assertEqual(body["contents"], said)

    def test_a_system_prompt_that_would_be_lost_is_refused(self) -> None:
        messages = [*self.messages(), {"role": "system", "parts": [{"text": "Shout."}]}, self.messages()[-1]]
        for mode in ("fork", "shared"):
            end, bodies = self.ask(mode, GEMINI, messages=messages)
            self.assertEqual((end["code"], bodies), (1, []))
            self.assertIn("takes one system prompt, before all other messages", end["stderr"])

    def test_turns_follow_the_answers(self) -> None:
        for model in (CLAUDE, GEMINI):
            for mode in ("fork", "shared"):
                with self.subTest(model, mode=mode):
                    end, bodies = self.ask(mode, model, turns=["one", "two"])
                    self.assertEqual((end["code"], end["stdout"]), (0, "answer to 1\nanswer to 3\n"), end)
                    said = bodies[1].get("messages") or bodies[1]["contents"]
                    for message, text in zip(said, ("one", "answer to 1", "two"), strict=True):
                        self.assertIn(f'"{text}"', json.dumps(message))
