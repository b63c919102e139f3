"""What providers send: counted as it arrives, and examined."""

from __future__ import annotations

import codecs
import collections
import contextlib
import contextvars
import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from nllm_bridge.failure import FloodError

# A JSON text may take six times the bytes of its content, but large ones take less than twice. A longer body contains
# an answer over the limit, and is kept in memory until its end. So is a line of a stream, which contains only a piece
# of an answer: there the limit itself applies.
BODY_FACTOR = 2
# A stream sends each word in an object of some hundred bytes. Little of it is kept, so this only ends streams that
# never contain anything.
STREAM_FACTOR = 64
# What a child's own count allows beyond the limit, so that the parent, which cuts exactly, acts first.
SLACK = 1 << 20
# How much of a provider's answer is examined to recognize what it is.
HEAD = 4096


class Exchange:
    """The last body a provider sent with status 2xx: its beginning, and its declared type."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, content_type: str) -> None:
        self.type, self.head, self.has_events = content_type, b"", False
        # What a stream says of the provider's configuration, of which llm keeps nothing.
        self.fingerprint: Any = None

    def note(self, data: bytes) -> None:
        if len(self.head) < HEAD:
            self.head += data[: HEAD - len(self.head)]
        self.has_events = self.has_events or re.search(rb"(?:^|[\r\n])data:", data) is not None

    @property
    def text(self) -> bytes:
        return self.head.removeprefix(b"\xef\xbb\xbf").lstrip()

    @property
    def is_json(self) -> bool:
        return self.text.startswith((b"{", b"[", b'"'))

    @property
    def is_page(self) -> bool:
        """Whether it is HTML or other text for people, whatever its declared type."""
        is_text = self.type.startswith("text/") and "event-stream" not in self.type
        return self.text.startswith(b"<") or (bool(self.text) and is_text and not self.is_json and not self.has_events)

    @property
    def is_no_completion(self) -> bool:
        """Whether it is a short JSON text without the required parts of a completion of OpenAI's API."""
        if self.has_events or len(self.head) >= HEAD:
            return False
        try:
            answer = json.loads(self.text)
        except (ValueError, RecursionError):
            # It broke off.
            return False
        return not (isinstance(answer, dict) and ("choices" in answer or "output" in answer))

    @property
    def name(self) -> str:
        """A description for people, such as `HTML (text/html)`."""
        kind = "HTML" if self.text.startswith(b"<") else "JSON" if self.is_json else "text"
        said = "".join(letter for letter in self.type.partition(";")[0][:60] if " " < letter < "\x7f")
        return f"{kind} ({said})" if said else kind


# One per request in `shared`; a forked child has a single request, and this for all its threads.
EXCHANGE: contextvars.ContextVar[Exchange] = contextvars.ContextVar("exchange", default=Exchange())  # noqa: B039


class Body:
    """The body of a provider's answer as it arrives."""

    def __init__(self, response: Any, max_answer: int) -> None:
        self._type = str(response.headers.get("content-type", "")).lower()
        asked = getattr(response.request, "_content", b"")
        is_stream = any(word in self._type for word in ("event-stream", "ndjson", "jsonl", "amazon"))
        is_stream = is_stream or b'"stream":true' in asked or b'"stream": true' in asked
        self._most_in_line = (1 if is_stream else BODY_FACTOR) * max_answer + SLACK
        self._most = STREAM_FACTOR * max_answer if is_stream else self._most_in_line
        self._total = self._in_line = 0
        # The beginning of what the libraries buffer, in the same pieces: of the line, or of a body that is not
        # streamed.
        self._pieces: collections.deque[bytes] = collections.deque()
        self._most_in_pieces = max_answer + HEAD
        self._is_stream = is_stream
        charset = self._type.partition("charset=")[2].strip("\"' ;").replace("-", "")
        is_text = "json" in self._type or self._type.startswith("text/")
        is_utf8 = is_text and charset in ("", "utf8")
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace") if is_utf8 else None
        self._exchange = EXCHANGE.get() if 200 <= response.status_code < 300 else None
        if self._exchange:
            self._exchange.begin(self._type)

    def take(self, data: bytes) -> bytes:
        """The next piece, with U+FFFD for invalid UTF-8 where text is required.

        Raises FloodError if what would be kept in memory is more than an answer may have.
        """
        if self._decoder and (not data.isascii() or self._decoder.getstate()[0]):
            data = self._decoder.decode(data).encode()
        self._total += len(data)
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) if self._is_stream else -1
        if end >= 0:
            self._pieces.clear()
        self._in_line = len(data) - end - 1 if end >= 0 else self._in_line + len(data)
        if self._in_line - len(data) < self._most_in_pieces:
            self._pieces.append(data if end < 0 else data[end + 1 :])
        if self._total > self._most or self._in_line > self._most_in_line:
            raise FloodError(texts_begun(self._pieces))
        if self._exchange:
            self._exchange.note(data)
        return data

    def end(self) -> bytes:
        return self._decoder.decode(b"", True).encode() if self._decoder else b""

    @staticmethod
    def watched(response: Any, max_answer: int) -> Body | None:
        """None for bodies that are already read, and for files that are fetched, such as attachments."""
        if hasattr(response, "_content") or getattr(response, "_request", None) is None:
            return None
        return Body(response, max_answer) if response.request.method == "POST" else None


def texts_begun(pieces: collections.deque[bytes]) -> Iterator[str]:
    """The text of an answer in the beginning of a JSON text, as far as it goes; the part that was read is dropped."""
    rest, is_inside = b"", False
    while pieces:
        rest += pieces.popleft()
        if not is_inside:
            found = re.search(rb'"(?:content|text)"\s*:\s*"', rest)
            rest, is_inside = (rest[found.end() :], True) if found else (rest[-HEAD:], False)
        if not is_inside:
            continue
        # Up to a quote that ends it, or to half an escape.
        match = re.match(rb'[^"\\]*(?:\\.[^"\\]*)*', rest, re.DOTALL)
        end = match.end() if match else 0
        for cut in range(end, max(0, end - 12), -1):
            # The last escape or character may be incomplete.
            with contextlib.suppress(ValueError):
                yield scanstring(rest[:cut].decode() + '"', 0, False)[0]
                if rest[end : end + 1] == b'"':
                    return
                rest = rest[cut:]
                break


def watching_body(original: Callable[..., Iterator[bytes]], max_answer: int) -> Callable[..., Iterator[bytes]]:
    def iter_bytes(self: Any, chunk_size: int | None = None) -> Iterator[bytes]:
        body = Body.watched(self, max_answer)
        if body is None:
            yield from original(self, chunk_size)
            return
        for data in original(self, chunk_size):
            if taken := body.take(data):
                yield taken
        if rest := body.end():
            yield rest

    return iter_bytes


def watching_body_async(
    original: Callable[..., AsyncGenerator[bytes, None]], max_answer: int
) -> Callable[..., AsyncGenerator[bytes, None]]:
    async def aiter_bytes(self: Any, chunk_size: int | None = None) -> AsyncGenerator[bytes, None]:
        body = Body.watched(self, max_answer)
        async with contextlib.aclosing(original(self, chunk_size)) as pieces:
            async for data in pieces:
                if taken := body.take(data) if body else data:
                    yield taken
        if rest := body.end() if body else b"":
            yield rest

    return aiter_bytes
