"""Chat requests, and the objects that answer them."""

import base64
import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any


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
    messages: list[dict[str, Any]]
    # Merged into each object of the answer.
    served: dict[str, Any] = field(default_factory=dict)

    @property
    def placeholders(self) -> dict[str, str]:
        key = (self.authorization or "").removeprefix("Bearer ")
        values = {"prompt": self.prompt, "system": self.system or "", "model": self.model, "key": key}
        return {**values, "n": str(self.n)}

    @property
    def turn(self) -> int:
        return sum(message.get("role") == "user" for message in self.messages)

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
        messages=messages,
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
    once = behaviour.get("answers_once", [])
    for pair in once:
        if pair[0] in chat.prompt:
            once.remove(pair)
            return fill(pair[1], chat.placeholders)
    for part, answer in behaviour.get("answers", []):
        if part in chat.prompt:
            return fill(answer, chat.placeholders)
    template = behaviour.get("answer", "echo: {prompt}")
    return None if template is None else fill(template, chat.placeholders)


def usage_of(chat: Chat, behaviour: dict[str, Any], answer: str | None) -> dict[str, Any]:
    completion = len((answer or "").split())
    counts = {"prompt_tokens": chat.words, "completion_tokens": completion, "total_tokens": chat.words + completion}
    return counts | behaviour.get("usage_details", {})


def completion(chat: Chat, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    created = int(time.time())
    facts = {"id": f"chatcmpl-{chat.n}", "object": kind, "created": created, "model": chat.model, "choices": choices}
    return facts | chat.served


def chunk(chat: Chat, delta: dict[str, Any], finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return json.dumps(completion(chat, "chat.completion.chunk", [choice]))


def broken_off(text: str) -> str:
    """The JSON of an answer, up to the middle of a key."""
    return text[: text.index('"choices"') + 4]
