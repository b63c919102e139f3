"""docs/schema/suite.schema.json accepts the suites that run, and marks mistakes that a schema can see."""

import json
import unittest
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
SUITES = ROOT / "Tests/Fixtures/suites"
SCHEMA = json.loads((ROOT / "docs/schema/suite.schema.json").read_text(encoding="utf-8"))
# Refused for what a schema does not see: files, templates, models and permissions.
BEYOND_SCHEMAS = {
    "refused-command",
    "refused-csv-column",
    "refused-csv-javascript",
    "refused-file-outside",
    "refused-filter",
    "refused-finally",
    "refused-gate-label",
    "refused-gate-metric",
    "refused-gate-without-assertions",
    "refused-json-lines",
    "refused-missing-file",
    "refused-missing-variable",
    "refused-nunjucks",
    "refused-nunjucks-in-file",
    "refused-output-outside",
    "refused-pattern",
    "refused-template-reference",
    "refused-tests-of-a-program",
    "refused-unknown-model",
}


def problems(suite: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(suite)]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class SuiteSchemaTests(unittest.TestCase):
    def test_the_schema_is_one(self) -> None:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_it_accepts_what_runs_and_refuses_what_is_refused(self) -> None:
        for path in sorted(SUITES.glob("*/promptfooconfig.yaml")):
            name = path.parent.name
            if name == "refused-yaml":
                continue
            is_refused = name.startswith("refused-") and name not in BEYOND_SCHEMAS
            with self.subTest(name):
                found = problems(read(path))
                self.assertEqual(bool(found), is_refused, found)

    def test_it_accepts_the_samples(self) -> None:
        for path in sorted((ROOT / "Tests/Fixtures").glob("*.yaml")):
            with self.subTest(path.name):
                self.assertEqual(problems(read(path)), [])

    def test_it_knows_every_key_of_ours(self) -> None:
        suite = {
            "models": "gpt-4o-mini",
            "sources": ["prompts.jsonl", "notes"],
            "series": "nightly",
            "gate": [
                'pass_rate("Mini") >= 0.9',
                'metric("tone") >= 0.7',
                "errors <= 1%",
                "latency_p95 <= 8s",
                "no_regression",
            ],
            "baseline": "best",
            "confirm": 6,
            "alpha": 0.03,
            "min_effect": 1,
            "max_drop": 5,
            "cluster": "metadata.topic",
            "judge": {"id": "gpt-4o", "config": {"temperature": 0}},
            "limits": {"openai": {"models": ["gpt-4o*"], "rpm": 500}},
            "budget": {"max_cost": 2.5, "budget_window": "24h"},
            "resume_within": "20h",
            "keep": {"nights": 90, "answers": 30},
            "finally": "./mail-the-night",
            "outputPath": "night.json",
        }
        self.assertEqual(problems(suite), [])

    def test_it_marks_mistakes(self) -> None:
        test = {"assert": [{"type": "contains", "value": "x"}]}
        mistakes = {
            "a gate without a bound": {"gate": ["pass_rate"]},
            "a metric without a name": {"gate": "metric >= 1"},
            "a cluster that is no metadata": {"cluster": "topic"},
            "models and providers": {"models": ["one"], "providers": ["one"]},
            "no samples": {"evaluateOptions": {"repeat": 0}},
            "a threshold above 1": {"tests": [{**test, "threshold": 80}]},
            "an assertion without a value": {"tests": [{"assert": [{"type": "regex"}]}]},
            "a latency without a threshold": {"tests": [{"assert": [{"type": "latency"}]}]},
            "a location of another type": {
                "tests": [{"assert": [{"type": "contains", "value": "x", "location": "end"}]}]
            },
            "an empty set": {"tests": [{"assert": [{"type": "assert-set", "assert": []}]}]},
        }
        for name, keys in mistakes.items():
            with self.subTest(name):
                self.assertNotEqual(problems({"prompts": ["x"], **keys}), [])


if __name__ == "__main__":
    unittest.main()
