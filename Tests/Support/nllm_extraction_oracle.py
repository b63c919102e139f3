"""Says which JSON nllm finds in a text, and which is to be found, for the tests of nllm-batch.

    python3 nllm_extraction_oracle.py < TEXTS > ANSWERS

Both are JSON lines. A line of TEXTS is a string. Its line of ANSWERS is an object:

  nllm      the object or array that nllm's documented strategies find; null for none
  expected  what our documented rule finds, by trying every place without a thought of speed; null for none
  excused   whether nllm was misled by what stands inside a string: it counted braces there and so missed the value that
            its own order would give, or took a piece of a string for a value. Else "expected" has to contain "nllm".

NaN and the infinities come out as null, halves of surrogate pairs as U+FFFD.
"""

import json
import re
import sys

FENCED = re.compile(r"```(?:json|JSON)?\s*\n([\s\S]*?)\n```")
INLINE = re.compile(r"`([^`]+)`")
DECODER = json.JSONDecoder(parse_constant=lambda name: None)


def document(text):
    """The object or array that the text is as a whole."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}") or text.startswith("[") and text.endswith("]")):
        return None
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except ValueError:
        return None


def read(text, start):
    """The value that begins at a place, and its end."""
    try:
        return DECODER.raw_decode(text, start)
    except ValueError:
        return None, None


def counted(text, start):
    """The same as nllm sees it: up to the brace that brings the count to zero, strings or not."""
    opening, depth = text[start], 0
    closing = "}" if opening == "{" else "]"
    for end in range(start, len(text)):
        depth += (text[end] == opening) - (text[end] == closing)
        if depth == 0:
            return document(text[start : end + 1]), end + 1
    return None, None


def in_code(text):
    """The first value in code, and where the code begins."""
    for pattern in (FENCED, INLINE):
        for match in pattern.finditer(text):
            if (value := document(match[1])) is not None:
                return value, match.start(1)
    return None, None


def in_prose(text, read):
    """The first object in prose, else the first array, and where it begins."""
    for opening in "{[":
        for match in re.finditer(re.escape(opening), text):
            value, _ = read(text, match.start())
            if value is not None:
                return value, match.start()
    return None, None


def outermost(text):
    """The complete objects and arrays that stand in no other one, with their places."""
    index = 0
    while match := re.compile(r"[{\[]").search(text, index):
        value, end = read(text, match.start())
        index = match.start() + 1
        if value is not None:
            yield value, match.start(), end
            index = end


def holds_object(value):
    return isinstance(value, dict) or isinstance(value, list) and any(map(holds_object, value))


def expected(text):
    if (value := document(text)) is not None:
        return value
    value, place = in_code(text)
    if value is not None:
        around = [outer for outer, start, end in outermost(text) if start < place < end]
        return around[0] if around else value
    values = [value for value, _, _ in outermost(text)]
    return next(filter(holds_object, values), values[0] if values else None)


def is_quoted(text, place):
    """Whether a place stands inside a string of a complete value."""
    for _, start, end in outermost(text):
        if start < place < end:
            return '"' in re.sub(r'"(?:\\.|[^"\\])*"', "", text[start:place])
    return False


def answer(text):
    found, place, excused = document(text), 0, False
    if found is None:
        found, place = in_code(text)
        if found is not None:
            excused = is_quoted(text, place)
    if found is None:
        found, place = in_prose(text, counted)
        if found is not None:
            excused = in_prose(text, read)[1] != place or is_quoted(text, place)
    return {"nllm": found, "expected": expected(text), "excused": excused}


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin.buffer:
        output = json.dumps(answer(json.loads(line)), ensure_ascii=False)
        print(re.sub("[\ud800-\udfff]", "\ufffd", output))


if __name__ == "__main__":
    main()
