"""Says which JSON nllm finds in a text, and which is to be found, for the tests of nllm-batch.

    python3 nllm_extraction_oracle.py < TEXTS > ANSWERS

Both are JSON lines. A line of TEXTS is a string. Its line of ANSWERS is an object:

  nllm      the object or array that nllm's documented strategies find; null for none
  expected  what our documented rule finds, by trying every place without a thought of speed; null for none
  excused   whether nllm was misled by what stands inside a string: it counted braces there and so missed the value that
            its own order would give, or took a piece of a string for a value; or whether our rule means to differ, on
            thoughts, on what is cut off, and on the order of blocks. Else "expected" has to contain "nllm".

NaN and the infinities come out as null, halves of surrogate pairs as U+FFFD.
"""

import json
import re
import sys

from broken_json import BrokenError, Reader

FENCED = re.compile(r"```(?:json|JSON)?\s*\n([\s\S]*?)\n```")
INLINE = re.compile(r"`([^`]+)`")
DECODER = json.JSONDecoder(parse_constant=lambda name: None)


def document(text):
    """The object or array that the text is as a whole."""
    text = text.strip()
    if not ((text.startswith("{") and text.endswith("}")) or (text.startswith("[") and text.endswith("]"))):
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
    return isinstance(value, dict) or (isinstance(value, list) and any(map(holds_object, value)))


def as_nllm_meant(text):
    """What nllm's order of strategies gives where braces in strings do not mislead it."""
    if (value := document(text)) is not None:
        return value
    value, place = in_code(text)
    if value is not None:
        around = [outer for outer, start, end in outermost(text) if start < place < end]
        return around[0] if around else value
    values = [value for value, _, _ in outermost(text)]
    return next(filter(holds_object, values), values[0] if values else None)


def values(text, thoughts=()):
    """The outermost values that begin outside of thoughts, up to the one that the text ends in, and where that is."""
    found, index = [], 0
    broken_before = set()
    while match := re.compile(r"[{\[]").search(text, index):
        start = match.start()
        if thought := next((end for begin, end in thoughts if begin <= start < end), None):
            index = thought
            continue
        index = start + 1
        value, end = read(text, start)
        if value is not None:
            found.append((value, start, end))
            index = end
            continue
        if start in broken_before:
            continue
        try:
            Reader(text, start)
        except BrokenError as broken:
            broken_before.update(place for place, _ in broken.levels)
            places = [place for place, _ in broken.levels]
            if broken.early:
                return found, places[0]
            first = next((n for n, level in enumerate(broken.levels) if level[1]), None)
            if first is not None and len(places) - first > closed(text[broken.index :]):
                return found, places[first]
    return found, None


def closed(rest):
    """How many brackets a text closes that it has not opened."""
    depth = low = 0
    for character in rest:
        depth += (character in "{[") - (character in "}]")
        low = min(low, depth)
    return -low


def thoughts_in(text):
    """Where thoughts stand, tags included."""
    blocks, begin = [], None
    for tag in re.finditer(r"<(/?)(?:thinking|think|reasoning)(?=[>\s])[^<>]*>", text, re.IGNORECASE | re.ASCII):
        if tag[0][-2] == "/":
            continue
        if not tag[1]:
            begin = tag.start() if begin is None else begin
        elif begin is None:
            blocks = [(0, tag.end())]
        else:
            blocks.append((begin, tag.end()))
            begin = None
    return blocks + ([(begin, len(text))] if begin is not None else [])


def blocks_of(text):
    """The language, the text and the place of each block of code, and whether a fence ends it."""
    index = 0
    while fence := re.compile(r"`{3,}").search(text, index):
        index = fence.end()
        name = re.compile(r"[A-Za-z0-9+\-#._]*").match(text, index)
        language = name[0].lower()
        code = re.compile(r"\s*\n").match(text, name.end())
        if not code and language in ("json", "jsonc", "json5"):
            code = re.compile(r"[^`{\[\n]*\n").match(text, name.end())
        if not code or language in ("md", "markdown"):
            continue
        start = code.end()
        end = re.compile(r"\n(`{3,})").search(text, start - 1)
        if not end:
            yield language, text[start:], start, False
            return
        yield language, text[start : end.start()], start, True
        named = re.compile(r"[A-Za-z0-9+\-#._]").match(text, end.end())
        index = end.start() + 1 if named else end.end()


def first_of(values):
    return next(filter(holds_object, values), values[0] if values else None)


def searched(text, thoughts):
    """What our strategies find outside of thoughts, and whether an answer is cut off."""
    places = [0] + [place for block in thoughts for place in block] + [len(text)]
    if thoughts:
        for start, end in zip(places[::2], places[1::2], strict=False):
            if (value := document(text[start:end])) is not None:
                return value, False
    cut_off = False
    blocks = [b for b in blocks_of(text) if not any(begin <= b[2] < end for begin, end in thoughts)]
    json_blocks = [code for language, code, _, _ in blocks if language in ("json", "jsonc", "json5")]
    for code in json_blocks:
        if (value := document(code)) is not None:
            return value, False
    for code in json_blocks:
        found, cut = values(code)
        cut_off = cut_off or cut is not None
        if found:
            return first_of([value for value, _, _ in found]), cut_off
    for language, code, _, is_closed in blocks:
        if not language and is_closed and (value := document(code)) is not None:
            return value, cut_off
    found, cut = values(text, thoughts)
    for span in INLINE.finditer(text):
        if any(begin <= span.start(1) < end for begin, end in thoughts):
            continue
        if (value := document(span[1])) is not None:
            around = [outer for outer, start, end in found if start < span.start(1) < end]
            if not around and cut is not None and cut < span.start(1):
                break
            return around[0] if around else value, cut_off
    return first_of([value for value, _, _ in found]), cut_off or cut is not None


def expected(text):
    if (value := document(text)) is not None:
        return value
    thoughts = thoughts_in(text)
    value, cut_off = searched(text, thoughts)
    if value is not None or not thoughts or cut_off:
        return value
    return searched(text, [])[0]


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
    ours = expected(text)
    return {"nllm": found, "expected": ours, "excused": excused or ours != as_nllm_meant(text)}


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin.buffer:
        output = json.dumps(answer(json.loads(line)), ensure_ascii=False)
        print(re.sub("[\ud800-\udfff]", "\ufffd", output))


if __name__ == "__main__":
    main()
