"""Tests of what the bridge does to llm's log: it is as it was or up to date, whatever is killed when, or is told of.

.venv/bin/python -m unittest Tests/Bridge/test_log.py
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from client import BOOTSTRAP, LLM, PYTHON, WAIT, Bridge, Json, sources

# Ends its process when the log is about to be given its n-th statement.
KILLER = """
import os, sqlite3
connect, left = sqlite3.connect, [int(os.environ["KILL_AT"])]
def count(statement):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), 9)
def connect_counting(path, *arguments, **named):
    log = connect(path, *arguments, **named)
    if str(path).endswith("logs.db"):
        log.set_trace_callback(count)
    return log
sqlite3.connect = connect_counting
"""


class LogTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="nllm-batch-log-")))
        self.log = self.folder / "user/logs.db"
        (self.folder / "sitecustomize.py").write_text(KILLER)
        self.env = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        self.env |= {"LANG": "C.UTF-8", "LLM_USER_PATH": str(self.log.parent)}

    def hello(self, mode: str = "log", *settings: str) -> Json:
        """A bridge's first event."""
        bridge = Bridge(mode, *settings, env=self.env)
        with contextlib.suppress(BrokenPipeError):
            bridge.close()
        return bridge.hello

    def kill_at(self, statement: int, mode: str = "log") -> bool:
        """Whether the process was killed when it came to that statement; else it ended well."""
        env = {**self.env, "KILL_AT": str(statement), "PYTHONPATH": str(self.folder)}
        process = subprocess.run([PYTHON, "-c", BOOTSTRAP, mode], input=sources(), env=env, stdout=subprocess.DEVNULL)
        self.assertIn(process.returncode, (0, -9))
        return process.returncode == -9

    def query(self, sql: str, path: Path | None = None) -> list[Any]:
        with contextlib.closing(sqlite3.connect(path or self.log)) as log:
            rows = log.execute(sql).fetchall()
            log.commit()
            return rows

    def execute(self, *statements: str) -> None:
        for statement in statements:
            self.query(statement)

    def start_cold(self) -> subprocess.Popen[str]:
        pipes: Json = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen([LLM, "-n", "-m", "echo", "x"], env=self.env, text=True, **pipes)

    def expect_that_llm_works(self) -> None:
        cold = self.start_cold()
        said, _ = cold.communicate(timeout=WAIT)
        self.assertEqual(cold.returncode, 0, said)

    def expect_whole(self) -> None:
        """That the log is what llm itself makes."""
        self.assertEqual(self.hello("log")["event"], "ready")
        schema = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        names = "SELECT name FROM _llm_migrations ORDER BY name"
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [LLM, "-n", "-m", "echo", "x"],
                env={**self.env, "LLM_USER_PATH": folder},
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            for sql in (schema, names):
                self.assertEqual(self.query(sql), self.query(sql, Path(folder, "logs.db")))

    def make_older(self) -> None:
        """The log of the llm before, with an answer in it."""
        self.hello()
        self.execute(
            "INSERT INTO turns (id, model) VALUES ('a', 'old')",
            "DROP VIEW message_tree",
            "ALTER TABLE turns DROP COLUMN response_json",
            "DELETE FROM _llm_migrations WHERE name >= 'm026'",
        )

    def make_half_migrated(self, last: str = "m018") -> None:
        """As a kill leaves it: done, and not recorded."""
        self.hello()
        self.execute(f"DELETE FROM _llm_migrations WHERE name >= '{last}'")


class KillTests(LogTestCase):
    def test_a_kill_at_any_statement_of_a_new_log_leaves_all_or_nothing(self) -> None:
        kills = 0
        for statement in (1, 2, 3, 4, *range(9, 10_000, 83)):
            shutil.rmtree(self.log.parent, ignore_errors=True)
            if not self.kill_at(statement):
                break
            kills += 1
            objects = self.query("SELECT count(*) FROM sqlite_master") if self.log.exists() else [(0,)]
            self.assertEqual(objects, [(0,)], statement)
        self.assertGreater(kills, 7)
        self.expect_whole()
        self.expect_that_llm_works()

    def test_a_kill_of_a_bridge_that_runs_requests_neither(self) -> None:
        for mode in ("fork", "shared"):
            shutil.rmtree(self.log.parent, ignore_errors=True)
            self.assertTrue(self.kill_at(200, mode))
            self.assertEqual(self.query("SELECT count(*) FROM sqlite_master"), [(0,)])
            self.expect_that_llm_works()

    def test_a_kill_while_an_older_log_is_brought_up_to_date_leaves_it_as_it_was(self) -> None:
        self.make_older()
        before = self.query("SELECT * FROM sqlite_master") + self.query("SELECT name FROM _llm_migrations")
        kills = 0
        for statement in range(1, 10_000, 9):
            if not self.kill_at(statement):
                break
            kills += 1
            after = self.query("SELECT * FROM sqlite_master") + self.query("SELECT name FROM _llm_migrations")
            self.assertEqual(after, before, statement)
        self.assertGreater(kills, 2)
        self.assertEqual(self.query("SELECT id, model, response_json FROM turns"), [("a", "old", None)])
        self.assertEqual(self.hello("log")["event"], "ready")
        self.expect_that_llm_works()


class NeighbourTests(LogTestCase):
    """Others are at work on the log at the same time."""

    def test_many_at_once_on_a_new_log(self) -> None:
        hellos: list[Json] = []
        threads = [threading.Thread(target=lambda: hellos.append(self.hello())) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        self.assertEqual([hello and hello["event"] for hello in hellos], ["ready"] * 6)
        self.expect_whole()

    def test_a_cold_llm_at_the_same_time(self) -> None:
        cold = self.start_cold()
        while not self.log.exists() and cold.poll() is None:
            time.sleep(0.001)
        self.assertEqual(self.hello()["event"], "ready")
        cold.communicate(timeout=WAIT)
        # It may have stumbled, but not broken anything.
        self.expect_that_llm_works()

    def test_a_lock_is_waited_for(self) -> None:
        self.make_older()
        with contextlib.closing(sqlite3.connect(self.log)) as other:
            other.execute("BEGIN EXCLUSIVE")
            hellos: list[Json] = []
            thread = threading.Thread(target=lambda: hellos.append(self.hello()))
            thread.start()
            thread.join(7)  # Longer than a cold llm waits.
            self.assertEqual(hellos, [])
            other.execute("COMMIT")
        thread.join(WAIT)
        self.assertEqual(hellos[0]["event"], "ready")

    def test_one_that_is_being_made_step_by_step_is_left_to_its_maker(self) -> None:
        self.make_half_migrated("m024")
        rows = [
            "m024_tool_instance_references",
            "m025_turn_tools_instance_backfill",
            "m026_message_tree_view",
            "m027_turns_response_json",
        ]
        hellos: list[Json] = []
        thread = threading.Thread(target=lambda: hellos.append(self.hello()))
        thread.start()
        for name in rows:
            time.sleep(1.5)
            self.query(f"INSERT INTO _llm_migrations VALUES ('{name}', '')")
        thread.join(WAIT)
        self.assertEqual(hellos[0]["event"], "ready")


class FlawTests(LogTestCase):
    def flaw(self, mode: str = "log", *settings: str) -> Json:
        hello = self.hello(mode, "settling=0.5", *settings)
        self.assertEqual(hello["event"], "unusable")
        self.assertEqual(hello["log"]["path"], str(self.log))
        return hello["log"]

    def test_a_half_migrated_log_is_told_of_in_all_modes_and_fixed(self) -> None:
        self.make_half_migrated()
        told = {"path": str(self.log), "detail": 'table "tool_instances" already exists', "fixable": True}
        for mode in ("log", "fork", "shared"):
            self.assertEqual(self.flaw(mode), told)
        data = self.log.read_bytes()
        moved = Path(self.hello("log", "settling=0.5", "fix=yes")["moved"])
        self.assertEqual(moved, self.log.with_name("logs.db.broken"))
        self.assertEqual(moved.read_bytes(), data)
        self.expect_whole()
        self.assertNotIn("moved", self.hello("log", "settling=0.5", "fix=yes"))
        # What was moved before stays.
        self.make_half_migrated()
        self.assertEqual(
            self.hello("log", "settling=0.5", "fix=yes")["moved"], str(self.log.with_name("logs.db.broken-2"))
        )
        self.assertEqual(moved.read_bytes(), data)

    def test_one_with_answers_is_never_moved(self) -> None:
        for table in ("responses", "conversations", "turns", "schemas", "fragments", "tools"):
            shutil.rmtree(self.log.parent, ignore_errors=True)
            self.make_half_migrated()
            self.execute(f"INSERT INTO {table} DEFAULT VALUES")
            data = self.log.read_bytes()
            self.assertFalse(self.flaw("log", "fix=yes")["fixable"], table)
            self.assertEqual(self.log.read_bytes(), data)
            self.assertEqual(os.listdir(self.log.parent), ["logs.db"])

    def test_what_is_no_log_is_told_of_and_left_alone(self) -> None:
        self.hello()
        whole = self.log.read_bytes()
        cases = [
            (b"no database at all, but a text" * 99, "file is not a database"),
            (whole[:100] + os.urandom(len(whole) - 100), "database disk image is malformed"),
            (whole[:4096], "database disk image is malformed"),
        ]
        for data, detail in cases:
            self.log.write_bytes(data)
            for settings in ([], ["fix=yes"]):
                flaw = self.flaw("log", *settings)
                self.assertIn(detail, flaw["detail"])
                self.assertFalse(flaw["fixable"])
            self.assertEqual(self.log.read_bytes(), data)
        self.log.unlink()
        self.log.mkdir()
        self.assertEqual(self.flaw()["detail"], "it is a folder")
        self.log.rmdir()
        os.mkfifo(self.log)
        self.assertEqual(self.flaw()["detail"], "it is not a regular file")

    def test_an_empty_file_is_a_new_log(self) -> None:
        self.log.parent.mkdir()
        self.log.touch()
        self.expect_whole()

    def test_a_forked_child_makes_a_log_that_is_gone_as_a_whole(self) -> None:
        bridge = Bridge("fork", env=self.env)
        self.log.unlink()
        numbers = [bridge.start(arguments=["-n", "-m", "echo"], input="x") for _ in range(8)]
        for number in numbers:
            self.assertEqual(bridge.wait(number, "ended")[0]["code"], 0)
        self.execute("DELETE FROM _llm_migrations WHERE name >= 'm018'")
        # Another file in its place, as somebody's copy of a broken one.
        shutil.copy(self.log, self.folder / "copy")
        os.replace(self.folder / "copy", self.log)
        end = bridge.run(arguments=["-n", "-m", "echo"], input="x")
        self.assertEqual(end["error"]["class"], "sqlite3.OperationalError")
        bridge.close()


if __name__ == "__main__":
    unittest.main()
