"""Keeps `llm` imported and runs many requests with it: the Python half of the executors `fork` and `shared`.

It is started without being a file, as `PYTHON [flags] -c BOOTSTRAP MODE [name=value...]`, where BOOTSTRAP is

    import os, sys
    if sys.path[:1] == [""]: del sys.path[0]
    def take(count):
        taken = b""
        while len(taken) < count:
            piece = os.read(0, count - len(taken))
            if not piece: sys.exit(3)
            taken += piece
        return taken
    size = b""
    while not size.endswith(b"\\n"): size += take(1)
    exec(compile(take(int(size)), "nllm_batch_bridge", "exec"))

and standard input holds the length of this text in bytes, a newline and the text. BOOTSTRAP drops the working
directory from the module path, as it is absent from a plain llm's, and reads no byte more than it needs: what
follows on standard input are requests, a JSON object a line; standard output brings events likewise.
docs/bridge.md describes both.

MODE is `fork` (each request is a forked child that runs llm's command line, Linux only), `shared` (all requests run in
this process, through llm's Python interface) or `log` (no requests: llm's log is brought up to date, with `fix=yes`
after a broken one without answers was moved away). Settings: `max_answer=BYTES`; for tests `threads=COUNT`,
`settling=SECONDS`.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import codecs
import collections
import contextlib
import contextvars
import copy
import ctypes
import dataclasses
import email.utils
import encodings.idna  # noqa: F401  Every child would load it, for its first host name.
import fcntl
import gc
import importlib
import importlib.metadata
import importlib.util
import io
import itertools
import json
import math
import operator
import os
import random
import re
import resource
import selectors
import signal
import socket
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from types import FrameType, ModuleType, SimpleNamespace
from typing import Any, NoReturn, TypeVar

PROTOCOL = 1
SOURCE_NAME = "nllm_batch_bridge"
UNUSABLE = 3

# A request that writes more, on both channels together, is ended. The parent gives the limit.
MAX_ANSWER = 16 << 20
# A JSON text takes up to six times the bytes of what it says, but large ones less than twice. A body that is longer
# holds an answer over the limit, and is kept in memory until its end comes. So is a line of a stream, which has but a
# piece of an answer: there the limit itself holds.
BODY_FACTOR = 2
# A stream sends each word in an object of some hundred bytes. Little of it is kept, so that this only ends what never
# says anything.
STREAM_FACTOR = 64
# What a child's own count allows beyond the limit, so that the parent, which cuts exactly, is first.
SLACK = 1 << 20
# Of what nobody watches, more is told before the end: one long event would hold up those of other requests.
KEPT_FOR_END = 1 << 20
# What a child's grandchildren may have left in a pipe when the child ends; more than a pipe usually holds.
PIPE_REST = 1 << 20
READ_SIZE = 1 << 16
# Pieces of an answer that llm has kept are put together whenever there are so many new ones.
MOST_PIECES = 512
# How much of a provider's answer is looked at to see what it is.
HEAD = 4096
# A report must fit into a pipe, since nobody reads it before the child has ended.
LONGEST_MESSAGE = 8000
# Models that have only a blocking interface occupy a thread each; more requests than this are not sent at once.
MOST_THREADS = 1024

# A pool looks at all its connections for each request, which is dear with hundreds: several share the work.
POOLS = 8
# Seconds until a task that was cancelled and still runs is cancelled again.
INSISTENCE = 0.2
# Seconds for which another process may keep llm's log locked.
LOG_PATIENCE = 60.0
# Seconds after which nobody is at work any more on a log that does not change; seconds between two looks at it.
LOG_SETTLING = 3.0
LOG_PAUSE = 0.3
# Of these, an interrupt from the terminal is left to the parent, which gets it as well.
INHERITED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Json = dict[str, Any]


class UnusableError(Exception):
    """Why nothing can be run here, in one line."""


class FloodError(BaseException):
    """More came in for a request than may be kept; not an `Exception`, so that no library tries again or wraps it.

    `texts` is what can be found of an answer in what had come, in pieces.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__("too much came in")
        self.texts = texts


class BadRequestError(Exception):
    """A line that can't be understood, with the id it names, if any."""

    def __init__(self, message: str, request_id: int | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id


# The protocol: requests and events.


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("a whole number", lambda value: type(value) is int),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "str": ("a text", lambda value: isinstance(value, str)),
    "list[str]": ("a list of texts", lambda value: isinstance(value, list) and are_texts(value)),
    "dict[str, str]": ("an object of texts", lambda value: isinstance(value, dict) and are_texts(value.values())),
}


def are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


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
    max_memory: int | None = None
    watch: bool = False


@dataclass(frozen=True)
class Question:
    """What `shared` asks a model; texts are those of the command line's options."""

    id: int
    directory: str
    model: str | None = None
    prompt: str = ""
    system: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)
    schema: str | None = None
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
    """A request of a kind; its fields' types are the texts that stand in its class."""
    given = {name: value for name, value in request.items() if value is not None}
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for name, place in fields.items():
        meant, allows = KINDS[str(place.type).removesuffix(" | None")]
        optional = place.default is not MISSING or place.default_factory is not MISSING
        if not (allows(given[name]) if name in given else optional):
            raise BadRequestError(f"`{name}` must be {meant}", request["id"])
    return kind(**{name: value for name, value in given.items() if name in fields})


class Channel:
    """Requests in, events out: on descriptors of its own, so that nothing a plugin prints gets between them."""

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
        """The lines that are there; none when there is less than one; None at the end of the input."""
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
        """Adds an event; it leaves with the next flush, in one write with its neighbours."""
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
    """A value as JSON, whatever stands in its texts: half a surrogate pair becomes U+FFFD, both halves a character."""
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


# Errors, as the parent wants to know them.


def describe_error(error: Any) -> Json:
    """What a parent needs to decide about a failure, whichever provider's library raised it."""
    origin = error
    if is_click_error(error) and error.exit_code == 1:
        # llm shows its errors through click; what they came from stands behind.
        origin = error.__cause__ or error.__context__ or error
    source = next((link for link in causes(origin) if http_status(link) is not None), origin)
    code, kind = getattr(source, "code", None), getattr(source, "type", None)
    return {
        "class": f"{type(origin).__module__}.{type(origin).__qualname__}",
        "bases": [base.__name__ for base in type(origin).__mro__[1:-2]],
        "message": str(error.format_message() if is_click_error(error) else error)[:LONGEST_MESSAGE],
        "http_status": http_status(source),
        "code": code if isinstance(code, str) else None,
        "type": kind if isinstance(kind, str) else None,
        "retry_after": retry_after(getattr(getattr(source, "response", None), "headers", None)),
    }


def flood(error: BaseException) -> FloodError | None:
    """That a request ended because too much came in, whatever was made of that on the way; None if it did not."""
    return next((link for link in causes(error) if isinstance(link, FloodError)), None)


def is_click_error(error: Any) -> bool:
    return any(base.__name__ == "ClickException" for base in type(error).__mro__)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from; a plugin may wrap its library's errors."""
    link: BaseException | None = error
    for _ in range(5):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def http_status(error: BaseException) -> int | None:
    places = (error, getattr(error, "response", None))
    values = [getattr(place, name, None) for place in places for name in ("status_code", "status", "code")]
    return next((value for value in values if type(value) is int and 100 <= value <= 599), None)


def retry_after(headers: Any) -> float | None:
    """How many seconds the provider asks to wait, from the headers of its answer."""
    if not hasattr(headers, "get"):
        return None
    with contextlib.suppress(ValueError, TypeError):
        return waiting_time(float(headers.get("retry-after-ms")) / 1000)
    text = headers.get("retry-after")
    with contextlib.suppress(ValueError, TypeError):
        return waiting_time(float(text))
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return waiting_time(email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    return None


def waiting_time(seconds: float) -> float | None:
    """The time to wait; none and a time that has passed say nothing, since the provider has just refused."""
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def finish_facts(response: Any) -> Json:
    """Why the model stopped, in lower case, from whatever shape of answer the provider gave; null if it broke off."""
    answer = getattr(response, "response_json", None)
    if not isinstance(answer, dict):
        return {}
    places = [answer]
    for name in ("choices", "candidates"):
        first = answer[name][:1] if isinstance(answer.get(name), list) else []
        places += [place for place in first if isinstance(place, dict)]
    names = ("finish_reason", "finishReason", "stop_reason", "done_reason")
    reasons = [place.get(name) for place in places for name in names]
    if answer.get("object") == "response":
        details = answer.get("incomplete_details")
        reasons += [details.get("reason") if isinstance(details, dict) else None, answer.get("status")]
    found = next((reason.lower() for reason in reasons if isinstance(reason, str)), None)
    # A stream ends with the reason and then the usage; there are servers that never send the one or the other.
    is_cut = answer.get("object") == "chat.completion.chunk" and not answer.get("usage")
    return {"finish_reason": found} if found or is_cut else {}


# llm's log, which each call of llm opens and migrates, logged or not.


class LogFlawError(Exception):
    """What is wrong with llm's log: as it is, no llm works."""

    def __init__(self, path: Path, error: Exception, fixable: bool = False) -> None:
        self.path = path
        # Without the path, which is told beside it.
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.detail = " ".join(text.split()) or type(error).__name__
        # Whether a new one can take its place, and nothing is lost.
        self.fixable = fixable
        super().__init__(f"llm's log {path} can't be used: {self.detail}")

    def facts(self) -> Json:
        return {"path": str(self.path.absolute()), "detail": self.detail, "fixable": self.fixable}


@dataclass(frozen=True)
class Migrations:
    """What llm does to its log, and the names under which the log records that; no names where llm has no list."""

    apply: Callable[[Any], None]
    names: frozenset[str]

    @staticmethod
    def of(module: Any) -> Migrations:
        names = (step.__name__ for step in getattr(module, "MIGRATIONS", ()))
        return Migrations(module.migrate, frozenset(names))


class LogConnection(sqlite3.Connection):
    """Leaves it to its owner to end a transaction: by their version, llm and sqlite_utils commit each step by itself."""

    def commit(self) -> None:
        pass

    def rollback(self) -> NoReturn:
        raise sqlite3.ProgrammingError("not a step's own transaction")

    def __enter__(self) -> LogConnection:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        # Some versions tidy up between steps, which is possible in no transaction.
        return self.cursor() if sql.strip("; \n").upper() == "VACUUM" else super().execute(sql, *parameters)

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        """Python's own would commit first."""
        cursor, statement = self.cursor(), ""
        for piece in script.split(";"):
            statement += piece + ";"
            if sqlite3.complete_statement(statement):
                cursor.execute(statement)
                statement = ""
        return cursor


def log_path() -> Path:
    """Where llm has its log, as `llm.user_dir` says; llm itself, which takes long to import, is not asked."""
    if folder := os.environ.get("LLM_USER_PATH"):
        return Path(folder, "logs.db")
    return Path(importlib.import_module("click").get_app_dir("io.datasette.llm"), "logs.db")


def log_migrations() -> Any:
    """The module that defines llm's migrations, imported alone: all of llm takes ten times as long."""
    spec = importlib.util.find_spec("llm")
    if spec is None or spec.origin is None:
        raise UnusableError("llm can't be imported")
    path = Path(spec.origin).with_name("migrations.py")
    alone = importlib.util.spec_from_file_location("llm.migrations", path) if path.is_file() else None
    if alone is None or alone.loader is None:
        return importlib.import_module("llm.cli")
    module = importlib.util.module_from_spec(alone)
    alone.loader.exec_module(module)
    return module


def prepare_log(
    path: Path, migrations: Migrations, fix: bool = False, settling: float = LOG_SETTLING
) -> Path | None:
    """Brings llm's log up to date, or raises what is wrong with it.

    With `fix`, a broken one that holds no answers is moved away first; returned is where to. One that does not change
    for `settling` seconds is in nobody's hands.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            update_log(path, migrations, settling)
        except Exception as error:
            if fix and is_fixable(path, error):
                return replace_log(path, migrations)
            raise
    except ImportError:  # llm is broken, and not its log.
        raise
    except Exception as error:
        raise LogFlawError(path, error, is_fixable(path, error)) from error
    return None


def replace_log(path: Path, migrations: Migrations) -> Path | None:
    """Moves a broken log away and makes a new one; None if somebody else has done so meanwhile."""
    with locked(path.parent):
        try:
            update_log(path, migrations, 0)
            return None
        except Exception as error:
            if not is_fixable(path, error):
                raise
        moved = move_log_away(path)
        update_log(path, migrations, 0)
        return moved


def update_log(path: Path, migrations: Migrations, settling: float) -> None:
    """Applies what is missing in one transaction: a log is as it was or as it is to be, whatever ends this process.

    One that can't be migrated may be in the hands of a cold llm, which commits step by step; if it is not, it is broken.
    """
    seen, since = None, 0.0
    while True:
        failure = None
        with open_log(path) as log:
            state = recorded, schema = log_state(log)
            if migrations.names and migrations.names <= recorded:
                return
            # One that may be in the making is left alone at first: whoever makes it would stumble over what is done.
            if not schema or seen == state:
                failure = try_migration(log, migrations)
                if failure is None:
                    return
        if seen != state:
            seen, since = state, time.monotonic()
        elif failure and time.monotonic() - since > settling:
            raise failure
        time.sleep(LOG_PAUSE)


def try_migration(log: LogConnection, migrations: Migrations) -> Exception | None:
    """All or nothing; returns what is in the way if that may change, else raises it."""
    database = importlib.import_module("sqlite_utils").Database(log)
    # Nobody can read it meanwhile either: a cold llm that looks at it now would find that nothing is done.
    log.execute("BEGIN EXCLUSIVE")
    try:
        migrations.apply(database)
        log.execute("COMMIT")
    except Exception as error:
        # Some errors have ended the transaction.
        if log.in_transaction:
            log.execute("ROLLBACK")
        if isinstance(error, ImportError) or is_outside(error) or is_damage(error):
            raise
        return error
    return None


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[LogConnection]:
    if path.exists() and not path.is_file():
        raise OSError(0, "it is a folder" if path.is_dir() else "it is not a regular file")
    log = sqlite3.connect(path, timeout=LOG_PATIENCE, isolation_level=None, factory=LogConnection)
    try:
        yield log
    finally:
        log.close()


def log_state(log: LogConnection) -> tuple[set[str], list[Any]]:
    """The migrations that are recorded as done, and all that a log consists of."""
    schema = log.execute("SELECT name, sql FROM sqlite_master").fetchall()
    is_recorded = any(name == "_llm_migrations" for name, _ in schema)
    names = log.execute("SELECT name FROM _llm_migrations").fetchall() if is_recorded else []
    return {name for (name,) in names}, schema


def is_outside(error: Exception) -> bool:
    """Whether an error lies not in what a log holds, but in its place or its use by others."""
    phrases = ("locked", "unable to open", "readonly", "disk I/O error", "is full")
    return isinstance(error, OSError) or isinstance(error, sqlite3.Error) and any(part in str(error) for part in phrases)


def is_damage(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and any(part in str(error) for part in ("malformed", "not a database"))


def is_fixable(path: Path, error: Exception) -> bool:
    """Whether a new log can take the place of one that failed, and no answer is lost to llm."""
    return not is_outside(error) and holds_answers(path) is False


def holds_answers(path: Path) -> bool | None:
    """Whether there is more in a log than its migrations' names; None if it can't be read to the end."""
    try:
        with open_log(path) as log:
            tables = log.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            names = [name for (name,) in tables if name != "_llm_migrations" and not name.startswith("sqlite_")]
            # Search indexes hold what other tables hold.
            names = [name for name in names if not name.endswith("_fts") and "_fts_" not in name]
            return any(log.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in names)
    except (sqlite3.Error, OSError):
        return None


def move_log_away(path: Path) -> Path:
    """Renames a log, and what SQLite keeps beside it, and returns its new place."""
    numbers = itertools.count(2)
    place = path.with_name(f"{path.name}.broken")
    while os.path.lexists(place):
        place = path.with_name(f"{path.name}.broken-{next(numbers)}")
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}{suffix}", f"{place}{suffix}")
    return place


# llm, imported and prepared.


class Llm:
    """`llm` with its plugins, imported once; what makes it fast is done to it here, and nowhere else."""

    # What is used of llm; without any of it, this is another llm than this file was written for.
    NEEDED = {
        "llm": "get_models_with_aliases get_plugins get_tools",
        "llm.cli": "cli logs_db_path migrate sqlite_utils",
        "llm.models": "_BaseResponse.__init__",
        "llm.default_plugins.openai_models": "Chat openai.OpenAI",
    }
    NEEDED_BY_SHARED = {
        "llm": "get_model get_model_aliases get_async_model_aliases get_default_model",
        "llm.cli": "click pydantic cli.commands get_model_options load_template render_errors resolve_attachment "
        "AttachmentError",
        "llm.models": "AsyncResponse.astream_events Response.stream_events _BaseResponse.token_usage",
        "llm.utils": "resolve_schema_input",
    }
    # The SDKs that try again on their own, three times in all; llm's plugins build on them.
    SDKS = {"openai": ("OpenAI", "AsyncOpenAI"), "anthropic": ("Anthropic", "AsyncAnthropic")}

    def __init__(self, mode: str, max_answer: int) -> None:
        sys.argv = ["llm"]
        self.max_answer = max_answer
        self.generators: list[random.Random] = []
        try:
            self.package = self._import("llm", mode)
            self.cli = self._import("llm.cli", mode)
            self.models = self._import("llm.models", mode)
            self.utils = self._import("llm.utils", mode)
            self.openai_models = self._import("llm.default_plugins.openai_models", mode)
        except UnusableError:
            raise
        except BaseException as error:  # Plugins may raise anything, and exit.
            raise UnusableError(f"llm can't be imported: {type(error).__name__}: {error}") from error

    def _import(self, name: str, mode: str) -> Any:
        module = importlib.import_module(name)
        needed = self.NEEDED.get(name, "").split()
        if mode == "shared":
            needed += self.NEEDED_BY_SHARED.get(name, "").split()
        for attribute in needed:
            try:
                operator.attrgetter(attribute)(module)
            except AttributeError as error:
                raise UnusableError(f"llm {self.version()} does not fit: {name} has no {attribute}") from error
        return module

    def version(self) -> str:
        return importlib.metadata.version("llm")

    def plugins(self) -> dict[str, str]:
        return {plugin["name"]: plugin.get("version", "") for plugin in self.package.get_plugins()}

    def prepare(self) -> None:
        """What helps both modes. Nothing here starts a thread or keeps a socket."""
        # First, because the plugins look into the folder that it is in.
        self._migrate_log()
        # llm asks all plugins for these at every prompt, several times: 60 ms with five plugins.
        for name in ("get_models_with_aliases", "get_tools"):
            original = getattr(self.package, name)
            replace_function(original, remembering(original), "llm")
        self._turn_off_retries()
        self._share_tls_contexts()
        self._watch_bodies()
        self._keep_little()

    def _turn_off_retries(self) -> None:
        """Retries are the parent's: the SDKs' own would multiply with them and hide what happens."""
        for name, clients in self.SDKS.items():
            try:
                sdk = importlib.import_module(name) if importlib.util.find_spec(name) else None
            except Exception as error:  # A broken SDK concerns the models that use it alone.
                diagnose(f"{name} can't be imported: {error}")
                continue
            for client in (getattr(sdk, client, None) for client in clients):
                defaults = getattr(getattr(client, "__init__", None), "__kwdefaults__", None)
                if defaults and "max_retries" in defaults:
                    defaults["max_retries"] = 0

    def _share_tls_contexts(self) -> None:
        """llm makes a client for each prompt, and the client reads all certificates anew: 25 ms."""
        for name in ("httpx2", "httpx"):
            original = getattr(sys.modules.get(f"{name}._config"), "create_ssl_context", None)
            if original is not None:
                shared = sharing_tls_contexts(original)
                replace_function(original, shared, name)
                with contextlib.suppress(Exception):
                    shared()

    def _watch_bodies(self) -> None:
        """What providers send is counted on its way in: some of it would be kept in memory as long as it goes on."""
        for name in ("httpx2", "httpx"):
            response = getattr(sys.modules.get(name), "Response", None)
            if response is not None:
                response.iter_bytes = watching_body(response.iter_bytes, self.max_answer)
                response.aiter_bytes = watching_body_async(response.aiter_bytes, self.max_answer)

    def _keep_little(self) -> None:
        """Of a streamed answer llm keeps each piece as several objects, 3 KB for a word; its text is enough."""
        kind = self.models._BaseResponse
        if hasattr(kind, "_process_chunk"):
            kind._process_chunk = joining_pieces(kind._process_chunk, self.max_answer + SLACK)
        shared = getattr(self.openai_models, "_Shared", None)
        if hasattr(shared, "get_client"):
            places = {"Chat": "chat.completions", "AsyncChat": "chat.completions", "Completion": "completions"}
            kinds = {getattr(self.openai_models, name, None): place for name, place in places.items()}
            own = {kind.execute: operator.attrgetter(place) for kind, place in kinds.items() if kind is not None}
            shared.get_client = passing_chunks_on(shared.get_client, own)

    def _migrate_log(self) -> None:
        """Every call of llm migrates its log, even with -n, and those that do so at once disturb each other."""
        migrate = self.cli.migrate
        migrations = Migrations.of(sys.modules[migrate.__module__])
        try:
            self.log = self.cli.logs_db_path()
        except OSError as error:
            raise LogFlawError(log_path(), error) from error
        prepare_log(self.log, migrations)
        replace_function(migrate, migrating_others(migrations, self.log), "llm")

    def share_clients(self) -> None:
        """A few clients for each model object and key, which keep their connections, instead of one for each prompt."""
        for owner in {item for item in vars(self.openai_models).values() if isinstance(item, type)}:
            if original := vars(owner).get("get_client"):
                setattr(owner, "get_client", sharing_clients(original))

    def rehearse(self) -> None:
        """Runs a whole prompt with an answer from nowhere, so that what is built lazily is there for all: 15 ms."""
        chat = self.openai_models.Chat
        model = next((m.model for m in self.package.get_models_with_aliases() if type(m.model) is chat), None)
        if model is None:
            return
        arguments = ["-n", "-u", "-m", model.model_id, "--key", "none"]
        try:
            for further in ([], ["--no-stream"]):
                with answered_from_nowhere(self.openai_models.openai), silenced_standard_streams():
                    self.cli.cli([*arguments, *further], prog_name="llm", standalone_mode=False)
        except BaseException as error:  # The rehearsal only saves time.
            diagnose(f"the rehearsal failed: {type(error).__name__}: {error}")


def diagnose(text: str) -> None:
    os.write(2, f"nllm-batch bridge: {text}\n".encode("utf-8", "backslashreplace"))


def replace_function(original: Any, replacement: Any, package: str) -> None:
    """Replaces a function wherever modules of a package hold it, those that imported it by name included."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and (name == package or name.startswith(package + ".")):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, replacement)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps others waiting that want to replace what is in a folder; where that is impossible, nobody waits."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def remembering(original: Callable[[], Any]) -> Callable[[], Any]:
    answer = original()
    return lambda: copy.copy(answer)


def migrating_others(migrations: Migrations, path: Path) -> Callable[[Any], None]:
    """Migrates any database but the one that has been migrated, as long as that is the same file: 3 ms."""
    # It stays open: else another file could come to have its number.
    done = os.fstat(os.open(path, os.O_RDONLY))

    def migrate(database: Any) -> None:
        place = database.conn.execute("pragma database_list").fetchone()[2]
        if not place:
            migrations.apply(database)
        elif not os.path.samestat(os.stat(place), done):
            try:
                prepare_log(Path(place), migrations)
            except LogFlawError as error:
                raise sqlite3.OperationalError(error.detail) from error

    return migrate


def sharing_tls_contexts(original: Callable[..., Any]) -> Callable[..., Any]:
    contexts: dict[Any, Any] = {}

    def create_ssl_context(verify: Any = True, cert: Any = None, trust_env: bool = True, **others: Any) -> Any:
        if verify is not True or cert is not None or others:
            return original(verify=verify, cert=cert, trust_env=trust_env, **others)
        key = (trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        if key not in contexts:
            contexts[key] = original(verify=verify, cert=cert, trust_env=trust_env)
        return contexts[key]

    return create_ssl_context


def sharing_clients(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_client(self: Any, key: str | None, *, async_: bool = False) -> Any:
        all_clients = vars(self).setdefault("_nllm_batch_clients", {})
        clients = all_clients.setdefault((key, async_), collections.deque())
        if len(clients) < POOLS:
            clients.append(original(self, key, async_=async_))
        clients.rotate()
        return clients[0]

    return get_client


# What providers send: counted, looked at, and kept small.


class Exchange:
    """What a provider sent last for a request with status 2xx: the beginning, and what it is said to be."""

    def __init__(self) -> None:
        self.type = ""
        self.head = b""
        self.has_events = False

    def begin(self, content_type: str) -> None:
        self.type, self.head, self.has_events = content_type, b"", False

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
        """Whether it is HTML or other text for people, whatever it is said to be."""
        is_text = self.type.startswith("text/") and "event-stream" not in self.type
        return self.text.startswith(b"<") or bool(self.text) and is_text and not self.is_json and not self.has_events

    @property
    def is_no_completion(self) -> bool:
        """Whether it is a short JSON text without what a completion of OpenAI's API must have."""
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
        """What it is, for people, such as `HTML (text/html)`."""
        kind = "HTML" if self.text.startswith(b"<") else "JSON" if self.is_json else "text"
        said = "".join(letter for letter in self.type.partition(";")[0][:60] if " " < letter < "\x7f")
        return f"{kind} ({said})" if said else kind


# A request's own in `shared`; a forked child has one request, and this for all its threads.
EXCHANGE: contextvars.ContextVar[Exchange] = contextvars.ContextVar("exchange", default=Exchange())  # noqa: B039


class Body:
    """The body of a provider's answer on its way in."""

    def __init__(self, response: Any, max_answer: int) -> None:
        self._type = str(response.headers.get("content-type", "")).lower()
        asked = getattr(response.request, "_content", b"")
        is_stream = any(word in self._type for word in ("event-stream", "ndjson", "jsonl", "amazon"))
        is_stream = is_stream or b'"stream":true' in asked or b'"stream": true' in asked
        self._most_in_line = (1 if is_stream else BODY_FACTOR) * max_answer + SLACK
        self._most = STREAM_FACTOR * max_answer if is_stream else self._most_in_line
        self._total = self._in_line = 0
        # The beginning of what the libraries keep, in the same pieces: of the line, or of a body that is not streamed.
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
        """The next piece, with U+FFFD for what is not UTF-8 where a text must be.

        Raises FloodError when what would be kept in memory holds more than an answer may have.
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
        """Nothing for what is read already, and for files that are fetched, such as attachments."""
        if hasattr(response, "_content") or getattr(response, "_request", None) is None:
            return None
        return Body(response, max_answer) if response.request.method == "POST" else None


def texts_begun(pieces: collections.deque[bytes]) -> Iterator[str]:
    """The text of an answer in the beginning of a JSON text, as far as it goes; what was read of that is dropped."""
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
            # The last escape or character may be torn.
            with contextlib.suppress(ValueError):
                yield json.decoder.scanstring(rest[:cut].decode() + '"', 0, False)[0]
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


def foreign_facts(exchange: Exchange, response: Any, llm: Llm, error: BaseException | None) -> Json:
    """What the provider sent in place of an answer, where it is not one of the model's API, such as a page."""
    kept = vars(response)
    if any(kept.get("_chunks", ())) or response.input_tokens is not None or response.output_tokens is not None:
        return {}
    if error is not None:
        # What the libraries make of an answer they do not know; else they say themselves what went wrong.
        kinds = (AttributeError, TypeError, LookupError, ValueError)
        links = list(causes(error))
        if any(http_status(link) is not None for link in links) or not any(isinstance(link, kinds) for link in links):
            return {}
    if exchange.is_page:
        return {"foreign": exchange.name}
    if not isinstance(response.model, getattr(llm.openai_models, "_Shared", ())) or kept.get("_tool_calls"):
        return {}
    if error is not None:
        return {"foreign": exchange.name} if exchange.is_no_completion else {}
    answer = response.response_json if isinstance(response.response_json, dict) else {}
    if any(name in answer for name in ("id", "object", "model", "choices", "output")):
        return {}
    if response.response_json is None and exchange.has_events:
        # One that ends with a record of the whole broke off before that.
        return {}
    return {"foreign": "an empty stream" if exchange.has_events or not exchange.text else exchange.name}


def is_shallow(value: Any, most: int = 50) -> bool:
    """Whether a value has few enough levels for any reader of JSON."""
    if not isinstance(value, (dict, list)):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return most > 0 and all(is_shallow(part, most - 1) for part in parts)


def joining_pieces(original: Callable[[Any, Any], Any], most: int) -> Callable[[Any, Any], Any]:
    """llm's `_process_chunk`, which notes a piece of an answer twice, with the older pieces put together.

    Raises FloodError when a response has more characters than `most`, shown or not.
    """

    def _process_chunk(self: Any, chunk: Any) -> Any:
        kept = vars(self).setdefault("_nllm_batch_kept", SimpleNamespace(size=0, events=0, chunks=0))
        text = chunk if isinstance(chunk, str) else getattr(chunk, "chunk", None)
        kept.size += len(text) if isinstance(text, str) else 0
        if kept.size > most:
            raise FloodError
        # Before the next one is noted: the last is still to be given on, as it is.
        if len(self._stream_events) - kept.events >= MOST_PIECES:
            self._stream_events[kept.events :] = joined_events(self._stream_events[kept.events :])
            self._chunks[kept.chunks :] = ["".join(self._chunks[kept.chunks :])]
            kept.events, kept.chunks = len(self._stream_events), len(self._chunks)
        return original(self, chunk)

    return _process_chunk


def joined_events(events: list[Any]) -> list[Any]:
    """The events with neighbours in one, where these differ in their text alone."""
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
        run[0] if len(run) == 1 else dataclasses.replace(run[0], chunk="".join(event.chunk for event in run))
        for _, run in runs
    ]


def passing_chunks_on(original: Callable[..., Any], own: dict[Any, Callable[[Any], Any]]) -> Callable[..., Any]:
    """llm's `get_client`, for models that read a stream in one of llm's own ways, which keep all chunks for the end.

    `own` says where those ways find what they call. A plugin's way may do other things with the chunks.
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


class PassingChunk:
    """Stands for each chunk of a stream while llm looks at it, and after the last one for all of them together.

    llm appends every chunk to a list and makes one record of that list in the end, from the choices' text, role, reason
    to finish and log probabilities, the last usage, and what the first chunk says of the whole. So the list holds this
    one object many times, which then has all choices when it is asked first, and none from then on.
    """

    def __init__(self) -> None:
        self._now: Any = None
        self._first: Any = None
        self._usage: Any = None
        # Neighbours without log probabilities as one choice, with their texts in a list.
        self._choices: list[tuple[Any, list[str]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now, name)

    def become(self, chunk: Any) -> None:
        self._fold()
        self._now = chunk
        self._first = self._first or SimpleNamespace(
            **{
                name: value
                for name in ("id", "object", "model", "created", "index")
                if (value := getattr(chunk, name, None)) is not None
            }
        )

    def _fold(self) -> None:
        """Notes of the chunk that has been looked at what the record needs."""
        if self._now is None:
            return
        self._usage = getattr(self._now, "usage", None) or self._usage
        for choice in getattr(self._now, "choices", None) or ():
            delta = getattr(choice, "delta", None)
            if getattr(choice, "logprobs", None):
                self._choices.append((choice, []))
                continue
            text = getattr(choice if delta is None else delta, "text" if delta is None else "content", None)
            if not self._choices or not isinstance(self._choices[-1][0], SimpleNamespace):
                self._choices.append((SimpleNamespace(logprobs=None, finish_reason=None), []))
            whole, texts = self._choices[-1]
            if delta is not None:
                whole.delta = SimpleNamespace(role=getattr(delta, "role", None), content=None)
            reason = getattr(choice, "finish_reason", None)
            whole.finish_reason = whole.finish_reason if reason is None else reason
            if text:
                texts.append(text)
                if len(texts) >= MOST_PIECES:
                    texts[:] = ["".join(texts)]

    def become_all(self) -> None:
        self._fold()
        for choice, texts in self._choices:
            if isinstance(choice, SimpleNamespace):
                text = "".join(texts)
                vars(getattr(choice, "delta", choice))["content" if hasattr(choice, "delta") else "text"] = text
        choices = [[choice for choice, _ in self._choices]]
        # It is asked for at each place in the list.
        usage = self._usage.model_dump() if self._usage else None

        class Whole(SimpleNamespace):
            @property
            def choices(self) -> list[Any]:
                return choices.pop() if choices else []

        whole = Whole(**vars(self._first or SimpleNamespace()))
        whole.usage = SimpleNamespace(model_dump=lambda: usage) if usage else None
        self._now = whole



@contextlib.contextmanager
def answered_from_nowhere(openai: Any) -> Iterator[None]:
    """Lets OpenAI's client get a canned answer; should llm use it in some new way, nothing is sent anywhere."""
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


# `fork`: a child for each request.


class TextSplitter:
    """Cuts a stream of bytes into pieces for events, so that no character is torn apart."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def fields(self, data: bytes, last: bool = False) -> Json:
        begun, _ = self._decoder.getstate()
        try:
            text = self._decoder.decode(data, last)
        except UnicodeDecodeError:
            self._decoder.reset()
            return {"base64": base64.b64encode(begun + data).decode()}
        return {"text": text} if text else {}


@dataclass
class Output:
    """What a child writes on one of its channels."""

    name: str
    splitter: TextSplitter = field(default_factory=TextSplitter)
    pieces: list[bytes] = field(default_factory=list)


@dataclass
class Child:
    id: int
    pid: int
    watch: bool
    report: int
    outputs: dict[int, Output]
    written: int = 0
    flooded: bool = False
    interrupted: bool = False

    def signal(self, number: int) -> None:
        """To its whole group, or to it alone while it has not made its group yet."""
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            os.kill(self.pid, number)


class ForkServer:
    """Forks a child of this warm process for each request, and tells what it writes and how it ends.

    It has one thread, so that forking is safe, and waits for everything at once: requests, what children write,
    and signals, which arrive as bytes in a pipe.
    """

    def __init__(self, llm: Llm, channel: Channel) -> None:
        self._llm = llm
        self._channel = channel
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._ending = False

    def run(self) -> None:
        self._selector.register(self._channel.requests, selectors.EVENT_READ, self._take_requests)
        self._selector.register(signals_as_bytes(), selectors.EVENT_READ, self._take_signals)
        try:
            while not self._ending:
                for key, _ in self._selector.select():
                    # Something before in this round may have closed it.
                    if self._selector.get_map().get(key.fd) is key:
                        key.data(key.fd)
                self._channel.flush()
        except BrokenPipeError:
            diagnose("nobody reads the events any more")
        finally:
            self._end_children()

    def _end_children(self) -> None:
        for child in self._children.values():
            child.signal(signal.SIGKILL)
        for child in self._children.values():
            os.waitpid(child.pid, 0)

    def _take_signals(self, pipe: int) -> None:
        numbers = os.read(pipe, READ_SIZE)
        self._ending = self._ending or signal.SIGTERM in numbers or signal.SIGHUP in numbers
        self._reap()

    def _take_requests(self, _: int) -> None:
        lines = self._channel.read()
        if lines is None:
            self._ending = True
            return
        for line in lines:
            try:
                request = parse_request(line, CommandLine)
                if isinstance(request, Stop):
                    self._stop(request)
                elif any(child.id == request.id for child in self._children.values()):
                    raise BadRequestError("a request with this id is running", request.id)
                else:
                    self._start(request)
            except BadRequestError as error:
                self._channel.send(bad_request(error))

    def _stop(self, stop: Stop) -> None:
        for child in self._children.values():
            if child.id == stop.id:
                child.interrupted = True
                child.signal(stop.signal)

    def _start(self, request: CommandLine) -> None:
        try:
            child = fork_child(self._llm, request)
        except (OSError, ValueError) as error:
            self._channel.send({"id": request.id, "event": "ended", "not_started": str(error)})
            return
        self._children[child.pid] = child
        for descriptor in child.outputs:
            self._selector.register(descriptor, selectors.EVENT_READ, lambda fd: self._read(child, fd))
        self._channel.send({"id": child.id, "event": "started", "pid": child.pid})

    def _read(self, child: Child, descriptor: int) -> int:
        """Takes what is there, one piece at most, and returns how much that was."""
        try:
            data = os.read(descriptor, READ_SIZE)
        except BlockingIOError:
            return 0
        if not data:
            self._selector.unregister(descriptor)
            return 0
        self._keep(child, child.outputs[descriptor], data)
        return len(data)

    def _keep(self, child: Child, output: Output, data: bytes) -> None:
        room = self._llm.max_answer - child.written
        child.written += len(data)
        if child.flooded:
            return
        if len(data) > room:
            data = data[:room]
            child.flooded = True
            child.signal(signal.SIGKILL)
        if child.watch:
            self._send_output(child, output, data)
            return
        output.pieces.append(data)
        if child.written > KEPT_FOR_END:
            child.watch = True
            for kept in child.outputs.values():
                self._send_output(child, kept, b"".join(kept.pieces))
                kept.pieces.clear()

    def _send_output(self, child: Child, output: Output, data: bytes, last: bool = False) -> None:
        fields = output.splitter.fields(data, last)
        if fields:
            self._channel.send({"id": child.id, "event": "output", "channel": output.name, **fields})

    def _reap(self) -> None:
        """Ends everything of the children that have ended, grandchildren included."""
        while True:
            try:
                # Left unreaped at first: so long no other process can get its group's number.
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            child = self._children.pop(ended.si_pid, None)
            if child:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.pid, signal.SIGKILL)
            _, status, usage = os.wait4(ended.si_pid, 0)
            if child:
                self._finish(child, status, usage)

    def _finish(self, child: Child, status: int, usage: resource.struct_rusage) -> None:
        """Tells how a child ended. A daemon it left may hold its pipes for ever: what is there now is taken."""
        event: Json = {"id": child.id, "event": "ended"}
        code = os.waitstatus_to_exitcode(status)
        event.update({"code": code} if code >= 0 else {"signal": -code})
        for descriptor, output in child.outputs.items():
            if descriptor in self._selector.get_map():
                rest = PIPE_REST
                while rest > 0 and (size := self._read(child, descriptor)):
                    rest -= size
            if descriptor in self._selector.get_map():
                self._selector.unregister(descriptor)
            os.close(descriptor)
            if child.watch:
                self._send_output(child, output, b"", last=True)
            else:
                event.update(text_or_base64(output.name, b"".join(output.pieces)))
        event["cpu_ms"] = round((usage.ru_utime + usage.ru_stime) * 1000, 1)
        event["peak_memory_kb"] = usage.ru_maxrss
        event.update(take_report(child.report))
        event.update({name: True for name in ("flooded", "interrupted") if getattr(child, name)})
        self._channel.send(event)


def signals_as_bytes() -> int:
    """A pipe into which the numbers of arriving signals are written."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *INHERITED_SIGNALS):
        # What was ignored at the start stays ignored in the children as well.
        if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGCHLD:
            signal.signal(number, note_nothing)
    return reading


def note_nothing(_: int, __: FrameType | None) -> None:
    """A signal is noted by the pipe; it only must not have its default effect."""


def take_report(pipe: int) -> Json:
    try:
        return {"error": None, **json.loads(os.read(pipe, READ_SIZE))}
    except (ValueError, OSError):
        return {"error": None}
    finally:
        os.close(pipe)


def fork_child(llm: Llm, request: CommandLine) -> Child:
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:

        def pipe() -> tuple[int, int]:
            reading, writing = os.pipe()
            ours.callback(os.close, reading)
            theirs.callback(os.close, writing)
            os.set_blocking(reading, False)
            return reading, writing

        directory = os.open(request.directory, os.O_PATH | os.O_DIRECTORY)
        theirs.callback(os.close, directory)
        stdin = open_input(request.input)
        theirs.callback(os.close, stdin)
        (stdout, stdout_end), (stderr, stderr_end), (report, report_end) = pipe(), pipe(), pipe()
        # A signal to a child that is not yet one of its own would go into the parent's pipe, and end the parent.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, INHERITED_SIGNALS)
        theirs.callback(signal.pthread_sigmask, signal.SIG_SETMASK, mask)
        place = Place(os.getpid(), directory, (stdin, stdout_end, stderr_end), report_end, mask)
        pid = os.fork()
        if pid == 0:
            run_child(llm, request, place)
        ours.pop_all()
    outputs = {stdout: Output("stdout"), stderr: Output("stderr")}
    return Child(request.id, pid, request.watch, report, outputs)


def open_input(text: str | None) -> int:
    """A file in memory: a pipe would have to be fed while the child runs."""
    if text is None:
        return os.open(os.devnull, os.O_RDONLY)
    data = text.encode()
    descriptor = os.memfd_create("input")
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


@dataclass(frozen=True)
class Place:
    """Where a child is to run: descriptors, the process without which it must not live on, and the signals it blocks."""

    parent: int
    directory: int
    standard: tuple[int, int, int]
    report: int
    mask: set[int]


def run_child(llm: Llm, request: CommandLine, place: Place) -> NoReturn:
    """The forked child's whole life: what a new process that runs llm would do, from its start to its exit."""
    code = 1
    try:
        become_process(request, place)
        EXCHANGE.get().begin("")
        reseed(llm.generators)
        code, facts = run_command_line(llm, request.arguments)
        code = finish_process(code)
        os.write(place.report, json_bytes(facts))
    except BaseException as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        os.write(2, text.encode("utf-8", "backslashreplace"))
    finally:
        os._exit(code & 0xFF)


def become_process(request: CommandLine, place: Place) -> None:
    """Takes the new process' place: own session, signals, memory limit, descriptors and streams."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, *INHERITED_SIGNALS):
        if signal.getsignal(number) is note_nothing:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, place.mask)
    die_with(place.parent)
    os.fchdir(place.directory)
    for target, source in enumerate(place.standard):
        os.dup2(source, target)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    os.closerange(3, place.report)
    os.closerange(place.report + 1, highest + 1)
    reopen_standard_streams()
    # What plugins registered when they were loaded is the parent's to clean up, not each child's.
    atexit._clear()
    sys.argv = ["llm", *request.arguments]
    if request.max_memory is not None:
        limit_memory(request.max_memory)


def reseed(generators: list[random.Random]) -> None:
    """Lets generators that a plugin made when it was loaded differ in each child, as they do in each process."""
    for generator in generators:
        generator.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed()


def limit_memory(limit: int) -> None:
    """Limits the address space. What a fork was born with counts as well, though the system would let it keep that."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    if pages * resource.getpagesize() > limit:
        raise MemoryError
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def die_with(parent: int) -> None:
    """Lets the kernel end this process when its parent ends."""
    kill_me_with_my_parent = 1
    ctypes.CDLL(None).prctl(kill_me_with_my_parent, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def reopen_standard_streams() -> None:
    """New streams as Python makes them at its start: the old ones stand for the parent's descriptors.

    They are UTF-8 whatever the environment says, and take halves of surrogate pairs, which JSON can express.
    """

    def reopened(descriptor: int, mode: str, errors: str = "surrogatepass", buffering: int = -1) -> Any:
        # Without newline="\n", a prompt's CRLF would become LF.
        return open(descriptor, mode, buffering, closefd=False, newline="\n", encoding="utf-8", errors=errors)

    sys.stdin = reopened(0, "r")
    sys.stdout = reopened(1, "w")
    sys.stderr = reopened(2, "w", errors="backslashreplace", buffering=1)
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout, __stderr__=sys.stderr)


def run_command_line(llm: Llm, arguments: list[str]) -> tuple[int, Json]:
    """Runs llm's command line: the exit code, and what a cold process would not tell."""
    raised: list[BaseException] = []
    responses: list[Any] = []
    note_errors(llm.cli.cli, raised)
    note_responses(llm.models._BaseResponse, responses)
    code = 0
    try:
        llm.cli.cli(arguments, prog_name="llm")
    except SystemExit as end:
        code = exit_code(end)
    except BaseException as error:
        if not flood(error):
            print_traceback(error)
        raised = [error]
        code = 1
    error = raised[-1] if raised and code else None
    if error and (end := flood(error)):
        # What has come is still held by those who were reading it.
        traceback.clear_frames(end.__traceback__)
        give_back_memory()
        for text in end.texts:
            sys.stdout.write(text)
        return code, {"flooded": True}
    facts: Json = {"error": describe_error(error) if error else None}
    if responses:
        facts.update(finish_facts(responses[-1]))
        facts.update(foreign_facts(EXCHANGE.get(), responses[-1], llm, error))
    return code, facts


def note_errors(command: Any, raised: list[BaseException]) -> None:
    """Notes what ends a command, which click turns into text and an exit code."""
    invoke = command.invoke

    def invoke_noting(context: Any) -> Any:
        try:
            return invoke(context)
        except BaseException as error:
            raised.append(error)
            raise

    command.invoke = invoke_noting


def note_responses(kind: Any, responses: list[Any]) -> None:
    initialize = kind.__init__

    def initialize_noting(self: Any, *arguments: Any, **named: Any) -> None:
        responses.append(self)
        initialize(self, *arguments, **named)

    kind.__init__ = initialize_noting


def exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def print_traceback(error: BaseException) -> None:
    """As Python prints it, without the lines of this file."""
    told = traceback.TracebackException.from_exception(error)
    told.stack[:] = [frame for frame in told.stack if frame.filename != SOURCE_NAME]
    sys.stderr.write("".join(told.format()))


def finish_process(code: int) -> int:
    """What Python does at the end of a process: threads, exit handlers, buffers; 120 if these can't be written."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 120
        except ValueError:  # It has been closed, which is no failure.
            pass
    return code


# `shared`: all requests in one process.


class Transcript:
    """What llm would print for one request: sent soon when someone watches, else kept for the end, if it is not much.

    Pieces that come at once are sent as one, since thousands of events for as many words would cost the parent more
    memory than the words.
    """

    def __init__(
        self, question: Question, send: Callable[[Json], None], soon: Callable[[Callable[[], None]], Any], most: int
    ) -> None:
        self._question = question
        self._send = send
        self._soon = soon
        # Bytes that may still be written.
        self._room = most
        # What is not told yet: the channel and its text, in the order of writing.
        self._pieces: list[tuple[str, list[str]]] = []
        self._kept = 0
        self._tells = question.watch
        self._was_reasoning = False
        self._started = self._closed = False
        self.is_empty = True
        self.response: Any = None

    def start(self) -> None:
        """Tells that the request can be made now; a thread may be late to say so, or say it a second time."""
        if not self._started and not self._closed:
            self._started = True
            self._send({"id": self._question.id, "event": "started"})

    def write(self, name: str, text: str) -> None:
        """Adds what is printed; raises FloodError when that is too much, and keeps what there is room for."""
        size = len(text) if text.isascii() else len(bytes_of(text))
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
            # From now on it is told as it comes.
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
        """Prints a response's event; for a model that can't stream, llm prints only text, and as it is."""
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
        self.write("stderr", f"Token usage: {response.token_usage()}\n")

    def close(self) -> Json:
        """What is left to tell."""
        self._closed = True
        if self._tells:
            self._tell()
            return {}
        fields: Json = {}
        for channel in ("stdout", "stderr"):
            text = "".join(text for name, texts in self._pieces if name == channel for text in texts)
            fields.update(text_or_base64(channel, bytes_of(text)))
        self._pieces.clear()
        return fields


def give_back_memory() -> None:
    """Has the C library give freed memory back to the system, which it may keep for long."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def without_styles(text: str) -> str:
    """The text as click prints it to what is no terminal."""
    return sys.modules["click"].unstyle(text) if "\x1b" in text else text


def leave() -> NoReturn:
    """Ends at once, whatever is still asked: closing the connections tells the providers."""
    os._exit(0)


class SharedModels:
    """llm's models by name, and requests to them made as llm's command line makes them."""

    def __init__(self, llm: Llm) -> None:
        self._llm = llm
        self._models = llm.package.get_model_aliases()
        self._async_models = llm.package.get_async_model_aliases()
        click = llm.cli.click
        self._click_exception = click.ClickException
        self._bad_parameter = click.BadParameter
        command = llm.cli.cli.commands["prompt"]
        root = click.Context(llm.cli.cli, info_name="llm", **llm.cli.cli.context_settings)
        self._context = click.Context(command, info_name="prompt", parent=root)
        self._attachment = next(option for option in command.params if option.name == "attachments")
        # Models that lose an answer without usage unless it is streamed.
        self._streamed_only: set[str] = set()

    def foreign_facts(self, exchange: Exchange, response: Any, error: BaseException | None) -> Json:
        return foreign_facts(exchange, response, self._llm, error) if response is not None else {}

    def model(self, name: str | None) -> Any:
        name = name or self._llm.package.get_default_model()
        return self._models.get(name) or self._llm.package.get_model(name)

    async def response(self, question: Question) -> tuple[Any, Any]:
        """The model and its response, nothing of which was asked yet; fails in the order in which llm would."""
        attachments = [await self._resolve_attachment(text, question.directory) for text in question.attachments]
        schema = self._resolve_schema(question.schema, question.directory)
        model = self.model(question.model)
        options = self._options(model, question.options)
        asked = self._async_models.get(model.model_id, model)
        stream = model.can_stream and (question.stream or model.model_id in self._streamed_only)
        response = asked.conversation().prompt(
            question.prompt or None,
            attachments=attachments,
            system=question.system,
            schema=schema,
            fragments=[],
            system_fragments=[],
            **({} if stream else {"stream": False}),
            **options,
        )
        return model, response

    async def _resolve_attachment(self, text: str, directory: str) -> Any:
        try:
            if "://" in text:
                return await asyncio.to_thread(self._llm.cli.resolve_attachment, text)
            path = os.path.join(directory, text)
            try:
                return self._llm.cli.resolve_attachment(path)
            except self._llm.cli.AttachmentError as error:
                raise self._llm.cli.AttachmentError(str(error).replace(path, text)) from error
        except self._llm.cli.AttachmentError as error:
            raise self._bad_parameter(str(error), self._context, self._attachment) from error

    def _resolve_schema(self, text: str | None, directory: str) -> Any:
        """By llm, except that a file is looked for in the request's directory."""
        stripped = (text or "").strip()
        if text and not stripped.startswith(("t:", "{")) and " " not in stripped and "," not in text:
            path = Path(directory, text)
            if path.exists():
                try:
                    return json.loads(path.read_text())
                except ValueError as error:
                    raise self._click_exception("Schema file contained invalid JSON") from error
            if Path(text).exists():
                # llm would look for it here, where the request is not made.
                raise self._bad_parameter("Invalid schema")
        if not text:
            return None
        with contextlib.closing(self._llm.cli.sqlite_utils.Database(self._llm.cli.logs_db_path())) as log:
            return self._llm.utils.resolve_schema_input(log, text, self._llm.cli.load_template)

    def _options(self, model: Any, texts: dict[str, str]) -> Json:
        try:
            given = {name: value for name, value in model.Options(**texts) if value is not None} if texts else {}
        except self._llm.cli.pydantic.ValidationError as error:
            raise self._click_exception(self._llm.cli.render_errors(error.errors())) from error
        return {**self._llm.cli.get_model_options(model.model_id), **given}

    def must_stream(self, model: Any, response: Any, error: BaseException) -> bool:
        """Whether this failure is only that of an answer without usage; remembered for the model's next requests."""
        lost = isinstance(error, AttributeError) and "'NoneType' object has no attribute 'model_dump'" in str(error)
        if not lost or response.stream or not model.can_stream or EXCHANGE.get().is_no_completion:
            return False
        self._streamed_only.add(model.model_id)
        return True

    def error_text(self, error: BaseException) -> tuple[str, int]:
        """What llm prints for an error, and its exit code."""
        if isinstance(error, SystemExit):
            # Whoever exits in the middle of an answer has not given one, whatever the code.
            is_number = error.code is None or isinstance(error.code, int)
            return ("", error.code or 1) if is_number else (f"{error.code}\n", 1)
        if not isinstance(error, self._click_exception):
            return f"Error: {error}\n", 1
        if error.exit_code == 2 and error.ctx is None:
            error.ctx = self._context
        text = io.StringIO()
        error.show(text)
        return text.getvalue(), error.exit_code


class SharedServer:
    """Runs many requests at once in one event loop; models with only a blocking interface run in threads."""

    def __init__(self, llm: Llm, channel: Channel, threads: int = MOST_THREADS) -> None:
        self._models = SharedModels(llm)
        self._max_answer = llm.max_answer
        self._async_response = llm.models.AsyncResponse
        self._channel = channel
        self._threads = asyncio.Semaphore(threads)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._stopped: dict[int, int] = {}

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        # An interrupt from the terminal is left to the parent, which gets it as well.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._loop.add_reader(self._channel.requests, self._take_requests)
        await self._loop.create_future()

    def _send(self, event: Json) -> None:
        """Sends an event, together with all others of this round of the event loop."""
        if self._channel.is_empty:
            self._loop.call_soon(self._flush)
        self._channel.send(event)

    def _flush(self) -> None:
        try:
            self._channel.flush()
        except BrokenPipeError:
            leave()

    def _take_requests(self) -> None:
        lines = self._channel.read()
        if lines is None:
            leave()
        for line in lines:
            try:
                request = parse_request(line, Question)
                if isinstance(request, Stop):
                    self._stop(request)
                elif request.id in self._tasks:
                    raise BadRequestError("a request with this id is running", request.id)
                else:
                    self._tasks[request.id] = self._loop.create_task(self._run(request))
            except BadRequestError as error:
                self._send(bad_request(error))

    def _stop(self, stop: Stop) -> None:
        task = self._tasks.get(stop.id)
        if task and stop.id not in self._stopped:
            self._stopped[stop.id] = stop.signal
            # Not before its first step: a task cancelled earlier would never tell its end.
            self._loop.call_soon(self._cancel, task)

    def _cancel(self, task: asyncio.Task[None]) -> None:
        """Cancels a task, and insists: a library may lose a cancellation, as while it connects."""
        if not task.done():
            task.cancel()
            self._loop.call_later(INSISTENCE, self._cancel, task)

    async def _run(self, question: Question) -> None:
        """One request from its start to its end, which is told whatever happens."""
        transcript = Transcript(question, self._send, self._loop.call_soon, self._max_answer)
        exchange = Exchange()
        EXCHANGE.set(exchange)
        event: Json = {"id": question.id, "event": "ended", "code": 0, "error": None}
        try:
            event.update(await self._answer(question, transcript))
        except BaseException as error:  # Even an exit that a plugin asks for ends its own request alone.
            if isinstance(error, asyncio.CancelledError) and question.id in self._stopped:
                del event["code"]
                event.update(signal=self._stopped[question.id], interrupted=True)
            elif end := flood(error):
                del event["code"]
                event.update(signal=signal.SIGKILL, flooded=True)
                traceback.clear_frames(end.__traceback__)
                with contextlib.suppress(FloodError):
                    for text in end.texts:
                        transcript.write("stdout", text)
            else:
                event["code"] = 1
                text, event["code"] = self._models.error_text(error)
                event["error"] = describe_error(error)
                event.update(self._models.foreign_facts(exchange, transcript.response, error))
                with contextlib.suppress(FloodError):
                    transcript.write("stderr", text)
        finally:
            del self._tasks[question.id]
            self._stopped.pop(question.id, None)
            self._send({**event, **transcript.close()})
            if "flooded" in event:
                # Not before this task is gone, with all that it holds.
                self._loop.call_later(INSISTENCE, give_back_memory)

    async def _answer(self, question: Question, transcript: Transcript) -> Json:
        model, response = await self._models.response(question)
        try:
            return await self._read(model, response, transcript)
        except Exception as error:
            if not transcript.is_empty or not self._models.must_stream(model, response, error):
                raise
        _, response = await self._models.response(question)
        return await self._read(model, response, transcript)

    async def _read(self, model: Any, response: Any, transcript: Transcript) -> Json:
        transcript.response = response
        async with contextlib.aclosing(self._events(response, transcript)) as events:
            # What is told so far leaves before the model is asked, which may block the event loop.
            await asyncio.sleep(0)
            async for event in events:
                transcript.take(event, streams=model.can_stream)
        transcript.finish(response)
        usage = {"input": response.input_tokens, "output": response.output_tokens, "details": response.token_details}
        foreign = self._models.foreign_facts(EXCHANGE.get(), response, None)
        return {"usage": usage if is_shallow(usage) else None, **finish_facts(response), **foreign}

    def _events(self, response: Any, transcript: Transcript) -> AsyncGenerator[Any, None]:
        if not isinstance(response, self._async_response):
            return self._events_from_thread(response, transcript)
        transcript.start()
        events: AsyncGenerator[Any, None] = response.astream_events()
        return events

    async def _events_from_thread(self, response: Any, transcript: Transcript) -> AsyncGenerator[Any, None]:
        """The events of a model with only a blocking interface; left behind, its thread ends with its next event."""
        events: asyncio.Queue[Any] = asyncio.Queue()
        # How much the thread may be ahead.
        room = threading.Semaphore(MOST_PIECES)
        is_left = False

        def put(event: Any) -> None:
            self._loop.call_soon_threadsafe(events.put_nowait, event)

        def pump() -> None:
            self._loop.call_soon_threadsafe(transcript.start)
            try:
                for event in response.stream_events():
                    room.acquire()
                    if is_left:
                        return
                    put(event)
            except BaseException as error:
                put(error)
            else:
                put(None)

        # One left behind does not count: enough of them would keep out all others for ever.
        async with self._threads:
            try:
                # In this request's context, for the exchange that is noted there.
                threading.Thread(target=contextvars.copy_context().run, args=(pump,), daemon=True).start()
            except RuntimeError:
                # The system gives no more threads; a new process has none left behind.
                diagnose("no more threads can be started")
                leave()
            try:
                while (event := await events.get()) is not None:
                    if isinstance(event, BaseException):
                        raise event
                    yield event
                    room.release()
            finally:
                is_left = True
                room.release()


# The start.


def count_threads() -> int:
    """All threads where the system tells them, else those that Python knows."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def prepared_llm(mode: str, max_answer: int) -> Llm:
    """Imports llm and warms it up for a mode, or tells why that can't be."""
    if mode not in ("fork", "shared"):
        raise UnusableError(f"unknown mode `{mode}`")
    if mode == "fork" and not sys.platform.startswith("linux"):
        raise UnusableError("fork mode needs Linux")
    llm = Llm(mode, max_answer)
    llm.prepare()
    if mode == "shared":
        llm.share_clients()
    else:
        llm.rehearse()
        if count_threads() != 1:
            raise UnusableError(f"{count_threads() - 1} threads run after llm's import; forking is unsafe then")
    # What was loaded is never garbage, and as long as nobody looks at it, forks share its memory.
    gc.collect()
    # isinstance() would ask objects for their class, and proxies load what they stand for when they are asked.
    llm.generators = [thing for thing in gc.get_objects() if issubclass(type(thing), random.Random)]
    gc.freeze()
    # What plugins have printed so far would be printed again by each child.
    sys.stdout.flush()
    sys.stderr.flush()
    return llm


def ready(mode: str, plugins: dict[str, str], log: Path) -> Json:
    """The first event: who is ready, with what."""
    return {
        "event": "ready",
        "protocol": PROTOCOL,
        "mode": mode,
        "pid": os.getpid(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "executable": sys.executable,
        "llm": importlib.metadata.version("llm"),
        "plugins": plugins,
        "threads": count_threads(),
        "log": str(log.absolute()),
    }


def log_ready(settings: dict[str, str]) -> Json:
    """The only event of the mode that runs nothing: llm's log is up to date."""
    path = log_path()
    migrations, settling = Migrations.of(log_migrations()), float(settings.get("settling", LOG_SETTLING))
    moved = prepare_log(path, migrations, settings.get("fix") == "yes", settling)
    event = ready("log", {}, path)
    return event if moved is None else {**event, "moved": str(moved.absolute())}


def main(arguments: list[str]) -> None:
    channel = Channel()
    mode, *rest = arguments or [""]
    settings = dict(setting.partition("=")[::2] for setting in rest)
    try:
        if mode == "log":
            first = log_ready(settings)
        else:
            llm = prepared_llm(mode, int(settings.get("max_answer", MAX_ANSWER)))
            first = ready(mode, llm.plugins(), llm.log)
    except BaseException as error:  # Plugins may raise anything, and exit.
        is_known = isinstance(error, (UnusableError, LogFlawError))
        if not is_known:
            traceback.print_exc()
        reason = str(error) if is_known else f"{type(error).__name__}: {error}"
        first = {"event": "unusable", "protocol": PROTOCOL, "reason": " ".join(reason.split())}
        if isinstance(error, LogFlawError):
            first["log"] = error.facts()
    channel.send(first)
    channel.flush()
    if first["event"] == "unusable":
        os._exit(UNUSABLE)
    if mode == "log":
        os._exit(0)
    if mode == "fork":
        ForkServer(llm, channel).run()
    else:
        asyncio.run(SharedServer(llm, channel, int(settings.get("threads", MOST_THREADS))).run())
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
