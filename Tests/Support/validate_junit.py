"""Holds reports against the schema of JUnit's XML that `scripts/setup --tests` downloads, and against their own counts.

The arguments are files. Prints a line for each flaw, and exits with 1 if there is any.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

import xmlschema

SCHEMA = Path(__file__).parents[2] / ".venv/junit-schema/junit-10.xsd"
KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def counts(element: ElementTree.Element) -> dict[str, str]:
    """What the attributes of a suite, or of all suites, have to be."""
    cases = list(element.iter("testcase"))
    numbers = {name: str(len([case for case in cases if case.find(kind) is not None])) for name, kind in KINDS.items()}
    seconds = sum(round(1000 * float(case.get("time", "0"))) for case in cases) / 1000
    return {"tests": str(len(cases)), "time": f"{seconds:.3f}", **numbers}


def flaws(path: Path, schema: xmlschema.XMLSchema) -> list[str]:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        return [f"{path}: {error}"]
    found = [f"{path}: {error.path}: {error.reason}" for error in schema.iter_errors(path)]
    for element in [root, *root.iter("testsuite")]:
        for name, expected in counts(element).items():
            # The schema does not allow it there.
            stated = element.get(name) if (element.tag, name) != ("testsuites", "skipped") else expected
            if stated != expected:
                found.append(f"{path}: {element.tag} {element.get('name')}: {name} is {stated}, not {expected}")
    return found


def main() -> int:
    schema = xmlschema.XMLSchema(SCHEMA)
    found = [flaw for name in sys.argv[1:] for flaw in flaws(Path(name), schema)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
