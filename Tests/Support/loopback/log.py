"""The log of the chat requests."""

import json
import os
import time
from collections import Counter
from typing import Any

from loopback.chat import Chat


class RequestLog:
    """Counts the chat requests, and writes a line when one arrives and one when it ends."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.requests = 0
        self._in_flight = 0
        self._max_in_flight = 0
        self._by_prompt: Counter[str] = Counter()
        self._by_model: Counter[str] = Counter()

    def begin(self, chat: Chat) -> None:
        self.requests += 1
        self._in_flight += 1
        self._max_in_flight = max(self._max_in_flight, self._in_flight)
        self._by_prompt[chat.prompt] += 1
        self._by_model[chat.model] += 1
        names = ("model", "prompt", "system", "stream", "params", "authorization", "parts", "attachments", "messages")
        self._write({"n": chat.n, "t": time.time(), **{name: getattr(chat, name) for name in names}})

    def end(self, chat: Chat, status: int | None, outcome: str) -> None:
        self._in_flight -= 1
        self._write({"end": chat.n, "t": time.time(), "status": status, "outcome": outcome})

    def summary(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "in_flight": self._in_flight,
            "max_in_flight": self._max_in_flight,
            "by_prompt": self._by_prompt,
            "by_model": self._by_model,
        }

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")
