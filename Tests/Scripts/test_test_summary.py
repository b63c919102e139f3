"""Tests scripts/test-summary on what Swift Testing and unittest print."""

import pathlib
import subprocess
import tempfile
import textwrap
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/test-summary"

SWIFT = """\
◇ Test good() started.
✔ Test good() passed after 0.1 seconds.
✘ Test bad(delay:) recorded an issue with 1 argument delay → 0 at RateTests.swift:37:9: Expectation failed: (53) <= 50
↳ 53 refused
✘ Test bad(delay:) failed after 2 seconds with 1 issue.
✘ Test run with 2 tests in 1 suite failed after 2.1 seconds with 1 issue.
"""
PYTHON = """
import unittest

class Tests(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.assertEqual(1, 2)
    def test_worse(self): raise ValueError("odd")
"""


class TestSummaryTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def summary(self, *parts):
        """Runs the script; returns its exit code, what it passed through, and the lines of its summary."""
        result = subprocess.run([SCRIPT, *parts], capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(result.stderr, "")
        passed, _, summary = result.stdout.rpartition("─\n")
        return result.returncode, passed, summary.splitlines()

    def test_failures_stand_first_and_all_parts_are_run(self):
        (self.folder / "swift.txt").write_text(SWIFT, encoding="utf-8")
        (self.folder / "test_it.py").write_text(PYTHON)
        code, passed, lines = self.summary(
            f"Swift=cat {self.folder}/swift.txt; exit 1", f"Python=cd {self.folder}; python3 -m unittest"
        )
        self.assertEqual(code, 1)
        # The parts run side by side, so that their lines may be mixed.
        written = SWIFT.splitlines()
        self.assertEqual([line for line in passed.splitlines() if line in written], written)
        expected = """\
            ✘ bad(delay:)  RateTests.swift:37
                Expectation failed: (53) <= 50
                53 refused
            ✘ test_worse (test_it.Tests.test_worse)  test_it.py:7
                ValueError: odd
            ✘ test_bad (test_it.Tests.test_bad)  test_it.py:6
                AssertionError: 1 != 2
        """
        self.assertEqual(lines[:-2], textwrap.dedent(expected).splitlines())
        self.assertRegex(lines[-2], r"^✘ Swift: 0:00 min, Test run with 2 tests in 1 suite failed .* with 1 issue\.$")
        self.assertRegex(lines[-1], r"^✘ Python: 0:0\d min, Ran 3 tests in .*s, FAILED \(failures=1, errors=1\)$")

    def test_without_failures_it_succeeds(self):
        code, _, lines = self.summary("A=echo 'Ran 1 test in 0.1s'", "B=true")
        self.assertEqual((code, lines), (0, ["✔ A: 0:00 min, Ran 1 test in 0.1s", "✔ B: 0:00 min, nothing ran"]))

    def test_a_part_that_ends_without_a_word_is_told(self):
        code, _, lines = self.summary("A=exit 3")
        self.assertEqual(code, 1)
        self.assertEqual(lines, ["✘ A: exit code 3 without a failed test; see above", "✘ A: 0:00 min, nothing ran"])


if __name__ == "__main__":
    unittest.main()
