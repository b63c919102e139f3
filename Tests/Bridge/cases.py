"""What is asked in each way, to compare what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from client import Json

CODE = "def f() -> str:\n    '''Gives a text.'''\n    return 'from f'\n"
CALL = '{"prompt": "x", "tool_calls": [{"name": "f"}]}'


@dataclass
class Case:
    """What is asked: as a command line, and as fields of a request in shared mode if that can say it."""

    name: str
    arguments: list[str]
    input: str | None = "Two words"
    shared: Json | None = None
    # What may differ, by nature: patterns that are taken out of both.
    ignoring: str | None = None


def asked(name: str, model: str, input: str = "Two words", ignoring: str | None = None, **fields: Any) -> Case:
    """A case for both modes; streaming, since the command line streams."""
    arguments = ["-m", model]
    for key, value in fields.items():
        for text in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
            arguments += [{"attachments": "-a"}.get(key, f"--{key}"), text]
    for option, value in fields.get("options", {}).items():
        arguments += ["-o", option, value]
    shared = {"model": model, "prompt": input, "stream": True, **fields}
    return Case(name, ["-n", "-u", *arguments], input, shared, ignoring)


def command(name: str, *arguments: str, input: str | None = "Two words", ignoring: str | None = None) -> Case:
    return Case(name, ["-n", *arguments], input, None, ignoring)


CASES = [
    asked("prompt, usage", "m"),
    asked("system prompt", "m", system="Be brief."),
    asked("alias of a model", "aka"),
    asked("default options of the user", "words"),
    asked("option", "m", options={"temperature": "0.5", "max_tokens": "9"}),
    asked("option unknown", "m", options={"foo": "1"}),
    asked("option out of range", "m", options={"temperature": "3", "top_p": "x"}),
    asked("model unknown", "nope-1"),
    asked("model that can't stream", "whole"),
    asked("CR LF, NUL, BOM, dashes", "m", "\ufeff--a\r\nb\rc\0d\n\n"),
    asked("a megabyte", "whole", "0123456789 äöü €\r\n" * 50_000),
    asked("control sequences, characters of all lengths", "coloured"),
    asked("empty answer", "empty"),
    asked("null answer", "null"),
    asked("cut by length, usage details", "long"),
    asked("no usage", "unmetered"),
    asked("no key", "locked"),
    asked("schema", "strict", schema="name, age int"),
    asked("schema file", "strict", schema="schema.json"),
    asked("schema file that is no JSON", "strict", schema="note.txt"),
    asked("schema that is none", "strict", schema="nonsense"),
    asked("schema, unsupported", "m", schema='{"type": "object"}'),
    asked("attachment", "seeing", attachments=["dot.png"]),
    asked("attachments missing", "seeing", attachments=["dot.png", "no.png"]),
    asked("attachment, unsupported", "m", attachments=["dot.png"]),
    asked("reasoning", "echo", options={"thinking": "1"}),
    asked("error 400", "400"),
    asked("error 401", "401"),
    asked("error 404", "404"),
    asked("error 422, plain text", "422"),
    asked("error 429", "429"),
    asked("error 429, quota", "quota"),
    asked("error 500, a page", "500"),
    asked("error 503", "503"),
    asked("stream cut", "cut"),
    asked("connection reset", "reset"),
    asked("connection reset in the stream", "reset late"),
    asked("error in the stream", "error late"),
    # It says where it breaks off; the server's answer has a time in it, and an identifier.
    asked("bad JSON", "bad json", ignoring=r"\d+"),
    asked("no choices", "choiceless"),
    asked("a page for an answer", "html"),
    asked("text that is not Unicode", "surrogate"),
    asked("blocking model", "blocking", "/dev/null"),
    asked("error of a plugin", "wrapping"),
    command("prompt as argument", "-m", "m", "An argument", input=None),
    command("prompt on both ways", "-m", "m", "and an argument"),
    command("no prompt at all", "-m", "m", input=None),
    command("no input, default model", input=None),
    command("model by query", "-q", "wor"),
    command("no stream", "-m", "m", "--no-stream", "-u"),
    command("no stream, no usage", "-m", "unmetered", "--no-stream"),
    command("no stream, no choices", "-m", "choiceless", "--no-stream"),
    command("no stream, a page", "-m", "html", "--no-stream"),
    command("extract", "-m", "fenced", "-x"),
    command("extract last", "-m", "fenced", "--xl"),
    command("JSON", "-m", "m", "--json", ignoring=r'"(?:id|conversation_id|datetime_utc|duration_ms|created)": .*'),
    command("template with parameter", "-t", "poem", "-p", "topic", "cats"),
    command("template, parameter missing", "-t", "poem"),
    command("template missing", "-t", "no-such", "-m", "m"),
    command("fragments", "-m", "m", "-f", "note.txt", "--sf", "note.txt"),
    command("fragment missing", "-m", "m", "-f", "no-such"),
    command("attachment with type", "-m", "seeing", "--at", "dot.png", "image/png"),
    command("attachment with type, missing", "-m", "seeing", "--at", "no.png", "image/png"),
    command("schema for several", "-m", "strict", "--schema-multi", "name"),
    command("reasoning hidden", "-m", "echo", "-o", "thinking", "1", "-R", "-u"),
    command(
        "function called", "-m", "echo", "--functions", CODE, "-u", "--td", input=CALL, ignoring=r'"tool_call_id": .*'
    ),
    command("function that is no Python", "-m", "echo", "--functions", "def (", ignoring=r'  File "<string>".*'),
    command("tool unknown", "-m", "echo", "-T", "no_such"),
    command("conversation unknown", "-m", "m", "--cid", "no-such"),
    command("exit of a plugin", "-m", "leaving"),
    command("flag unknown", "--bogus"),
    command("argument too many", "-m", "m", "a", "b"),
    Case("another command", ["models", "default"]),
    Case("version", ["--version"]),
]
