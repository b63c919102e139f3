"""The expected verdicts on benchmark items are those of the reference."""

import sys
import unittest
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent.parent / "Support"
sys.path.insert(0, str(SUPPORT))

import extraction_reference  # noqa: E402


class ExtractionReferenceTests(unittest.TestCase):
    def test_expected_verdicts_are_up_to_date(self) -> None:
        expected = (extraction_reference.ITEMS / "expected.json").read_text(encoding="utf-8")
        self.assertEqual(expected, extraction_reference.expected_text())

    def test_each_rule_passes_some_answers_and_fails_others(self) -> None:
        found = {rule: set() for rule in extraction_reference.RULES}
        for entry in extraction_reference.verdicts(extraction_reference.read_items()):
            found[entry["rule"]].add(entry["pass"])
        self.assertEqual(found, {rule: {True, False} for rule in extraction_reference.RULES})


if __name__ == "__main__":
    unittest.main()
