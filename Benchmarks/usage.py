"""Runs a command to its end and tells what it and all its descendants used."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

DEADLINE = 600


class CommandError(Exception):
    """A command ended with another code than 0, or not at all."""


@dataclass(frozen=True)
class Usage:
    """Wall and processor seconds of a command, its peak memory in MB, and what it wrote to standard error."""

    wall: float
    # With its descendants, and without.
    cpu: float
    own_cpu: float
    memory: float
    messages: str


class MemoryWatch:
    """Samples the memory of a process and its descendants, in a thread.

    It is their proportional set size: a page that several processes share counts once, split among them.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> float:
        """Stops sampling and returns the peak in MB."""
        self._ended.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        pause = 0.05
        while not self._ended.wait(pause):
            start = time.thread_time()
            self.peak = max(self.peak, sum(memory(pid) for pid in family(self._pid)))
            # A look takes over a millisecond a process, on the cores of those that are measured: 2 % of one core, but
            # not so rarely that the peak is missed.
            pause = min(0.5, max(0.05, 50 * (time.thread_time() - start)))


def family(pid: int) -> list[int]:
    """A process and its descendants, also those that have a session of their own."""
    found = [pid]
    for member in found:
        # A child belongs to the thread that made it.
        for thread in threads(member):
            try:
                found += map(int, Path(f"/proc/{member}/task/{thread}/children").read_text().split())
            except OSError:
                continue
    return found


def threads(pid: int) -> list[str]:
    """The threads of a process; none if it has ended."""
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def memory(pid: int) -> float:
    """A process's proportional set size in MB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def cpu_seconds(pid: int) -> float:
    """What a running process has used so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def usage_of(command: list[str], folder: Path, env: dict[str, str]) -> Usage:
    """Runs a command; throws CommandError with the end of what it wrote to standard error."""
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        watch = MemoryWatch(process.pid)
        deadline = threading.Timer(DEADLINE, os.killpg, (process.pid, signal.SIGKILL))
        deadline.start()
        try:
            # What it has used alone is told as long as it is not reaped.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            own = cpu_seconds(process.pid)
            # With the processor time of its descendants, as each parent has waited for its children.
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
        finally:
            deadline.cancel()
            peak = watch.end()
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        messages = errors.read().decode(errors="replace").strip()
        if process.returncode != 0:
            last = "".join(messages.splitlines()[-1:])
            raise CommandError(f"{Path(command[0]).name} ended with {process.returncode}: {last}")
    return Usage(wall, used.ru_utime + used.ru_stime, own, peak, messages)
