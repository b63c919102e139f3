"""Conversations: messages that are sent together, and turns that are asked one after the other."""

from __future__ import annotations

import base64
import functools
import inspect
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

from nllm_bridge.protocol import Json


class ConversationError(Exception):
    """Why a conversation can't be sent, in one line."""


class Messages:
    """The messages of a request, as llm has them."""

    def __init__(self, package: Any, messages: list[Json]) -> None:
        if not hasattr(package, "Message"):
            raise ConversationError("this llm takes no conversations; upgrade it, as with `pip install -U llm`")
        self._package = package
        self._messages = [self._message(message) for message in messages]

    def _message(self, message: Json) -> Any:
        roles = {"system": self._package.system, "user": self._package.user, "assistant": self._package.assistant}
        return roles[message["role"]](*[self._part(part) for part in message["parts"]])

    def _part(self, part: Json) -> Any:
        if "text" in part:
            return part["text"]
        if "url" in part:
            return self._package.Attachment(url=part["url"])
        return self._package.Attachment(type=part["type"], content=base64.b64decode(part["base64"]))

    def attachments(self) -> list[Any]:
        parts = (part for message in self._messages for part in message.parts)
        return [part.attachment for part in parts if getattr(part, "attachment", None) is not None]

    def sent(self, model: Any, system: str | None, attachments: Iterable[Any], fragments: Iterable[Any]) -> list[Any]:
        """All that the model is sent: with the system prompt unless there is one, and the rest in the last message.

        Raises what is wrong with it before anything is sent. It may look up the types of what URLs lead to.
        """
        kind: type = type(model)
        if not reads_messages(kind):
            raise ConversationError(
                f"model {model.model_id} can't be given messages: its plugin, made for an older llm, sends the last "
                "one alone; upgrade it"
            )
        systems = [place for place, message in enumerate(self._messages) if message.role == "system"]
        if systems not in ([], [0]) and drops_system_messages(kind):
            raise ConversationError(f"model {model.model_id} takes one system prompt, before all other messages")
        for attachment in self.attachments():
            # A plugin would look it up each time that it needs it.
            attachment.type = attachment.type or type_of(attachment)
        model._validate_attachments([*self.attachments(), *attachments])
        head = [self._package.system(system)] if system and not any(m.role == "system" for m in self._messages) else []
        *before, last = self._messages
        texts = [f"{fragment}\n" for fragment in fragments]
        return [*head, *before, self._package.user(*texts, *last.parts, *attachments)]


def type_of(attachment: Any) -> Any:
    """The type of what a URL leads to; a failure is not chained, or it would pass for one of the provider."""
    try:
        return attachment.resolve_type()
    except Exception as error:
        reason = str(error)
    raise ConversationError(f"attachment {attachment.url}: {reason}")


@functools.cache
def reads_messages(kind: type) -> bool:
    """Whether a model's code looks at a prompt's messages at all; else it would answer something else, and be paid."""
    return any("messages" in code.co_names for code in codes_of(kind))


def drops_system_messages(kind: type) -> bool:
    """Whether a model is known to send one system prompt alone, and nothing of the others."""
    return hasattr(kind, "_build_responses_input") or any(base.__module__ == "llm_gemini" for base in kind.__mro__)


def codes_of(kind: type) -> Iterator[CodeType]:
    """The code of a model's class and of the modules that define it, without that of llm's base classes."""
    bases = [base for base in kind.__mro__ if base.__module__ not in ("llm.models", "builtins", "abc")]
    modules = [vars(sys.modules[name]) for name in {base.__module__ for base in bases} if name in sys.modules]
    for place in [*map(vars, bases), *modules]:
        for value in place.values():
            function = inspect.unwrap(value) if callable(value) else value
            if isinstance(function, FunctionType):
                yield from nested_codes(function.__code__)


def nested_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested_codes(constant)


def send_messages(conversations: Any, package: Any, messages: list[Json]) -> None:
    """Makes llm's command line send these messages in place of a prompt."""

    def sending(original: Any) -> Any:
        def prompt(self: Any, _: Any = None, **named: Any) -> Any:
            system = [*map(str, named.get("system_fragments") or ()), named.get("system") or ""]
            chain = Messages(package, messages).sent(
                self.model,
                "\n\n".join(filter(None, system)),
                named.pop("attachments", None) or (),
                named.pop("fragments", None) or (),
            )
            return original(self, None, messages=chain, **named)

        return prompt

    conversations.prompt, conversations.chain = sending(conversations.prompt), sending(conversations.chain)


def continue_conversation(models: Any, conversations: Any) -> None:
    """Makes llm's command line continue one conversation whenever it runs; attachments and fragments are sent once."""
    begin = models.conversation
    kept: list[Any] = []

    def conversation(self: Any, *arguments: Any, **named: Any) -> Any:
        if not kept:
            kept.append(begin(self, *arguments, **named))
        return kept[0]

    def sending(original: Any) -> Any:
        def prompt(self: Any, *arguments: Any, **named: Any) -> Any:
            further: Json = {"attachments": [], "fragments": []} if self.responses else {}
            return original(self, *arguments, **{**named, **further})

        return prompt

    models.conversation = conversation
    conversations.prompt, conversations.chain = sending(conversations.prompt), sending(conversations.chain)
