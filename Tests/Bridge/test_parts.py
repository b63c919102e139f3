"""Tests of parts of the package by themselves."""

from __future__ import annotations

import base64
import sys
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from client import PACKAGE, Json

sys.path.insert(0, str(PACKAGE.parent))

from nllm_bridge.body import Exchange
from nllm_bridge.failure import LONGEST_MESSAGE, describe_error, finish_facts, retry_after
from nllm_bridge.fork_server import TextSplitter
from nllm_bridge.imported_llm import served_facts


class PartTests(unittest.TestCase):
    """Parts of the bridge by themselves."""

    def test_what_a_provider_asks_to_wait(self) -> None:
        for headers, seconds in (
            ({}, None),
            ({"retry-after": "20"}, 20),
            ({"retry-after": "0.5"}, 0.5),
            ({"retry-after": "soon"}, None),
            ({"retry-after-ms": "634", "retry-after": "1"}, 0.634),
            ({"retry-after": "-1"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ):
            with self.subTest(headers):
                self.assertEqual(retry_after(headers), seconds)
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 100))
        self.assertAlmostEqual(retry_after({"retry-after": date}), 100, delta=3)

    def test_reasons_to_finish_of_many_providers(self) -> None:
        for answer, reason in (
            ({"choices": [{"finish_reason": "stop"}]}, "stop"),
            ({"finish_reason": "content_filter"}, "content_filter"),
            ({"stop_reason": "max_tokens"}, "max_tokens"),
            ({"candidates": [{"finishReason": "MAX_TOKENS"}]}, "max_tokens"),
            ({"done_reason": "length"}, "length"),
            ({"object": "response", "status": "completed"}, "completed"),
            (
                {"object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
                "max_output_tokens",
            ),
            ({"object": "chat.completion.chunk", "finish_reason": None, "usage": {}}, None),
        ):
            with self.subTest(answer):
                self.assertEqual(finish_facts(Holder(response_json=answer)), {"finish_reason": reason})

    def test_providers_that_give_no_reason_to_finish(self) -> None:
        for answer in (
            None,
            {},
            {"choices": []},
            {"status": "completed"},
            {"choices": [{"finish_reason": None}]},
            {"object": "chat.completion.chunk", "finish_reason": None, "usage": {"total_tokens": 2}},
        ):
            with self.subTest(answer):
                self.assertEqual(finish_facts(Holder(response_json=answer)), {})

    def test_the_served_model_of_many_providers(self) -> None:
        for answer, served in (
            ({"model": "m-1", "system_fingerprint": "fp"}, {"model": "m-1", "fingerprint": "fp"}),
            ({"modelVersion": "gemini-2.5-flash"}, {"model": "gemini-2.5-flash"}),
            ({"model": "m" * 10_000}, {"model": "m" * LONGEST_MESSAGE}),
            ({"model": 7, "system_fingerprint": ["fp"]}, None),
            ({"model": "", "system_fingerprint": None}, None),
            ({"model": {"name": "m"}}, None),
            ([], None),
            (None, None),
        ):
            with self.subTest(answer):
                facts = served_facts(Exchange(), Holder(response_json=answer))
                self.assertEqual(facts, {"served": served} if served else {})

    def test_the_fingerprint_of_a_stream_is_that_of_its_exchange(self) -> None:
        exchange = Exchange()
        exchange.fingerprint = "fp"
        facts = served_facts(exchange, Holder(response_json={"model": "m"}))
        self.assertEqual(facts, {"served": {"model": "m", "fingerprint": "fp"}})
        exchange.begin("")
        self.assertEqual(served_facts(exchange, Holder(response_json=None)), {})

    def test_errors_that_were_wrapped_keep_their_status(self) -> None:
        inner = LibraryError("slow down")
        inner.response = Holder(status_code=429, headers={"retry-after": "3"})
        outer = RuntimeError("the plugin's words")
        outer.__cause__ = inner
        told = describe_error(outer)
        self.assertEqual(told["class"], "builtins.RuntimeError")
        self.assertEqual((told["message"], told["http_status"], told["retry_after"]), ("the plugin's words", 429, 3))

    def test_bytes_are_cut_between_characters(self) -> None:
        splitter = TextSplitter()
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
