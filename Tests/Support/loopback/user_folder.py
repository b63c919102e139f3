"""A user folder for llm that knows the server's models."""

import hashlib
import json
import os
from pathlib import Path

from loopback.behaviours import Model

API_KEY_NAME = "loopback"
API_KEY = "sk-loopback-0123456789abcdef"


def write_user_folder(folder: Path, models: dict[str, Model], port: int) -> None:
    """Writes what makes llm find the models; the YAML is JSON, which YAML contains.

    Servers with the same models differ in their ports alone, and their files have the same times: a list of models that
    was cached for one of them serves all.
    """
    base = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key_name": API_KEY_NAME}
    entries = [
        {"model_id": name, "model_name": name, **base, **model.behaviour.get("llm", {})}
        for name, model in models.items()
        if model.behaviour.get("register", True)
    ]
    yaml = json.dumps(entries, indent=2, ensure_ascii=False)
    kind = hashlib.sha256(yaml.replace(f":{port}/", "/").encode()).digest()
    time = 1_000_000_000 + int.from_bytes(kind[:3], "big")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"extra-openai-models.yaml": yaml, "keys.json": json.dumps({API_KEY_NAME: API_KEY})}.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
        os.utime(folder / name, (time, time))
