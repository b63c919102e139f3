"""Measures bridge.py against cold `llm` processes, on answers of 16 words from a server that answers at once.

Needs llm in .venv (`make setup`). No key, no network. Machines are shared: take the ratios for what they are.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/Bridge"))

from client import LLM, Bridge, Server  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def cpu_ms(pid: int) -> float:
    """What a process has used so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICK


def memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def rate(bridges: list[Bridge], cells: int, concurrency: int, **fields: object) -> tuple[float, float, float]:
    """Cells a second, the bridges' own CPU ms a cell, and their children's."""
    before = [cpu_ms(bridge.process.pid) for bridge in bridges]
    children = 0.0
    left, running = [cells // len(bridges)] * len(bridges), [0] * len(bridges)
    start = time.monotonic()
    while any(left) or any(running):
        for number, bridge in enumerate(bridges):
            while left[number] and running[number] < concurrency // len(bridges):
                left[number] -= 1
                running[number] += 1
                bridge.start(**fields)
            event = bridge.event() if running[number] else {}
            if event.get("event") == "ended":
                assert event["code"] == 0, event
                running[number] -= 1
                children += event.get("cpu_ms", 0)
    wall = time.monotonic() - start
    own = sum(cpu_ms(bridge.process.pid) for bridge in bridges) - sum(before)
    return cells / wall, own / cells, children / cells


def cold(env: dict[str, str], cells: int) -> float:
    start = time.monotonic()
    script = f"seq {cells} | xargs -P 4 -I N sh -c 'echo question N | {LLM} -n -u -m words >/dev/null 2>&1'"
    subprocess.run(["sh", "-c", script], env=env, check=True)
    return cells / (time.monotonic() - start)


def fork(env: dict[str, str], base: float) -> None:
    bridge = Bridge("fork", env=env)
    for concurrency in (1, 4, 16):
        fields = {"arguments": ["-n", "-u", "-m", "words"], "input": "question"}
        cells, own, children = rate([bridge], 40 * concurrency if concurrency < 16 else 300, concurrency, **fields)
        print(f"fork, {concurrency:3} at once     {cells:7.1f} cells/s  {children:5.1f} ms in the child"
              f" + {own:4.1f} in the parent  {cells / base:5.1f} x cold")
    bridge.close()


def shared(env: dict[str, str], base: float, processes: int, concurrency: int, stream: bool) -> None:
    bridges = [Bridge("shared", env=env) for _ in range(processes)]
    fields = {"model": "words", "prompt": "question", "stream": stream}
    rate(bridges, 64, 16, **fields)
    cells, own, _ = rate(bridges, 2000, concurrency, **fields)
    memory = sum(memory_mb(bridge.process.pid) for bridge in bridges)
    print(f"shared, {processes} process, {concurrency:3} at once, {'streaming' if stream else 'whole    '} "
          f"{cells:7.1f} cells/s  {own:5.2f} ms CPU  {memory:4.0f} MB  {cells / base:5.0f} x cold")
    for bridge in bridges:
        bridge.close()


def memory_in_flight(env: dict[str, str], count: int) -> None:
    bridge = Bridge("shared", env=env)
    for _ in range(count):
        bridge.start(model="slow", prompt="question")
    time.sleep(2)
    print(f"shared, {count} in flight: {memory_mb(bridge.process.pid):.0f} MB")
    bridge.close()


def main() -> None:
    server = Server({"words": {"answer_tokens": 16}, "slow": {"delay_ms": 4000}})
    env = server.environment()
    try:
        subprocess.run([LLM, "-n", "-m", "words", "a"], env=env, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        base = cold(env, 12)
        print(f"cold, 4 at once      {base:7.2f} cells/s")
        fork(env, base)
        for processes, concurrency, stream in ((1, 64, False), (1, 64, True), (2, 128, False), (1, 256, False)):
            shared(env, base, processes, concurrency, stream)
        memory_in_flight(env, 256)
    finally:
        server.close()


main()
