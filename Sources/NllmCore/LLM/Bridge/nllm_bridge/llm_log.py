"""llm's own log database, which every call of llm opens and migrates, whether or not it logs."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import importlib.util
import itertools
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from nllm_bridge.failure import UnusableError
from nllm_bridge.protocol import Json

# Seconds for which another process may keep llm's log locked.
LOG_PATIENCE = 60.0
# Seconds after which an unchanged log is no longer in use; seconds between two checks of it.
LOG_SETTLING = 3.0
LOG_PAUSE = 0.3


class LogFlawError(Exception):
    """A problem with llm's log with which no llm works."""

    def __init__(self, path: Path, error: Exception, fixable: bool = False) -> None:
        self.path = path
        # Without the path, which is reported separately.
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.detail = " ".join(text.split()) or type(error).__name__
        # Whether a new one can replace it without loss.
        self.fixable = fixable
        super().__init__(f"llm's log {path} can't be used: {self.detail}")

    def facts(self) -> Json:
        return {"path": str(self.path.absolute()), "detail": self.detail, "fixable": self.fixable}


@dataclass(frozen=True)
class Migrations:
    """llm's migration of its log, and the names under which the log records it; no names if llm has no list."""

    apply: Callable[[Any], None]
    names: frozenset[str]

    @staticmethod
    def of(module: Any) -> Migrations:
        names = (step.__name__ for step in getattr(module, "MIGRATIONS", ()))
        return Migrations(module.migrate, frozenset(names))


class LogConnection(sqlite3.Connection):
    """Leaves the end of a transaction to its owner: some versions of llm and sqlite_utils commit each step."""

    def commit(self) -> None:
        pass

    def rollback(self) -> NoReturn:
        raise sqlite3.ProgrammingError("not a step's own transaction")

    def __enter__(self) -> LogConnection:
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        return False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        # Some versions vacuum between steps, which is not possible in a transaction.
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
    """The path of llm's log, as `llm.user_dir` has it, without importing llm itself, which takes long."""
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


def prepare_log(path: Path, migrations: Migrations, fix: bool = False, settling: float = LOG_SETTLING) -> Path | None:
    """Updates llm's log, or raises what is wrong with it.

    With `fix`, a broken one without answers is moved away first; its new path is returned. One that does not change
    for `settling` seconds is not in use.
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
    """Moves a broken log away and creates a new one; None if another process has done so meanwhile."""
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


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes others wait that want to replace what is in a folder; if locks are impossible, nobody waits."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def update_log(path: Path, migrations: Migrations, settling: float) -> None:
    """Applies what is missing in one transaction: completely or not at all, whatever ends this process.

    A log that cannot be migrated may be in use by a cold llm, which commits step by step; otherwise it is broken.
    """
    seen, since = None, 0.0
    while True:
        failure = None
        with open_log(path) as log:
            state = recorded, schema = log_state(log)
            if migrations.names and migrations.names <= recorded:
                return
            # One that may still be in the making is left alone at first: its maker would fail on what is already done.
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
    """All or nothing; returns the obstacle if it may go away, otherwise raises it."""
    database = importlib.import_module("sqlite_utils").Database(log)
    # It must not be readable meanwhile either: a cold llm that reads it now would find nothing done.
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
    """The migrations that are recorded as done, and everything that a log consists of."""
    schema = log.execute("SELECT name, sql FROM sqlite_master").fetchall()
    is_recorded = any(name == "_llm_migrations" for name, _ in schema)
    names = log.execute("SELECT name FROM _llm_migrations").fetchall() if is_recorded else []
    return {name for (name,) in names}, schema


def is_outside(error: Exception) -> bool:
    """Whether an error is not in a log's content, but in its place or its use by others."""
    phrases = ("locked", "unable to open", "readonly", "disk I/O error", "is full")
    return isinstance(error, OSError) or (
        isinstance(error, sqlite3.Error) and any(part in str(error) for part in phrases)
    )


def is_damage(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and any(part in str(error) for part in ("malformed", "not a database"))


def is_fixable(path: Path, error: Exception) -> bool:
    """Whether a new log can replace one that failed without losing an answer."""
    return not is_outside(error) and holds_answers(path) is False


def holds_answers(path: Path) -> bool | None:
    """Whether a log has more content than its migrations' names; None if it cannot be read to the end."""
    try:
        with open_log(path) as log:
            tables = log.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            names = [name for (name,) in tables if name != "_llm_migrations" and not name.startswith("sqlite_")]
            # Search indexes contain what other tables contain.
            names = [name for name in names if not name.endswith("_fts") and "_fts_" not in name]
            return any(log.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in names)
    except (sqlite3.Error, OSError):
        return None


def move_log_away(path: Path) -> Path:
    """Renames a log, with what SQLite keeps beside it, and returns its new path."""
    numbers = itertools.count(2)
    place = path.with_name(f"{path.name}.broken")
    while os.path.lexists(place):
        place = path.with_name(f"{path.name}.broken-{next(numbers)}")
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}{suffix}", f"{place}{suffix}")
    return place
