"""Streamed answers, of which little is kept: llm itself keeps each piece as several objects."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

from nllm_bridge.body import EXCHANGE
from nllm_bridge.failure import FloodError

# The number of new pieces of an answer after which those that llm has kept are joined.
MOST_PIECES = 512


class Joiner:
    """Joins texts; the same ones again, such as those of llm and PassingChunk, into one text for both."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._whole = ""

    def join(self, texts: list[str]) -> str:
        is_known = len(texts) == len(self._texts) and all(map(operator.is_, texts, self._texts))
        if not is_known:
            self._texts, self._whole = texts, "".join(texts)
        return self._whole


JOINER = Joiner()


def joining_pieces(original: Callable[[Any, Any], Any], most: int) -> Callable[[Any, Any], Any]:
    """llm's `_process_chunk`, which records a piece of an answer twice, with the older pieces joined.

    Raises FloodError if a response has more characters than `most`, shown or not.
    """

    def _process_chunk(self: Any, chunk: Any) -> Any:
        kept = vars(self).setdefault("_nllm_batch_kept", SimpleNamespace(size=0, events=0, chunks=0))
        text = chunk if isinstance(chunk, str) else getattr(chunk, "chunk", None)
        kept.size += len(text) if isinstance(text, str) else 0
        if kept.size > most:
            raise FloodError
        # Before the next one is recorded: the last is still to be passed on unchanged.
        if len(self._stream_events) - kept.events >= MOST_PIECES:
            joined = joined_events(self._stream_events[kept.events :])
            self._stream_events[kept.events :] = joined
            # The same texts, and not copies of them: llm also records those that are shown here.
            self._chunks[kept.chunks :] = [event.chunk for event in joined if event.type == "text"]
            kept.events, kept.chunks = len(self._stream_events), len(self._chunks)
        return original(self, chunk)

    return _process_chunk


def joined_events(events: list[Any]) -> list[Any]:
    """The events, with adjacent ones joined if they differ only in their text."""
    runs: list[tuple[Any, list[Any]]] = []
    for event in events:
        is_plain = event.type in ("text", "reasoning", "tool_call_args") and not (
            event.redacted or event.provider_metadata or event.server_executed or event.tool_name
        )
        mark = (event.type, event.part_index, event.message_index, event.tool_call_id) if is_plain else None
        if mark and runs and runs[-1][0] == mark:
            runs[-1][1].append(event)
        else:
            runs.append((mark, [event]))
    return [
        run[0] if len(run) == 1 else dataclasses.replace(run[0], chunk=JOINER.join([event.chunk for event in run]))
        for _, run in runs
    ]


def passing_chunks_on(original: Callable[..., Any], own: dict[Any, Callable[[Any], Any]]) -> Callable[..., Any]:
    """llm's `get_client`, for models that read a stream in one of llm's own ways, which keep all chunks.

    `own` tells where those ways find what they call. A plugin's way may use the chunks differently.
    """

    def get_client(self: Any, key: str | None, *, async_: bool = False) -> Any:
        client = original(self, key, async_=async_)
        place = own.get(type(self).execute)
        if place is not None:
            completions = place(client)
            completions.create = (passing_async if async_ else passing)(completions.create)
        return client

    return get_client


def passing(create: Callable[..., Any]) -> Callable[..., Any]:
    def chunks_of(stream: Any) -> Iterator[Any]:
        chunk = PassingChunk()
        try:
            for now in stream:
                chunk.become(now)
                yield chunk
        finally:
            stream.close()
        chunk.become_all()

    def creating(*arguments: Any, **named: Any) -> Any:
        answer = create(*arguments, **named)
        return chunks_of(answer) if named.get("stream") and hasattr(answer, "close") else answer

    return creating


def passing_async(create: Callable[..., Any]) -> Callable[..., Any]:
    async def chunks_of(stream: Any) -> AsyncIterator[Any]:
        chunk = PassingChunk()
        try:
            async for now in stream:
                chunk.become(now)
                yield chunk
        finally:
            await stream.close()
        chunk.become_all()

    async def creating(*arguments: Any, **named: Any) -> Any:
        answer = await create(*arguments, **named)
        return chunks_of(answer) if named.get("stream") and hasattr(answer, "close") else answer

    return creating


class Texts:
    """Consecutive texts; once there are many, they are joined, each of them once."""

    def __init__(self) -> None:
        self._whole: list[str] = []
        self._new: list[str] = []

    def append(self, text: str) -> None:
        self._new.append(text)
        if len(self._new) >= MOST_PIECES:
            self._whole.append(JOINER.join(self._new))
            self._new = []

    def joined(self) -> str:
        return "".join([*self._whole, *self._new])


class PassingChunk:
    """Stands in for each chunk of a stream while llm reads it, and after the last one for all of them together.

    llm appends every chunk to a list and makes one record of that list at the end, from the choices' text, role, finish
    reason and log probabilities, the last usage, and the first chunk's facts about the whole. So the list has this one
    object many times, which then returns all choices at the first access, and none from then on.
    """

    def __init__(self) -> None:
        self._now: Any = None
        self._first: Any = None
        self._usage: Any = None
        # Adjacent ones without log probabilities as one choice, with their texts.
        self._choices: list[tuple[Any, Texts]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now, name)

    def become(self, chunk: Any) -> None:
        self._fold()
        self._now = chunk
        if fingerprint := getattr(chunk, "system_fingerprint", None):
            EXCHANGE.get().fingerprint = fingerprint
        self._first = self._first or SimpleNamespace(
            **{
                name: value
                for name in ("id", "object", "model", "created", "index")
                if (value := getattr(chunk, name, None)) is not None
            }
        )

    def _fold(self) -> None:
        """Records what the final record needs of the chunk that has been read."""
        if self._now is None:
            return
        self._usage = getattr(self._now, "usage", None) or self._usage
        for choice in getattr(self._now, "choices", None) or ():
            delta = getattr(choice, "delta", None)
            if getattr(choice, "logprobs", None):
                self._choices.append((choice, Texts()))
                continue
            text = getattr(choice if delta is None else delta, "text" if delta is None else "content", None)
            if not self._choices or not isinstance(self._choices[-1][0], SimpleNamespace):
                self._choices.append((SimpleNamespace(logprobs=None, finish_reason=None), Texts()))
            whole, texts = self._choices[-1]
            if delta is not None:
                whole.delta = SimpleNamespace(role=getattr(delta, "role", None), content=None)
            reason = getattr(choice, "finish_reason", None)
            whole.finish_reason = whole.finish_reason if reason is None else reason
            if text:
                texts.append(text)

    def become_all(self) -> None:
        self._fold()
        for choice, texts in self._choices:
            if isinstance(choice, SimpleNamespace):
                text = texts.joined()
                vars(getattr(choice, "delta", choice))["content" if hasattr(choice, "delta") else "text"] = text
        choices = [[choice for choice, _ in self._choices]]
        # It is called at each position in the list.
        usage = self._usage.model_dump() if self._usage else None

        class Whole(SimpleNamespace):
            @property
            def choices(self) -> list[Any]:
                return choices.pop() if choices else []

        whole = Whole(**vars(self._first or SimpleNamespace()))
        whole.usage = SimpleNamespace(model_dump=lambda: usage) if usage else None
        self._now = whole
