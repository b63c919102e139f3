"""A loopback server that speaks OpenAI's chat completions, for the tests of nllm-batch.

    python3 loopback_server.py --behaviours FILE.json --log FILE.jsonl [--port 0] [--user-path DIR]

It listens on 127.0.0.1 only and, once it does, prints one line on standard output: {"port": 12345}.
It ends at the end of its standard input, so that it cannot outlive the test that started it, and on
SIGTERM. A closed input or /dev/null ends it at once: give it a pipe and hold that open.

With --user-path, DIR becomes a user folder for llm: extra-openai-models.yaml names every model of the
behaviours file under its own name, and keys.json holds the key they send. It is written once, at start.

Behaviours
----------
A JSON object: model name -> behaviour object. A model that is not listed gets OpenAI's 404. Every key is
optional; unknown keys and values of the wrong kind are refused at start. {} echoes the prompt. "Prompt"
means the text of the last user message.

Answer:
  answer          text; {prompt}, {system}, {model} and {n} (the request's number) are filled in; "" is an empty answer,
                  null is content
                  null. Default: "echo: {prompt}"
  answer_tokens   N: an answer of N words instead
  answer_pieces   a list of texts: the answer as it is streamed, piece by piece
  finish_reason   default "stop"
  usage           false: no usage. Default: the words of all messages and of the answer as token counts; a
                  stream has them only when the client asks with stream_options.include_usage
  usage_details   object merged into usage

Time:
  delay_ms        wait before the first byte
  token_ms        wait before each streamed word
  rate            requests a second (a token bucket that holds a second's worth, one at least); a request
                  beyond it gets a 429 at once, with Retry-After, and does not count as a try below

Failures, before an answer:
  fail            one step or a list of steps, taken in order:
      status        400 to 599; OpenAI's error and message for it are the default
      times         how often, for each prompt; default always
      retry_after   value of the Retry-After header, text or number
      message, code instead of the default; {model} and {key} are filled in; code "insufficient_quota" has
                    its own default message
      html          true: an HTML page instead of JSON
      body          raw text instead of JSON

Faults, one at most, after the failing steps are used up:
  hang            true: never answer, hold the connection until the client leaves
  hang_after      N: hang after N streamed words
  reset           true: reset the connection before the first byte
  reset_after     N: reset it after N streamed words
  cut_after       N: end the stream properly after N words, without finish_reason and [DONE]
  stream_error    N: an error object in the stream after N words
  bad_json        true: 200 with JSON that breaks off
  empty_choices   true: 200 without choices
  html_200        true: 200 with an HTML page
  body_200        {"type", "text" or "base64"}: 200 with any body of any content type, or of none
  endless         N: an answer without end in pieces of N characters; not streamed, JSON without end
  endless_line    true: a server-sent event, or a JSON text, that begins with an answer and has no end
  times           how often the fault happens for each prompt, then it answers; default always
Without streaming, hang_after, reset_after and cut_after act after half of the body, and stream_error is a 500.

llm's user folder:
  register        false: leave the model out of extra-openai-models.yaml
  llm             object merged into its entry there: {"can_stream": false}, {"vision": true} ...

Paths
-----
POST /v1/chat/completions, GET /v1/models, and for the tests themselves:
GET /log          {"requests", "in_flight", "max_in_flight", "by_prompt": {prompt: n}, "by_model": {model: n}}
POST /behaviours  replaces the behaviours by the JSON body; every prompt starts anew; /log counts on

Log
---
One JSON line for a chat request that has arrived in full:
  {"n", "t", "model", "prompt", "system", "stream", "params", "authorization", "parts", "attachments"}
params are the remaining keys of its body, parts counts the prompt's images and other attachments, attachments has
the SHA-256 of the content of each that came as data, in their order. And one
when it ends, written just after the last byte was sent:
  {"end": n, "t", "status", "outcome"}
status is null when none was sent; outcome is "answered", "failed" (an error or a malformed answer), "reset",
"cut", or "client_left".
"""

import argparse
import asyncio
import base64
import hashlib
import http.client
import json
import math
import os
import re
import signal
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

API_KEY_NAME = "loopback"
API_KEY = "sk-loopback-0123456789abcdef"


# Behaviours: which keys there are, and what they may hold.


class BehaviourError(Exception):
    """The behaviours file says something the server does not understand."""


class Kind(NamedTuple):
    """The values that a key may hold."""

    allows: Callable[[Any], bool]
    name: str


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TEXT = Kind(lambda value: isinstance(value, str), "a text")
TEXT_OR_NULL = Kind(lambda value: value is None or isinstance(value, str), "a text or null")
TEXT_OR_NUMBER = Kind(lambda value: isinstance(value, str) or is_number(value), "a text or a number")
FLAG = Kind(lambda value: isinstance(value, bool), "true or false")
COUNT = Kind(lambda value: type(value) is int and value >= 0, "a whole number from 0")
TIMES = Kind(lambda value: type(value) is int and value >= 1, "a whole number from 1")
STATUS = Kind(lambda value: type(value) is int and 400 <= value <= 599, "a status from 400 to 599")
MILLISECONDS = Kind(lambda value: is_number(value) and value >= 0, "a number from 0")
RATE = Kind(lambda value: is_number(value) and value > 0, "a number above 0")
TEXTS = Kind(lambda value: isinstance(value, list) and all(isinstance(text, str) for text in value), "a list of texts")
OBJECT = Kind(lambda value: isinstance(value, dict), "an object")
STEPS = Kind(lambda value: isinstance(value, (dict, list)), "a step or a list of steps")

FAULT_KEYS = {
    "hang": FLAG,
    "hang_after": COUNT,
    "reset": FLAG,
    "reset_after": COUNT,
    "cut_after": COUNT,
    "stream_error": COUNT,
    "bad_json": FLAG,
    "empty_choices": FLAG,
    "html_200": FLAG,
    "body_200": OBJECT,
    "endless": TIMES,
    "endless_line": FLAG,
}
BREAKS = ("hang_after", "reset_after", "cut_after")
BEHAVIOUR_KEYS = {
    "answer": TEXT_OR_NULL,
    "answer_tokens": COUNT,
    "answer_pieces": TEXTS,
    "finish_reason": TEXT,
    "usage": FLAG,
    "usage_details": OBJECT,
    "delay_ms": MILLISECONDS,
    "token_ms": MILLISECONDS,
    "rate": RATE,
    "fail": STEPS,
    **FAULT_KEYS,
    "times": TIMES,
    "register": FLAG,
    "llm": OBJECT,
}
STEP_KEYS = {
    "status": STATUS,
    "times": TIMES,
    "retry_after": TEXT_OR_NUMBER,
    "message": TEXT,
    "code": TEXT,
    "html": FLAG,
    "body": TEXT,
}


def check(settings: Any, keys: dict[str, Kind], where: str) -> None:
    if not isinstance(settings, dict):
        raise BehaviourError(f"{where} is {json.dumps(settings)} but must be an object")
    for key, value in settings.items():
        if key not in keys:
            raise BehaviourError(f"{where}: unknown key `{key}`; known are {', '.join(keys)}")
        if not keys[key].allows(value):
            raise BehaviourError(f"{where}: `{key}` is {json.dumps(value)} but must be {keys[key].name}")


class Model:
    """One model's behaviour, and what it remembers between requests."""

    def __init__(self, name: str, behaviour: Any) -> None:
        where = f"model `{name}`"
        check(behaviour, BEHAVIOUR_KEYS, where)
        self.name = name
        self.behaviour: dict[str, Any] = behaviour
        self.steps = self._checked_steps(where)
        self.fault = self._checked_fault(where)
        if "answer" in behaviour and "answer_tokens" in behaviour:
            raise BehaviourError(f"{where}: `answer` and `answer_tokens` exclude each other")
        self._tries: Counter[str] = Counter()
        self._rate = behaviour.get("rate", math.inf)
        self._burst = max(1, self._rate)
        self._tokens = self._burst
        self._filled_at = time.monotonic()

    def _checked_steps(self, where: str) -> list[dict[str, Any]]:
        steps = self.behaviour.get("fail", [])
        steps = steps if isinstance(steps, list) else [steps]
        for number, step in enumerate(steps, 1):
            check(step, STEP_KEYS, f"{where}, step {number} of `fail`")
            if "status" not in step:
                raise BehaviourError(f"{where}, step {number} of `fail`: `status` is missing")
        return steps

    def _checked_fault(self, where: str) -> str | None:
        faults = [key for key in FAULT_KEYS if self.behaviour.get(key, False) is not False]
        if len(faults) > 1:
            raise BehaviourError(f"{where}: {', '.join(faults)} exclude each other")
        if not faults and "times" in self.behaviour:
            raise BehaviourError(f"{where}: `times` needs one of {', '.join(FAULT_KEYS)}")
        return faults[0] if faults else None

    def seconds_to_wait(self) -> float:
        """Takes a request from the rate's bucket: 0, or how long to wait until there is one."""
        if self._rate == math.inf:
            return 0
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0

    def next_try(self, prompt: str) -> tuple[dict[str, Any] | None, str | None]:
        """The failing step or the fault that this prompt's next request meets; neither is an answer."""
        self._tries[prompt] += 1
        number = self._tries[prompt]
        for step in self.steps:
            times = step.get("times", math.inf)
            if number <= times:
                return step, None
            number -= times
        if number <= self.behaviour.get("times", math.inf):
            return None, self.fault
        return None, None

    def seconds(self, key: str) -> float:
        return self.behaviour.get(key, 0) / 1000


def parse_behaviours(text: str | bytes) -> dict[str, Model]:
    try:
        behaviours = json.loads(text)
    except ValueError as error:
        raise BehaviourError(f"the behaviours are not JSON: {error}") from error
    if not isinstance(behaviours, dict):
        raise BehaviourError("the behaviours must be an object: model name -> behaviour")
    return {name: Model(name, behaviour) for name, behaviour in behaviours.items()}


# Connections: HTTP/1.1 over one socket.


class ClientLeftError(Exception):
    """The client closed the connection before its answer was complete."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """One client's connection.

    The head of the next request is awaited while an answer is on its way: that tells when the client
    leaves. Clients that send a request before they have the answer to the last one are not supported, nor
    are request bodies without Content-Length.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.status: int | None = None
        self._reader = reader
        self._writer = writer
        self._outgoing = bytearray()
        self._next_head = asyncio.create_task(self._read_head())

    async def _read_head(self) -> bytes | None:
        try:
            return await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return None

    async def receive(self) -> Request | None:
        """The next request, or None when the client has closed the connection."""
        head = await self._next_head
        if head is None:
            return None
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        self.status = None
        self._next_head = asyncio.create_task(self._read_head())
        return Request(method, target.partition("?")[0], headers, body)

    async def reply(
        self, status: int, body: bytes, content_type: str | None, headers: dict[str, str] | None = None
    ) -> None:
        self.start(status, content_type, {"content-length": str(len(body)), **(headers or {})})
        self._outgoing += body
        await self.flush()

    async def reply_json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        await self.reply(status, json.dumps(value).encode(), "application/json", headers)

    async def reply_half(self, body: bytes) -> None:
        """Promises the whole body and sends half of it."""
        self.start(200, "application/json", {"content-length": str(len(body))})
        self._outgoing += body[: len(body) // 2]
        await self.flush()

    def start_stream(self) -> None:
        self.start(200, "text/event-stream; charset=utf-8", {"transfer-encoding": "chunked"})

    async def send_event(self, data: str) -> None:
        """Adds a server-sent event; it leaves with the next pause or flush, or when enough are waiting."""
        event = f"data: {data}\n\n".encode()
        self._outgoing += b"%x\r\n%b\r\n" % (len(event), event)
        if len(self._outgoing) > 65536:
            await self.flush()
            await asyncio.sleep(0)

    async def send_for_ever(self, data: bytes) -> NoReturn:
        """Sends the same bytes again and again until the client leaves."""
        data *= max(1, 65536 // len(data))
        part = b"%x\r\n%b\r\n" % (len(data), data)
        while True:
            self._outgoing += part
            await self.flush()
            await asyncio.sleep(0)

    async def end_stream(self) -> None:
        self._outgoing += b"0\r\n\r\n"
        await self.flush()

    def start(self, status: int, content_type: str | None, headers: dict[str, str]) -> None:
        self.status = status
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Error')}"]
        lines += [f"content-type: {content_type}"] if content_type else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._outgoing += ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def flush(self) -> None:
        if self._next_head.done() and self._next_head.result() is None:
            raise ClientLeftError
        outgoing, self._outgoing = self._outgoing, bytearray()
        self._writer.write(outgoing)
        await self._writer.drain()

    async def pause(self, seconds: float) -> None:
        """Sends what is ready, then waits, but no longer than the client stays."""
        await self.flush()
        await asyncio.wait({self._next_head}, timeout=seconds)
        if self._next_head.done():
            raise ClientLeftError

    async def hang(self) -> NoReturn:
        """Sends what is ready, then waits until the client leaves."""
        await self.flush()
        await self._next_head
        raise ClientLeftError

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        no_linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()


# Chat requests, and the objects that answer them.


@dataclass(frozen=True)
class Chat:
    """One chat completions request."""

    n: int
    model: str
    prompt: str
    system: str | None
    stream: bool
    params: dict[str, Any]
    authorization: str | None
    parts: int
    attachments: list[str]
    words: int
    has_messages: bool

    @property
    def placeholders(self) -> dict[str, str]:
        key = (self.authorization or "").removeprefix("Bearer ")
        values = {"prompt": self.prompt, "system": self.system or "", "model": self.model, "key": key}
        return {**values, "n": str(self.n)}

    @property
    def wants_usage(self) -> bool:
        return not self.stream or bool((self.params.get("stream_options") or {}).get("include_usage"))


def parse_chat(n: int, body: dict[str, Any], authorization: str | None) -> Chat:
    messages = body.get("messages") or []
    prompts = [message.get("content") for message in messages if message.get("role") == "user"]
    systems = [text_of(message) for message in messages if message.get("role") in ("system", "developer")]
    last = prompts[-1] if prompts else None
    return Chat(
        n=n,
        model=str(body.get("model")),
        prompt=content_text(last),
        system="\n".join(systems) if systems else None,
        stream=bool(body.get("stream")),
        params={key: value for key, value in body.items() if key not in ("model", "messages", "stream")},
        authorization=authorization,
        parts=sum(part.get("type") != "text" for part in last) if isinstance(last, list) else 0,
        attachments=[digest for part in last for digest in digests(part)] if isinstance(last, list) else [],
        words=sum(len(text_of(message).split()) for message in messages),
        has_messages=bool(messages),
    )


def digests(part: dict[str, Any]) -> list[str]:
    """The SHA-256 of a part's content, if it came as data."""
    data = (part.get("image_url") or {}).get("url") or (part.get("input_audio") or {}).get("data")
    data = data or (part.get("file") or {}).get("file_data")
    if not data or data.startswith(("http://", "https://")):
        return []
    return [hashlib.sha256(base64.b64decode(data.partition("base64,")[2] or data)).hexdigest()]


def text_of(message: dict[str, Any]) -> str:
    return content_text(message.get("content"))


def content_text(content: str | list[dict[str, Any]] | None) -> str:
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    return content or ""


def fill(template: str, values: dict[str, str]) -> str:
    """Replaces {name} by its value; a name that has none stays, so that templates may hold JSON."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


def answer_text(chat: Chat, behaviour: dict[str, Any]) -> str | None:
    if "answer_pieces" in behaviour:
        return "".join(behaviour["answer_pieces"])
    if "answer_tokens" in behaviour:
        return " ".join(f"word{number}" for number in range(1, behaviour["answer_tokens"] + 1))
    template = behaviour.get("answer", "echo: {prompt}")
    return None if template is None else fill(template, chat.placeholders)


def usage_of(chat: Chat, behaviour: dict[str, Any], answer: str | None) -> dict[str, Any]:
    completion = len((answer or "").split())
    counts = {"prompt_tokens": chat.words, "completion_tokens": completion, "total_tokens": chat.words + completion}
    return counts | behaviour.get("usage_details", {})


def completion(chat: Chat, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    created = int(time.time())
    return {"id": f"chatcmpl-{chat.n}", "object": kind, "created": created, "model": chat.model, "choices": choices}


def chunk(chat: Chat, delta: dict[str, Any], finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return json.dumps(completion(chat, "chat.completion.chunk", [choice]))


def broken_off(text: str) -> str:
    """The JSON of an answer, up to the middle of a key."""
    return text[: text.index('"choices"') + 4]


# Errors, as OpenAI words them.


class ApiError(NamedTuple):
    type: str
    code: str | None
    message: str


ERRORS = {
    400: ApiError(
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 131072 tokens. "
        "Please reduce the length of the messages.",
    ),
    401: ApiError(
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
    403: ApiError(
        "request_forbidden", "unsupported_country_region_territory", "Country, region, or territory not supported"
    ),
    404: ApiError(
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    408: ApiError("timeout", None, "The request timed out. Please try again."),
    409: ApiError("conflict_error", None, "The request conflicted with another one. Please try again."),
    413: ApiError("invalid_request_error", "request_too_large", "The request body is too large."),
    422: ApiError("invalid_request_error", None, "The request was well-formed but could not be processed."),
    429: ApiError(
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for {model} in organization org-loopback on requests per min (RPM): Limit 3, Used 3, "
        "Requested 1. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn more.",
    ),
    500: ApiError("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    502: ApiError("server_error", None, "Bad gateway."),
    503: ApiError("server_error", None, "The server is overloaded or not ready yet. Please try again later."),
    504: ApiError("server_error", None, "Gateway timeout."),
    529: ApiError("overloaded_error", None, "Overloaded"),
}
QUOTA_ERROR = ApiError(
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
)
NO_MESSAGES = {
    "status": 400,
    "code": "empty_array",
    "message": "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array "
    "instead.",
}


def error_object(error: ApiError) -> dict[str, Any]:
    return {"error": {"message": error.message, "type": error.type, "param": None, "code": error.code}}


def error_of(step: dict[str, Any], chat: Chat) -> ApiError:
    """What the step says, completed by OpenAI's words for its status."""
    error = ERRORS.get(step["status"], ApiError("api_error", None, f"Status {step['status']}."))
    if step.get("code") == QUOTA_ERROR.code:
        error = QUOTA_ERROR
    values = {**chat.placeholders, "wait": wait_text(step.get("retry_after", 20))}
    return ApiError(error.type, step.get("code", error.code), fill(step.get("message", error.message), values))


def wait_text(retry_after: str | float) -> str:
    """A wait as OpenAI writes it: 634ms, 20s, 1m2s. A Retry-After that is a date counts as 20 s."""
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = 20
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes:.0f}m" if minutes else "") + f"{round(rest, 3):g}s"


def html_page(status: int) -> bytes:
    title = f"{status} {http.client.responses.get(status, 'Error')}"
    page = f"<html>\n<head><title>{title}</title></head>\n<body><center><h1>{title}</h1></center></body>\n</html>\n"
    return page.encode()


# One request's reply; each function returns the outcome for the log.


async def reply(connection: Connection, chat: Chat, model: Model | None) -> str:
    if model is None:
        return await reply_error(connection, chat, {"status": 404})
    if not chat.has_messages:
        return await reply_error(connection, chat, NO_MESSAGES)
    if wait := model.seconds_to_wait():
        return await reply_error(connection, chat, {"status": 429, "retry_after": math.ceil(wait * 1000) / 1000})
    step, fault = model.next_try(chat.prompt)
    if delay := model.seconds("delay_ms"):
        await connection.pause(delay)
    if step:
        return await reply_error(connection, chat, step)
    if fault == "hang":
        await connection.hang()
    if fault == "reset":
        connection.reset()
        return "reset"
    if fault == "html_200":
        await connection.reply(200, html_page(200), "text/html")
        return "failed"
    if fault == "body_200":
        body = model.behaviour[fault]
        data = base64.b64decode(body["base64"]) if "base64" in body else body.get("text", "").encode()
        await connection.reply(200, data, body.get("type"))
        return "failed"
    if fault in ("endless", "endless_line"):
        await reply_without_end(connection, chat, model.behaviour[fault] if fault == "endless" else None)
    return await (reply_streaming if chat.stream else reply_whole)(connection, chat, model, fault)


async def reply_error(connection: Connection, chat: Chat, step: dict[str, Any]) -> str:
    status = step["status"]
    headers = {"retry-after": str(step["retry_after"])} if "retry_after" in step else {}
    if "body" in step:
        await connection.reply(status, step["body"].encode(), "text/plain; charset=utf-8", headers)
    elif step.get("html"):
        await connection.reply(status, html_page(status), "text/html", headers)
    else:
        await connection.reply_json(status, error_object(error_of(step, chat)), headers)
    return "failed"


async def reply_whole(connection: Connection, chat: Chat, model: Model, fault: str | None) -> str:
    if fault == "stream_error":
        return await reply_error(connection, chat, {"status": 500})
    body = json.dumps(whole_answer(chat, model, fault))
    if fault in BREAKS:
        await connection.reply_half(body.encode())
        return await break_off(connection, chat, fault)
    if fault == "bad_json":
        body = broken_off(body)
    await connection.reply(200, body.encode(), "application/json")
    return "failed" if fault else "answered"


def whole_answer(chat: Chat, model: Model, fault: str | None) -> dict[str, Any]:
    answer = answer_text(chat, model.behaviour)
    message = {"role": "assistant", "content": answer, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": model.behaviour.get("finish_reason", "stop")}
    whole = completion(chat, "chat.completion", [] if fault == "empty_choices" else [choice])
    if model.behaviour.get("usage", True):
        whole["usage"] = usage_of(chat, model.behaviour, answer)
    return whole


async def reply_streaming(connection: Connection, chat: Chat, model: Model, fault: str | None) -> str:
    answer = answer_text(chat, model.behaviour)
    connection.start_stream()
    if fault == "bad_json":
        await connection.send_event(broken_off(chunk(chat, {"content": answer})))
        await connection.end_stream()
        return "failed"
    if fault == "empty_choices":
        await connection.send_event(json.dumps(completion(chat, "chat.completion.chunk", [])))
    else:
        await stream_words(connection, chat, model, answer, model.behaviour[fault] if fault else None)
    if fault in BREAKS:
        return await break_off(connection, chat, fault)
    if fault == "stream_error":
        await connection.send_event(json.dumps(error_object(ERRORS[500])))
        await connection.end_stream()
        return "failed"
    if not fault:
        await connection.send_event(chunk(chat, {}, model.behaviour.get("finish_reason", "stop")))
    if chat.wants_usage and model.behaviour.get("usage", True):
        last = completion(chat, "chat.completion.chunk", []) | {"usage": usage_of(chat, model.behaviour, answer)}
        await connection.send_event(json.dumps(last))
    await connection.send_event("[DONE]")
    await connection.end_stream()
    return "failed" if fault else "answered"


async def stream_words(connection: Connection, chat: Chat, model: Model, answer: str | None, limit: int | None) -> None:
    """Streams the role, then the answer's words, each with the white space behind it, up to the limit."""
    await connection.send_event(chunk(chat, {"role": "assistant", "content": None if answer is None else ""}))
    wait = model.seconds("token_ms")
    words = model.behaviour.get("answer_pieces") or re.findall(r"\s*\S+\s*|\s+", answer or "")
    for word in words[:limit]:
        if wait:
            await connection.pause(wait)
        await connection.send_event(chunk(chat, {"content": word}))


async def reply_without_end(connection: Connection, chat: Chat, size: int | None) -> NoReturn:
    """An answer without end, in pieces of a size; or, without one, the beginning of a single object that has no end."""
    if chat.stream:
        connection.start_stream()
        await connection.send_event(chunk(chat, {"role": "assistant", "content": ""}))
        piece = f"data: {chunk(chat, {'content': 'x' * (size or 1)})}\n\n"
    else:
        connection.start(200, "application/json", {"transfer-encoding": "chunked"})
        message = {"role": "assistant", "content": "x"}
        piece = json.dumps(completion(chat, "chat.completion", [{"index": 0, "message": message}]))
    beginning, x, _ = piece.rpartition("x")
    if chat.stream and size:
        await connection.send_for_ever(piece.encode())
    data = beginning.encode() + x.encode()
    connection._outgoing += b"%x\r\n%b\r\n" % (len(data), data)
    await connection.send_for_ever(b"x" * (size or 65536))


async def break_off(connection: Connection, chat: Chat, fault: str) -> str:
    """Hangs, resets or closes the connection in the middle of an answer."""
    if fault == "hang_after":
        await connection.hang()
    if fault == "reset_after":
        # A reset throws away what the client has not received yet.
        await connection.pause(0.05)
        connection.reset()
        return "reset"
    if chat.stream:
        await connection.end_stream()
    connection.close()
    return "cut"


# The server.


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
        names = ("model", "prompt", "system", "stream", "params", "authorization", "parts", "attachments")
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


class Server:
    def __init__(self, models: dict[str, Model], log: RequestLog) -> None:
        self._models = models
        self._log = log

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        try:
            while request := await connection.receive():
                await self._route(connection, request)
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ClientLeftError, ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            # The server is ending; asyncio would report a connection that ends as cancelled.
            pass
        finally:
            connection.close()

    async def _route(self, connection: Connection, request: Request) -> None:
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                await self._chat(connection, request)
            case "GET", "/v1/models":
                entry = {"object": "model", "created": 0, "owned_by": "loopback"}
                models = [{"id": name, **entry} for name in self._models]
                await connection.reply_json(200, {"object": "list", "data": models})
            case "GET", "/log":
                await connection.reply_json(200, self._log.summary())
            case "POST", "/behaviours":
                await self._replace_behaviours(connection, request)
            case _:
                message = f"Invalid URL ({request.method} {request.path})"
                await connection.reply_json(404, error_object(ApiError("invalid_request_error", None, message)))

    async def _chat(self, connection: Connection, request: Request) -> None:
        try:
            chat = parse_chat(self._log.requests + 1, json.loads(request.body), request.headers.get("authorization"))
        except (ValueError, AttributeError, TypeError, KeyError):
            message = "We could not parse the JSON body of your request."
            await connection.reply_json(400, error_object(ApiError("invalid_request_error", None, message)))
            return
        self._log.begin(chat)
        try:
            outcome = await reply(connection, chat, self._models.get(chat.model))
        except (ClientLeftError, ConnectionError):
            outcome = "client_left"
        self._log.end(chat, connection.status, outcome)

    async def _replace_behaviours(self, connection: Connection, request: Request) -> None:
        try:
            self._models = parse_behaviours(request.body)
        except BehaviourError as error:
            await connection.reply_json(400, {"error": {"message": str(error)}})
        else:
            await connection.reply_json(200, {"models": list(self._models)})


def write_user_folder(folder: Path, models: dict[str, Model], port: int) -> None:
    """Writes what makes llm find the models; the YAML is JSON, which YAML contains."""
    base = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key_name": API_KEY_NAME}
    entries = [
        {"model_id": name, "model_name": name, **base, **model.behaviour.get("llm", {})}
        for name, model in models.items()
        if model.behaviour.get("register", True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    yaml = json.dumps(entries, indent=2, ensure_ascii=False)
    (folder / "extra-openai-models.yaml").write_text(yaml + "\n", encoding="utf-8")
    (folder / "keys.json").write_text(json.dumps({API_KEY_NAME: API_KEY}) + "\n", encoding="utf-8")


def call_at_end_of_input(action: Callable[[], None]) -> None:
    """Calls back from a thread: not every standard input can be watched by the event loop."""

    def read_to_end() -> None:
        while os.read(0, 4096):
            pass
        action()

    threading.Thread(target=read_to_end, daemon=True).start()


async def run(models: dict[str, Model], log: RequestLog, port: int, user_path: Path | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(Server(models, log).serve, "127.0.0.1", port, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    if user_path:
        write_user_folder(user_path, models, port)
    print(json.dumps({"port": port}), flush=True)
    call_at_end_of_input(lambda: loop.call_soon_threadsafe(stop.set))
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A loopback server that speaks OpenAI's chat completions.")
    parser.add_argument("--behaviours", type=Path, required=True, help="JSON file: model name -> behaviour")
    parser.add_argument("--log", required=True, help="file to append a JSON line to for each request")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--user-path", type=Path, help="folder to make a user folder of llm")
    arguments = parser.parse_args()
    try:
        models = parse_behaviours(arguments.behaviours.read_bytes())
        log = RequestLog(arguments.log)
        asyncio.run(run(models, log, arguments.port, arguments.user_path))
    except (BehaviourError, OSError) as error:
        sys.exit(f"loopback_server.py: {error}")


if __name__ == "__main__":
    main()
