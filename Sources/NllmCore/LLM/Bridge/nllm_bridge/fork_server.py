"""The mode `fork`: one child per request."""

from __future__ import annotations

import base64
import codecs
import contextlib
import json
import os
import resource
import selectors
import signal
from dataclasses import dataclass, field

from nllm_bridge.child import INHERITED_SIGNALS, Place, note_nothing, open_input, run_child
from nllm_bridge.imported_llm import Llm
from nllm_bridge.protocol import (
    READ_SIZE,
    BadRequestError,
    Channel,
    CommandLine,
    Json,
    Stop,
    bad_request,
    diagnose,
    parse_request,
    text_or_base64,
)

# If nobody watches, more is sent before the end: one long event would delay those of other requests.
KEPT_FOR_END = 1 << 20
# What a child's grandchildren may have left in a pipe when the child ends; more than a pipe usually holds.
PIPE_REST = 1 << 20


class TextSplitter:
    """Cuts a stream of bytes into pieces for events without splitting a character."""

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
    """The output of a child on one of its channels."""

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
        """To its whole group, or to it alone while it has no group yet."""
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            os.kill(self.pid, number)


class ForkServer:
    """Forks a child of this warm process for each request, and reports its output and how it ends.

    It has one thread, so that forking is safe, and waits for everything at once: requests, children's output,
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
                    # An earlier step of this round may have closed it.
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
        """Takes available output, at most one piece, and returns its size."""
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
        """Cleans up after the children that have ended, including grandchildren."""
        while True:
            try:
                # Left unreaped at first: until then no other process can get its group's number.
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
        """Reports how a child ended. A daemon it left may hold its pipes forever: only what is there now is taken."""
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


def take_report(descriptor: int) -> Json:
    """What a child has written of itself; a child that was killed may not have come to that."""
    facts: Json = {"error": None}
    with open(descriptor, "rb") as report, contextlib.suppress(ValueError):
        report.seek(0)
        for line in report:
            facts.update(json.loads(line))
    return facts


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
        (stdout, stdout_end), (stderr, stderr_end) = pipe(), pipe()
        # A file in memory, so that it is written without being read meanwhile.
        report = os.memfd_create("report")
        ours.callback(os.close, report)
        # A signal to a child that has not yet left the parent's pipe would go into that pipe, and end the parent.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, INHERITED_SIGNALS)
        theirs.callback(signal.pthread_sigmask, signal.SIG_SETMASK, mask)
        place = Place(os.getpid(), directory, (stdin, stdout_end, stderr_end), report, mask)
        pid = os.fork()
        if pid == 0:
            run_child(llm, request, place)
        ours.pop_all()
    outputs = {stdout: Output("stdout"), stderr: Output("stderr")}
    return Child(request.id, pid, request.watch, report, outputs)
