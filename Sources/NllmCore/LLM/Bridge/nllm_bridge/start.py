"""The start, with the arguments `MODE [name=value...]`.

MODE is `fork` (each request is a forked child that runs llm's command line, Linux only), `shared` (all requests run in
this process, through llm's Python interface) or `log` (no requests: llm's log is updated, with `fix=yes` after moving
away a broken one without answers). Settings: `max_answer=BYTES`; for tests `threads=COUNT`,
`settling=SECONDS`.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.metadata
import os
import random
import sys
import threading
import traceback
from pathlib import Path

from nllm_bridge.failure import UnusableError
from nllm_bridge.fork_server import ForkServer
from nllm_bridge.imported_llm import MAX_ANSWER, Llm
from nllm_bridge.keys import missing_keys
from nllm_bridge.llm_log import LOG_SETTLING, LogFlawError, Migrations, log_migrations, log_path, prepare_log
from nllm_bridge.protocol import PROTOCOL, Channel, Json
from nllm_bridge.shared_server import MOST_THREADS, SharedServer

UNUSABLE = 3


def count_threads() -> int:
    """The number of threads according to the system, or, if it does not report them, to Python."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def prepared_llm(mode: str, max_answer: int) -> Llm:
    """Imports llm and warms it up for a mode, or raises why that is impossible."""
    if mode not in ("fork", "shared"):
        raise UnusableError(f"unknown mode `{mode}`")
    if mode == "fork" and not sys.platform.startswith("linux"):
        raise UnusableError("fork mode needs Linux")
    # An import makes hardly any garbage; looking for it takes a fifth of the time.
    gc.disable()
    llm = Llm(mode, max_answer)
    llm.prepare()
    if mode == "shared":
        llm.share_clients()
    else:
        llm.rehearse()
        if count_threads() != 1:
            raise UnusableError(f"{count_threads() - 1} threads run after llm's import; forking is unsafe then")
    # What was loaded is never garbage, and as long as the collector does not touch it, forks share its memory.
    gc.collect()
    # isinstance() would ask objects for their class, and proxies load their target when they are asked.
    llm.generators = [thing for thing in gc.get_objects() if issubclass(type(thing), random.Random)]
    gc.freeze()
    gc.enable()
    # What plugins have printed so far would be printed again by each child.
    sys.stdout.flush()
    sys.stderr.flush()
    return llm


def ready(mode: str, plugins: dict[str, str], log: Path) -> Json:
    """The first event: what is ready."""
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
            first = {**ready(mode, llm.plugins(), llm.log), "missing_keys": missing_keys(llm)}
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
