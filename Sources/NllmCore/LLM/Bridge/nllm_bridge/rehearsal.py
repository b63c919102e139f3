"""A whole prompt with a canned answer, so that what is built lazily exists for all requests."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from nllm_bridge.protocol import Json


@contextlib.contextmanager
def answered_from_nowhere(openai: Any) -> Iterator[None]:
    """Gives OpenAI's client a canned answer; even if llm uses the client in a new way, nothing is sent."""
    base = vars(sys.modules["openai._base_client"])
    httpx = base.get("httpx2") or base["httpx"]
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    common = {"id": "x", "created": 1, "model": "m"}

    def chunk(choices: list[Json], **further: Any) -> str:
        value = {**common, "object": "chat.completion.chunk", "choices": choices, **further}
        return f"data: {json.dumps(value)}\n\n"

    def answer(request: Any) -> Any:
        if json.loads(request.content).get("stream"):
            events = chunk([{"index": 0, "delta": {"role": "assistant", "content": "a"}, "finish_reason": None}])
            events += chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]) + chunk([], usage=usage)
            events += "data: [DONE]\n\n"
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=events.encode())
        message = {"role": "assistant", "content": "a"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return httpx.Response(200, json={**common, "object": "chat.completion", "choices": [choice], "usage": usage})

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise OSError("no connections in a rehearsal")

    class Rehearsing(openai.OpenAI):  # type: ignore[misc]
        def __init__(self, **settings: Any) -> None:
            settings["http_client"] = httpx.Client(transport=httpx.MockTransport(answer))
            super().__init__(**settings)

    originals = openai.OpenAI, socket.create_connection
    openai.OpenAI, socket.create_connection = Rehearsing, refuse
    try:
        yield
    finally:
        openai.OpenAI, socket.create_connection = originals


@contextlib.contextmanager
def silenced_standard_streams() -> Iterator[None]:
    streams = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO("a"), io.StringIO(), io.StringIO()
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
