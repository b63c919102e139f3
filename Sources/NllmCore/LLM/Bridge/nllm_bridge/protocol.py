"""The protocol: requests come in and events go out, one JSON object per line."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field
from typing import Any, TypeVar

PROTOCOL = 1
READ_SIZE = 1 << 16
Json = dict[str, Any]


class BadRequestError(Exception):
    """A line that cannot be understood, with its id, if it has one."""

    def __init__(self, message: str, request_id: int | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("a whole number", lambda value: type(value) is int),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "str": ("a text", lambda value: isinstance(value, str)),
    "list[str]": ("a list of texts", lambda value: isinstance(value, list) and are_texts(value)),
    "list[Json]": ("a list of messages", lambda value: isinstance(value, list) and all(map(is_message, value))),
    "dict[str, str]": ("an object of texts", lambda value: isinstance(value, dict) and are_texts(value.values())),
}


def are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def is_message(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("role") not in ("system", "user", "assistant"):
        return False
    parts = value.get("parts")
    kinds = ({"text"}, {"url"}, {"type", "base64"})
    return isinstance(parts, list) and all(
        isinstance(part, dict) and set(part) in kinds and are_texts(part.values()) for part in parts
    )


@dataclass(frozen=True)
class Stop:
    """Ends a running request, with the signal for a process."""

    id: int
    signal: int = signal.SIGTERM

    def __post_init__(self) -> None:
        if self.signal not in (signal.SIGTERM, signal.SIGKILL):
            raise BadRequestError("`signal` must be 9 or 15", self.id)


@dataclass(frozen=True)
class CommandLine:
    """What `fork` runs: llm's command line."""

    id: int
    directory: str
    arguments: list[str]
    input: str | None = None
    # These replace the input: messages with their roles, or what is asked one after the other.
    messages: list[Json] | None = None
    turns: list[str] | None = None
    max_memory: int | None = None
    watch: bool = False


@dataclass(frozen=True)
class Question:
    """What `shared` sends to a model; its texts are those of the command line's options."""

    id: int
    directory: str
    model: str | None = None
    prompt: str = ""
    system: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)
    schema: str | None = None
    # These replace the prompt.
    messages: list[Json] | None = None
    turns: list[str] | None = None
    stream: bool = False
    watch: bool = False


Request = TypeVar("Request", CommandLine, Question)


def parse_request(line: bytes, kind: type[Request]) -> Request | Stop:
    """A request to run of the given kind, or one to stop another."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"not JSON: {error}") from error
    if not isinstance(request, dict) or type(request.get("id")) is not int:
        raise BadRequestError("not an object with a whole number as `id`")
    if request.get("do") not in ("run", "stop"):
        raise BadRequestError("`do` must be `run` or `stop`", request["id"])
    parsed: Request | Stop = parse_fields(request, kind if request["do"] == "run" else Stop)
    return parsed


def parse_fields(request: Json, kind: type[Any]) -> Any:
    """A request of a kind; the types of its fields are the annotations in its class."""
    given = {name: value for name, value in request.items() if value is not None}
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for name, place in fields.items():
        meant, allows = KINDS[str(place.type).removesuffix(" | None")]
        optional = place.default is not MISSING or place.default_factory is not MISSING
        if not (allows(given[name]) if name in given else optional):
            raise BadRequestError(f"`{name}` must be {meant}", request["id"])
    return kind(**{name: value for name, value in given.items() if name in fields})


class Channel:
    """Requests in, events out: on its own descriptors, so that nothing a plugin prints gets between them."""

    def __init__(self) -> None:
        self.requests = os.dup(0)
        self._events = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        os.close(nothing)
        self._line = bytearray()
        self._waiting: list[bytes] = []

    def read(self) -> list[bytes] | None:
        """The available lines; an empty list if there is less than one; None at the end of the input."""
        data = os.read(self.requests, 1 << 20)
        if not data:
            return None
        self._line += data
        if b"\n" not in data:
            return []
        *lines, rest = self._line.split(b"\n")
        self._line = rest
        return [bytes(line) for line in lines if line.strip()]

    def send(self, event: Json) -> None:
        """Adds an event; the next flush sends it, in one write with its neighbors."""
        self._waiting.append(json_bytes(event) + b"\n")

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def flush(self) -> None:
        data = memoryview(b"".join(self._waiting))
        self._waiting.clear()
        while data:
            data = data[os.write(self._events, data) :]


def bad_request(error: BadRequestError) -> Json:
    event: Json = {"event": "bad_request", "message": str(error)}
    return event if error.request_id is None else {"id": error.request_id, **event}


def json_bytes(value: Json) -> bytes:
    """A value as JSON, whatever its texts: half a surrogate pair becomes U+FFFD, both halves a character."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def text_or_base64(name: str, data: bytes, suffix: str = "_base64") -> Json:
    """Bytes as a field of an event."""
    try:
        return {name: data.decode()}
    except UnicodeDecodeError:
        return {name + suffix if suffix else "base64": base64.b64encode(data).decode()}


def bytes_of(text: str) -> bytes:
    """A text as a process would write it: halves of surrogate pairs, which JSON can express, as three bytes each."""
    return text.encode("utf-8", "surrogatepass")


def diagnose(text: str) -> None:
    os.write(2, f"nllm-batch bridge: {text}\n".encode("utf-8", "backslashreplace"))
