"""Says which answers to benchmark items pass, by the extraction rules that Inspect and lm-evaluation-harness publish.

    python3 extraction_reference.py

Reads items.jsonl of Tests/Fixtures/benchmark-items and writes expected.json beside it: for each item the assertions
that stand for those rules, and whether its answer passes. The rules are written anew after these sources:

  inspect-match    UKGovernmentBEIS/inspect_ai, src/inspect_ai/scorer/_match.py and _common.py, _util/text.py
  inspect-answer   the same, scorer/_answer.py and _pattern.py, _util/pattern.py (the last `ANSWER:` counts: PR 3910)
  inspect-choice   the same, scorer/_choice.py and solver/_multiple_choice.py (PRs 2217, 3910, 4912, 5170)
  lm-eval-strict   EleutherAI/lm-evaluation-harness, lm_eval/tasks/gsm8k/gsm8k.yaml, filter strict-match
  lm-eval-flexible the same file, filter flexible-extract

The two of lm-evaluation-harness stand as `regex` assertions, which are made from the gold answer; this script checks on
all pairs of answers and gold answers that pattern and rule agree. Of the numerals that Inspect reads beyond those of
Python's `float`, only the typographic minus and single fractions such as a half are read here.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from string import punctuation, whitespace
from typing import Any

ITEMS = Path(__file__).resolve().parent.parent / "Fixtures" / "benchmark-items"
LOCATIONS = ("end", "any", "begin", "exact")
ANSWER_PATTERNS = ("letter", "word", "line")
RULES = {
    "inspect-match": "Inspect's match() stands as `match` with a `location`, the end without one, and with `numeric` "
    "for numbers, which are equal if five significant digits are.",
    "inspect-answer": "Inspect's answer() stands as `answer` with a `pattern`: letter, word or line.",
    "inspect-choice": "Inspect's choice(), after multiple_choice(), stands as `choice`. Letters divided by commas are "
    "those of an item with several right options.",
    "lm-eval-strict": "The filter strict-match of gsm8k in lm-evaluation-harness stands as a `regex`, which holds if "
    "the first number after four hashes is the gold answer.",
    "lm-eval-flexible": "The filter flexible-extract of gsm8k in lm-evaluation-harness stands as a `regex`, which "
    "holds if the last number is the gold answer.",
}
WRAPPERS = (("**", "**"), ("*", "*"), ("$", "$"), ("(", ")"))

Assertion = dict[str, Any]


# Inspect's match()


def without_number_marks(text: str) -> str:
    """The text without currency signs, thousands separators, emphasis, and periods that no digit follows."""
    return re.sub(r"\.(?!\d)", "", re.sub(r"[$£€,*_]", "", text))


def number(token: str) -> float | None:
    """The finite number that a text is as a whole."""
    if len(token) == 1 and (value := unicodedata.numeric(token, None)) is not None:
        return float(value)
    try:
        read = float(token.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def rounded(value: float) -> str:
    """A number as it is compared: to five significant digits."""
    return f"{value:.5g}"


def numbers(text: str) -> list[str]:
    """The words of a text that are numbers, apart from punctuation around them."""
    marks = "!?:;()[]{}'\"`~<=>@#^&|"
    read = [number(word) if number(word) is not None else number(word.strip(marks)) for word in text.split()]
    return [rounded(value) for value in read if value is not None]


def number_matches(answer: str, gold: float, location: str) -> bool:
    answer = without_number_marks(answer)
    wanted = rounded(gold)
    if location == "exact":
        whole = number(answer)
        return whole is not None and rounded(whole) == wanted
    found = numbers(answer)
    if location == "any":
        return wanted in found
    return bool(found) and found[0 if location == "begin" else -1] == wanted


def text_matches(answer: str, gold: str, location: str) -> bool:
    answer, gold = answer.strip(whitespace + punctuation), gold.strip(whitespace + punctuation)
    comparisons: dict[str, Callable[[str, str], bool]] = {
        "begin": str.startswith,
        "end": str.endswith,
        "any": str.__contains__,
        "exact": str.__eq__,
    }
    return comparisons[location](answer, gold)


def match_passes(assertion: Assertion, answer: str) -> bool:
    gold, location = assertion["value"].strip(), assertion.get("location", "end")
    answer = answer.strip()
    if assertion.get("ignore_case", True):
        answer, gold = answer.casefold(), gold.casefold()
    if assertion.get("numeric", False):
        # The marks of a gold answer go even if it turns out to be a text.
        gold = without_number_marks(gold)
        if (value := number(gold)) is not None:
            return number_matches(answer, value, location)
    return text_matches(answer, gold, location)


# Inspect's answer() and choice()


def after_markers(text: str) -> Iterator[tuple[bool, str]]:
    """For each `ANSWER:`, whether it begins a line, and the text after it and after blanks."""
    for marker in re.finditer(r"answer\s*:", text, re.IGNORECASE):
        begins_line = marker.start() == 0 or text[marker.start() - 1] == "\n"
        yield begins_line, text[marker.end() :].lstrip()


def extracted_letter(text: str) -> str | None:
    """The single letter after the last marker."""
    rest = [rest for _, rest in after_markers(text)]
    found = re.match(r"([A-Za-z])(?!\w)", rest[-1]) if rest else None
    return found[1] if found else None


def extracted_word(text: str) -> str | None:
    """The word after the last marker if it ends the line, without one mark of punctuation behind it."""
    rest = [rest for _, rest in after_markers(text)]
    words = rest[-1].partition("\n")[0].split() if rest else []
    if len(words) != 1:
        return None
    return words[0][:-1] if len(words[0]) > 1 and words[0][-1] in ".,;:!?" else words[0]


def extracted_line(text: str) -> str | None:
    """The last line that is not blank, after the marker in it or on a line before it."""
    for _, rest in after_markers(text):
        line, _, more = rest.partition("\n")
        if line and not more.strip():
            return line
    return None


def answer_passes(assertion: Assertion, answer: str) -> bool:
    extract = {"letter": extracted_letter, "word": extracted_word, "line": extracted_line}[assertion["pattern"]]
    found = extract(answer)
    return found is not None and found.lower() == assertion["value"].lower()


def unwrapped(text: str) -> str:
    """The text without balanced emphasis, dollar signs or parentheses around the letters that it begins with."""
    for opening, closing in WRAPPERS:
        if found := re.match(rf"{re.escape(opening)}([A-Za-z\d ,]+){re.escape(closing)}", text):
            return found[1] + text[found.end() :]
    return text


def picked_text(text: str) -> str:
    """What stands for the options: of the lines that hold no more, the last one; else what follows the last marker."""
    strict, lenient = "", ""
    for begins_line, rest in after_markers(text):
        rest = unwrapped(rest)
        run = re.match(r"[A-Za-z\d ,]*", rest)
        letters = run[0] if run else ""
        following = rest[len(letters) :]
        if not letters:
            continue
        if not re.match(r"\w", following):
            lenient = letters
        if begins_line and (not following or following[0] in "\n."):
            strict = letters
    return (strict or lenient).upper()


def picked_options(text: str, several: bool) -> set[str]:
    """The options that an answer picks; none if it names something else beside them."""
    picked = picked_text(text)
    if not several:
        parts = [part.strip() for part in picked.split(",") if part.strip()]
        return set(parts) if len(parts) == 1 and re.fullmatch("[A-Z]", parts[0]) else set()
    letters = picked.replace(" AND ", ",").replace(" ", "").replace(",", "")
    return set(letters) if re.fullmatch("[A-Z]+", letters) else set()


def choice_passes(assertion: Assertion, answer: str) -> bool:
    gold = set(assertion["value"].split(","))
    return picked_options(answer, several=len(gold) > 1) == gold


# lm-evaluation-harness, gsm8k


def bare(number: str) -> str:
    """A number as it is compared: without thousands separators, dollar signs and one period at its end."""
    return re.sub(r"\.$", "", number.replace(",", "").replace("$", ""))


def strict_passes(gold: str, answer: str) -> bool:
    found = re.search(r"#### (-?[0-9.,]+)", answer)
    return found is not None and bare(found[1]) == gold


def flexible_passes(gold: str, answer: str) -> bool:
    found = re.findall(r"-?[$0-9.,]{2,}|-?[0-9]+", answer)
    return bool(found) and bare(found[-1]) == gold


def is_plain(gold: str) -> bool:
    """Whether the rules can find a gold answer at all: they know no fractions."""
    return re.fullmatch(r"-?[0-9.]+", gold) is not None


def spaced(gold: str, marks: str) -> str:
    """A pattern of the gold answer with marks anywhere in it, and perhaps a period at its end."""
    return marks.join(re.escape(character) for character in gold) + marks + rf"(?:\.{marks})?"


def strict_pattern(gold: str) -> str:
    marks = "" if gold.startswith("-") else ",*"
    return rf"\A(?:(?!#### -?[0-9.,])[\s\S])*#### {marks}{spaced(gold, ',*')}(?![0-9.,])"


def flexible_pattern(gold: str) -> str:
    before = "" if gold.startswith("-") else r"(?<![-$0-9.,])[$,]*"
    return rf"{before}{spaced(gold, '[$,]*')}(?![$0-9.,])(?![\s\S]*(?:[$0-9.,]{{2}}|[0-9]))"


# The expected verdicts


def verdict(assertion: Assertion, answer: str) -> bool:
    """Whether an answer passes an assertion of a type that stands for one of these rules."""
    if assertion["type"] == "regex":
        return re.search(assertion["value"], answer) is not None
    checks = {"match": match_passes, "answer": answer_passes, "choice": choice_passes}
    return checks[assertion["type"]](assertion, answer)


def assertions_for_numbers(gold: str) -> Iterator[tuple[str, Assertion]]:
    for location in LOCATIONS:
        yield "inspect-match", {"type": "match", "numeric": True, "location": location, "value": gold}
    if is_plain(gold):
        yield "lm-eval-strict", {"type": "regex", "value": strict_pattern(gold)}
        yield "lm-eval-flexible", {"type": "regex", "value": flexible_pattern(gold)}


def assertions_for_choices(gold: str) -> Iterator[tuple[str, Assertion]]:
    yield "inspect-choice", {"type": "choice", "value": gold}
    if "," in gold:
        return
    for pattern in ANSWER_PATTERNS:
        yield "inspect-answer", {"type": "answer", "pattern": pattern, "value": gold}
    for location in ("end", "exact"):
        yield "inspect-match", {"type": "match", "location": location, "value": gold}


def verdicts(items: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    for item in items:
        is_choice = item["id"].startswith("choice")
        for rule, assertion in (assertions_for_choices if is_choice else assertions_for_numbers)(item["gold"]):
            yield {"id": item["id"], "rule": rule, "assertion": assertion, "pass": verdict(assertion, item["answer"])}


def check_patterns(items: list[dict[str, str]]) -> None:
    """Fails if a pattern that stands for a rule of lm-evaluation-harness differs from it."""
    for gold in {item["gold"] for item in items if is_plain(item["gold"])}:
        for answer in (item["answer"] for item in items):
            assert strict_passes(gold, answer) == bool(re.search(strict_pattern(gold), answer)), (gold, answer)
            assert flexible_passes(gold, answer) == bool(re.search(flexible_pattern(gold), answer)), (gold, answer)


def read_items() -> list[dict[str, str]]:
    return [json.loads(line) for line in (ITEMS / "items.jsonl").read_text(encoding="utf-8").splitlines()]


def expected_text() -> str:
    """The text of expected.json, a verdict a line."""
    items = read_items()
    check_patterns(items)
    lines = ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in verdicts(items))
    rules = json.dumps(RULES, ensure_ascii=False, indent=4).replace("\n}", "\n  }")
    written_by = "Tests/Support/extraction_reference.py"
    return f'{{\n  "written_by": "{written_by}",\n  "rules": {rules},\n  "verdicts": [\n{lines}\n  ]\n}}\n'


if __name__ == "__main__":
    (ITEMS / "expected.json").write_text(expected_text(), encoding="utf-8")
