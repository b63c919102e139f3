"""What Python is started with, as `-c` and this text: makes the package `nllm_bridge` and starts it.

Standard input holds the length of a JSON object in bytes, a newline, and that object: the package's modules by name
with their sources, each after those that it imports. No byte more is read, since what follows are requests. The working
directory is no place for modules, as it is none for a plain llm.
"""

import os, sys

if sys.path[:1] == [""]:
    del sys.path[0]

import json, types


def take(count):
    taken = b""
    while len(taken) < count:
        piece = os.read(0, count - len(taken))
        if not piece:
            sys.exit(3)
        taken += piece
    return taken


def make_module(name, source):
    module = sys.modules[name] = types.ModuleType(name)
    path = name.replace(".", "/") + ".py"
    exec(compile(source, path, "exec"), vars(module))
    return module


size = b""
while not size.endswith(b"\n"):
    size += take(1)
make_module("nllm_bridge", "").__path__ = []
for name, source in json.loads(take(int(size))).items():
    last = make_module("nllm_bridge." + name, source)
last.main(sys.argv[1:])
