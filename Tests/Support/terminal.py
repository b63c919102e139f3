"""Runs a command in a terminal of its own and tells what that got.

    python3 terminal.py [--rows 24] [--columns 80] [--stdout FILE] [--log FILE] -- COMMAND [ARGUMENT ...]

The command's standard input, output and error are the terminal; with --stdout its standard output is a
file instead. The environment is passed on. With --log what is written to the terminal is appended to a
file as it comes, so that others can wait for it. When the command has ended, one JSON object is printed:
  code     its exit code, negative for a signal
  output   every character that was written to the terminal, line breaks as they were written
  screen   the lines that stand on the terminal in the end, those that were scrolled out included
  wrapped  the lines that were too long for the terminal, up to where they had to be broken

The terminal knows what nllm-batch uses: CR, LF, going up, erasing to the end, and colours. Anything else
is an error.
"""

import argparse
import errno
import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
import unicodedata

SEQUENCE = re.compile(r"\x1b\[(\d*)([AJm])")


class Screen:
    """A terminal's lines, and where the next character goes."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[str] = [""]
        self.wrapped: list[str] = []
        self._row = 0
        self._at_start = True

    def write(self, text: str) -> None:
        position = 0
        while position < len(text):
            sequence = SEQUENCE.match(text, position)
            if sequence:
                self._control(sequence[1], sequence[2])
                position = sequence.end()
                continue
            self._put(text[position])
            position += 1

    def _put(self, character: str) -> None:
        if character == "\n":
            self._down()
        elif character == "\r":
            self._at_start = True
        elif character != "\t" and unicodedata.category(character) == "Cc":
            raise ValueError(f"unknown control character {character!r}")
        else:
            if self._at_start:
                self.lines[self._row] = ""
                self._at_start = False
            if width(self.lines[self._row] + character) > self.columns:
                self.wrapped.append(self.lines[self._row])
                self._down()
                self._at_start = False
            self.lines[self._row] += character

    def _down(self) -> None:
        self._row += 1
        self._at_start = True
        if self._row == len(self.lines):
            self.lines.append("")

    def _control(self, number: str, kind: str) -> None:
        if kind == "A":
            self._row = max(0, self._row - int(number or 1))
        elif kind == "J":
            del self.lines[self._row + 1 :]
            self.lines[self._row] = ""


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def run(arguments: argparse.Namespace) -> tuple[int, bytes]:
    """Runs the command to its end; returns its exit code and what it wrote to the terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", arguments.rows, arguments.columns, 0, 0))
        if arguments.stdout:
            os.dup2(os.open(arguments.stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.execvp(arguments.command[0], arguments.command)
    log = open(arguments.log, "ab", buffering=0) if arguments.log else None
    written = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError as error:
            # The end, on Linux.
            if error.errno != errno.EIO:
                raise
            piece = b""
        if not piece:
            break
        written += piece
        if log:
            log.write(piece)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), written


def main() -> None:
    parser = argparse.ArgumentParser(description="Runs a command in a terminal of its own.")
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("--stdout", help="a file to be standard output")
    parser.add_argument("--log", help="a file to append to")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    code, written = run(arguments)
    # The terminal writes CR LF for each LF.
    text = written.decode("utf-8").replace("\r\n", "\n")
    screen = Screen(arguments.columns)
    screen.write(text)
    json.dump({"code": code, "output": text, "screen": screen.lines, "wrapped": screen.wrapped}, sys.stdout)


if __name__ == "__main__":
    main()
