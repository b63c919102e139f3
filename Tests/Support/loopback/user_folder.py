"""A user folder for llm that knows the server's models."""

import json
from pathlib import Path

from loopback.behaviours import Model

API_KEY_NAME = "loopback"
API_KEY = "sk-loopback-0123456789abcdef"


def write_user_folder(folder: Path, models: dict[str, Model], port: int) -> None:
    """Writes what makes llm find the models; the YAML is JSON, which YAML contains."""
    base = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key_name": API_KEY_NAME}
    entries = [
        {"model_id": name, "model_name": name, **base, **model.behaviour.get("llm", {})}
        for name, model in models.items()
        if model.behaviour.get("register", True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    yaml = json.dumps(entries, indent=2, ensure_ascii=False)
    (folder / "extra-openai-models.yaml").write_text(yaml + "\n", encoding="utf-8")
    (folder / "keys.json").write_text(json.dumps({API_KEY_NAME: API_KEY}) + "\n", encoding="utf-8")
