"""Reads JSON that breaks off or goes wrong, and says where and in what."""

import re


class BrokenError(Exception):
    """Where reading stopped, whether only because the text ends, and what was open: a place, and if it is JSON."""

    def __init__(self, index, early, levels):
        self.index, self.early, self.levels = index, early, levels


class Reader:
    """Reads a value character by character, to tell where and in what it breaks."""

    LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")

    def __init__(self, text, start):
        self.text, self.index, self.levels = text, start, []
        self.value()

    def broken(self, early=False):
        rest = self.text[self.index :]
        early = early or not rest or any(word != rest and word.startswith(rest) for word in self.LITERALS)
        return BrokenError(self.index, early, self.levels)

    def match(self, pattern):
        found = re.compile(pattern).match(self.text, self.index)
        self.index = found.end() if found else self.index
        return found

    def value(self):
        self.match(r"[ \n\r\t]*")
        first = self.text[self.index : self.index + 1]
        if first and first in "{[":
            if len(self.levels) == 512:
                raise self.broken()
            return self.parts(first)
        if first == '"':
            return self.string()
        if self.match("|".join(self.LITERALS)):
            return None
        if not self.match(r"-?(0|[1-9]\d*|(?=\d))") or not self.match(r"(\.\d+)?([eE][-+]?\d+)?"):
            self.match("-")
            raise self.broken()
        if self.text[self.index : self.index + 1] in (".", "e", "E") and self.match(r"\.(?!\d)|[eE][-+]?"):
            raise self.broken()

    def parts(self, opening):
        self.levels.append([self.index, False])
        self.index += 1
        closing = "}" if opening == "{" else "]"
        self.match(r"[ \n\r\t]*")
        more = not self.match(re.escape(closing))
        while more:
            if opening == "{":
                self.match(r"[ \n\r\t]*")
                if self.text[self.index : self.index + 1] != '"':
                    raise self.broken()
                self.string()
                self.match(r"[ \n\r\t]*")
                if not self.match(":"):
                    raise self.broken()
                self.levels[-1][1] = True
            self.value()
            self.match(r"[ \n\r\t]*")
            more = not self.match(re.escape(closing))
            if more:
                if not self.match(","):
                    raise self.broken()
                self.levels[-1][1] = True
        self.levels.pop()

    def string(self):
        self.index += 1
        self.match(r'(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*')
        if not self.match('"'):
            early = self.match(r"\\u(?=[0-9a-fA-F]{0,3}\Z)") is not None
            self.match(r"\\u|\\")
            raise self.broken(early)
