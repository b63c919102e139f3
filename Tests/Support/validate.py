"""Holds documents against the JSON Schemas of docs/schema.

Without an argument, every line of standard input is `[schema's name, document]`, and for each a line is printed: what
is wrong with it as JSON text, empty if nothing is. With a folder, the outputs of commands that the tests have recorded
there are checked, each a file with `arguments` and `out`; exits with 1 if one is not as its schema says, or if there
are hardly any.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "docs/schema"
NAMES = (
    "manifest",
    "result",
    "status",
    "list",
    "show",
    "run",
    "config",
    "grade",
    "suite-check",
    "night",
    "explain",
    "compare",
    "trend",
    "usage",
)
# The schema of what a command prints with --json.
COMMANDS = {
    "status": "status",
    "work": "status",
    "list": "list",
    "show": "show",
    "run": "run",
    "config": "config",
    "grade": "grade",
    "suite": "suite-check",
    "gate": "night",
    "explain": "explain",
    "compare": "compare",
    "trend": "trend",
    "tail": "result",
    "usage": "usage",
}
LEAST_OUTPUTS = 20


def load_validators() -> dict[str, Any]:
    schemas = {name: json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")) for name in NAMES}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    files: Registry[Any] = Registry().with_resources(
        (f"{name}.schema.json", Resource.from_contents(schema)) for name, schema in schemas.items()
    )
    return {name: Draft202012Validator(schema, registry=files) for name, schema in schemas.items()}


def flaw(validator: Any, document: Any) -> str:
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(document)]
    return "; ".join(errors)[:500]


def documents(output: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The schemas and documents that a command has printed."""
    arguments: list[str] = output["arguments"]
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    name = COMMANDS.get(arguments[0] if arguments else "")
    if name is None or "--json" not in arguments or "--dry-run" in arguments or arguments[:2] == ["config", "path"]:
        return
    for line in output["out"].splitlines():
        yield name, line


def check_outputs(folder: Path) -> int:
    validators = load_validators()
    flaws: list[str] = []
    checked: Counter[str] = Counter()
    for path in sorted(folder.glob("*.json")):
        output = json.loads(path.read_text(encoding="utf-8"))
        for name, line in documents(output):
            checked[name] += 1
            if wrong := flaw(validators[name], json.loads(line)):
                flaws.append(f"{' '.join(output['arguments'])}: {wrong}")
    print("\n".join(flaws), file=sys.stderr, end="\n" if flaws else "")
    counts = ", ".join(f"{count} of {name}" for name, count in sorted(checked.items()))
    print(f"{checked.total()} outputs checked against their schemas: {counts}")
    missing = set(COMMANDS.values()) - set(checked)
    return 1 if flaws or missing or checked.total() < LEAST_OUTPUTS else 0


def check_lines() -> None:
    validators = load_validators()
    for line in sys.stdin:
        name, document = json.loads(line)
        print(json.dumps(flaw(validators[name], document)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(check_outputs(Path(sys.argv[1])))
    check_lines()
