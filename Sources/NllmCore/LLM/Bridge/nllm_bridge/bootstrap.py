"""The text with which Python is started, after `-c`: creates the package `nllm_bridge` and starts it.

Standard input has the length of a JSON object in bytes, a newline, and that object: the sources of the package's
modules by name, each after those that it imports. No further byte is read, because requests follow. The working
directory is removed from the module path, as it is not on that of a plain llm.
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
