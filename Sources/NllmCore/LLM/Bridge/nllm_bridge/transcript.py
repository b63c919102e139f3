"""What llm would print for a request in the mode `shared`."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from typing import Any

from nllm_bridge.failure import FloodError
from nllm_bridge.fork_server import KEPT_FOR_END
from nllm_bridge.imported_llm import usage_step
from nllm_bridge.protocol import READ_SIZE, Json, Question, bytes_of, text_or_base64


class Transcript:
    """What llm would print for one request: sent soon if somebody watches, else kept for the end unless it is large.

    Pieces that arrive together are sent as one, because thousands of events for as many words would cost the parent
    more memory than the words.
    """

    def __init__(
        self, question: Question, send: Callable[[Json], None], soon: Callable[[Callable[[], None]], Any], most: int
    ) -> None:
        self._question = question
        self._send = send
        self._soon = soon
        # Bytes that may still be written.
        self._room = most
        # What has not been sent yet: the channel and its text, in the order of writing.
        self._pieces: list[tuple[str, list[str]]] = []
        self._kept = 0
        self._tells = question.watch
        # Bytes of standard output, and how many there were at the end of each turn but the last that was begun.
        self._answered = 0
        self._turn_ends: list[int] = []
        # The tokens of each answer.
        self._usage: list[Json] = []
        self._was_reasoning = False
        self._started = self._closed = False
        self.is_empty = True
        self.response: Any = None

    def start(self) -> None:
        """Reports that the request can be made now; a thread may do so late, or a second time."""
        if not self._started and not self._closed:
            self._started = True
            self._send({"id": self._question.id, "event": "started"})

    def begin_turn(self) -> None:
        """Begins another answer, behind the one before."""
        self._turn_ends.append(self._answered)
        self.is_empty = True

    def write(self, name: str, text: str) -> None:
        """Adds output; raises FloodError if that is too much, and keeps what there is room for."""
        size = len(text) if text.isascii() else len(bytes_of(text))
        self._answered += size if name == "stdout" else 0
        is_too_much = size > self._room
        if is_too_much:
            # Whole characters only.
            text = codecs.getincrementaldecoder("utf-8")("surrogatepass").decode(bytes_of(text)[: self._room])
        if text:
            self._add(name, text)
        self._count(size)

    def _count(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise FloodError

    def _add(self, name: str, text: str) -> None:
        self.is_empty = False
        if self._tells and not self._pieces:
            self._soon(self._tell)
        if self._pieces and self._pieces[-1][0] == name:
            self._pieces[-1][1].append(text)
        else:
            self._pieces.append((name, [text]))
        self._kept += len(text)
        if self._kept > KEPT_FOR_END:
            # From now on output is sent as it arrives.
            self._tells = True
            self._tell()

    def _tell(self) -> None:
        for name, texts in self._pieces:
            text = "".join(texts)
            for start in range(0, len(text), READ_SIZE):
                fields = text_or_base64("text", bytes_of(text[start : start + READ_SIZE]), "")
                self._send({"id": self._question.id, "event": "output", "channel": name, **fields})
        self._pieces.clear()
        self._kept = 0

    def take(self, event: Any, streams: bool) -> None:
        """Prints a response's event; for a model that cannot stream, llm prints only text, unchanged."""
        if event.type != "text" and (event.type != "reasoning" or not streams):
            # Not shown, but kept as well.
            self._count(len(event.chunk or ""))
        elif not streams:
            self.write("stdout", event.chunk)
        elif event.type == "text":
            if self._was_reasoning:
                self.write("stderr", "\n")
                self._was_reasoning = False
            self.write("stdout", without_styles(event.chunk))
        else:
            self._was_reasoning = True
            self.write("stderr", without_styles(event.chunk))

    def finish(self, response: Any) -> None:
        self.write("stdout", "\n")
        self._usage.append(usage_step(response))
        self.write("stderr", f"Token usage: {response.token_usage()}\n")

    def close(self) -> Json:
        """The output that has not been sent yet, the tokens of all answers, and where the turns end."""
        self._closed = True
        fields: Json = {"usage": self._usage} if self._usage else {}
        if self._turn_ends:
            fields["turns"] = self._turn_ends
        if self._tells:
            self._tell()
            return fields
        for channel in ("stdout", "stderr"):
            text = "".join(text for name, texts in self._pieces if name == channel for text in texts)
            fields.update(text_or_base64(channel, bytes_of(text)))
        self._pieces.clear()
        return fields


def without_styles(text: str) -> str:
    """The text as click prints it if the output is not a terminal."""
    return sys.modules["click"].unstyle(text) if "\x1b" in text else text
