"""What the figures were taken on."""

import platform
import subprocess
from pathlib import Path

from bench_site import PLAIN, PLUGINS, cores

PLUGIN_NAMES = ("anthropic", "gemini", "mistral", "ollama", "openrouter")


def machine() -> str:
    """Cores, processor, system, and the versions of Python, llm, openai and the plugins."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    parts = [
        f"{cores()} cores of {processor()}",
        f"{system}, Linux {platform.release().partition('-')[0]}",
        f"Python {run('import platform; print(platform.python_version())', PLAIN)}",
        *versions(PLAIN, "llm", "openai"),
    ]
    if (PLUGINS / "bin/python").exists():
        parts += versions(PLUGINS, *(f"llm-{name}" for name in PLUGIN_NAMES))
    return "; ".join(parts)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def versions(venv: Path, *packages: str) -> list[str]:
    script = f"from importlib.metadata import version\nfor name in {packages}: print(name, version(name))"
    return run(script, venv).splitlines()


def run(script: str, venv: Path) -> str:
    done = subprocess.run([venv / "bin/python", "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.strip()
