"""A forked child: what a new process that runs llm would do, from its start to its exit."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import io
import os
import random
import resource
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from nllm_bridge.body import EXCHANGE
from nllm_bridge.conversation import continue_conversation, send_messages
from nllm_bridge.failure import describe_error, finish_facts, flood
from nllm_bridge.imported_llm import Llm, foreign_facts, served_facts, usage_step
from nllm_bridge.memory import give_back_memory
from nllm_bridge.protocol import CommandLine, Json, json_bytes

# Among these, an interrupt from the terminal is left to the parent, which receives it as well.
INHERITED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def note_nothing(_: int, __: FrameType | None) -> None:
    """The pipe records the signal; this only prevents its default effect."""


def open_input(text: str | None) -> int:
    """A file in memory: a pipe would have to be fed while the child runs."""
    if text is None:
        return os.open(os.devnull, os.O_RDONLY)
    descriptor = os.memfd_create("input")
    write_all(descriptor, text.encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


@dataclass(frozen=True)
class Place:
    """The surroundings of a child: descriptors, the process that it must not outlive, and the signals it blocks."""

    parent: int
    directory: int
    standard: tuple[int, int, int]
    report: int
    mask: set[int]


class Report:
    """What a child tells of itself, one JSON object per line; it may be killed after any of them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def add(self, facts: Json) -> None:
        with contextlib.suppress(OSError):
            write_all(self._descriptor, json_bytes(facts) + b"\n")


class CountingFile(io.FileIO):
    """Standard output that counts its bytes."""

    written = 0

    def write(self, data: Any) -> int:
        size = super().write(data)
        self.written += size
        return size


def run_child(llm: Llm, request: CommandLine, place: Place) -> NoReturn:
    """The whole life of a forked child: what a new process that runs llm would do, from its start to its exit."""
    code = 1
    try:
        become_process(request, place)
        EXCHANGE.get().begin("")
        reseed(llm.generators)
        # What ran may have closed it.
        report = Report(place.report)
        code, facts = run_command_line(llm, request, report)
        # Before exit handlers, in which it may be killed: what was used up is known now.
        report.add(facts)
        code = finish_process(code)
    except BaseException as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        os.write(2, text.encode("utf-8", "backslashreplace"))
    finally:
        os._exit(code & 0xFF)


def become_process(request: CommandLine, place: Place) -> None:
    """Sets up what a new process would have: session, signals, memory limit, descriptors and streams."""
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
    # What plugins registered when they were loaded is for the parent to clean up, not for each child.
    atexit._clear()
    sys.argv = ["llm", *request.arguments]
    if request.max_memory is not None:
        limit_memory(request.max_memory)


def reseed(generators: list[random.Random]) -> None:
    """Makes random generators that a plugin created at import differ in each child, as they do in each process."""
    for generator in generators:
        generator.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed()


def limit_memory(limit: int) -> None:
    """Limits the address space. What a fork inherits counts as well, although the system would let it keep that."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    if pages * resource.getpagesize() > limit:
        raise MemoryError
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def die_with(parent: int) -> None:
    """Makes the kernel end this process when its parent ends."""
    kill_me_with_my_parent = 1
    ctypes.CDLL(None).prctl(kill_me_with_my_parent, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def reopen_standard_streams() -> None:
    """New streams as Python creates them at its start: the old ones refer to the parent's descriptors.

    They are UTF-8 whatever the environment says, and accept halves of surrogate pairs, which JSON can express.
    """

    def reopened(descriptor: int, mode: str, errors: str = "surrogatepass", buffering: int = -1) -> Any:
        # Without newline="\n", a prompt's CRLF would become LF.
        return open(descriptor, mode, buffering, closefd=False, newline="\n", encoding="utf-8", errors=errors)

    sys.stdin = reopened(0, "r")
    sys.stdout = reopened(1, "w")
    sys.stderr = reopened(2, "w", errors="backslashreplace", buffering=1)
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout, __stderr__=sys.stderr)


def run_command_line(llm: Llm, request: CommandLine, report: Report) -> tuple[int, Json]:
    """Runs llm's command line; returns the exit code, and facts that a cold process would not report."""
    raised: list[BaseException] = []
    responses: list[Any] = []
    steps: list[Json] = []
    note_errors(llm.cli.cli, raised)
    note_responses(llm.models._BaseResponse, responses)
    note_usage(llm.models._BaseResponse, steps)
    if request.messages is not None:
        send_messages(llm.models.Conversation, llm.package, request.messages)
    code = 0
    try:
        code = run_turns(llm, request, report) if request.turns else call(llm, request.arguments)
    except BaseException as error:
        if not flood(error):
            print_traceback(error)
        raised = [error]
        code = 1
    cause = raised[-1] if raised and code else None
    if cause and (overflow := flood(cause)):
        # What has arrived is still held by those who were reading it.
        traceback.clear_frames(overflow.__traceback__)
        give_back_memory()
        for text in overflow.texts:
            sys.stdout.write(text)
        return code, {"flooded": True}
    facts: Json = {"error": describe_error(cause) if cause else None}
    if responses:
        facts.update(finish_facts(responses[-1]))
        facts.update(served_facts(EXCHANGE.get(), responses[-1]))
        facts.update(foreign_facts(EXCHANGE.get(), responses[-1], llm, cause))
    if steps:
        facts["usage"] = steps
    return code, facts


def call(llm: Llm, arguments: list[str]) -> int:
    try:
        llm.cli.cli(arguments, prog_name="llm")
    except SystemExit as end:
        return exit_code(end)
    return 0


def run_turns(llm: Llm, request: CommandLine, report: Report) -> int:
    """Runs the command line once for each turn, as long as the one before was answered."""
    continue_conversation(llm.models._Model, llm.models.Conversation)
    output = CountingFile(1, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8", errors="surrogatepass", newline="\n")
    ends: list[int] = []
    for number, turn in enumerate(request.turns or []):
        if number:
            sys.stdout.flush()
            ends.append(output.written)
            report.add({"turns": ends})
        sys.stdin = io.StringIO(turn)
        if code := call(llm, request.arguments):
            return code
    return 0


def note_errors(command: Any, raised: list[BaseException]) -> None:
    """Records the exception that ends a command, which click turns into text and an exit code."""
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


def note_usage(kind: Any, steps: list[Json]) -> None:
    """Notes the tokens of each step that llm prints them for."""
    token_usage = kind.token_usage

    def token_usage_noting(self: Any) -> Any:
        text = token_usage(self)
        steps.append(usage_step(self))
        return text

    kind.token_usage = token_usage_noting


def exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def print_traceback(error: BaseException) -> None:
    """As Python prints it, without the lines of this package."""
    told = traceback.TracebackException.from_exception(error)
    told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith("nllm_bridge/")]
    sys.stderr.write("".join(told.format()))


def finish_process(code: int) -> int:
    """What Python does at the end of a process: threads, exit handlers, buffers; 120 if these cannot be written."""
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
