"""The keys that llm's models need and do not have."""

from __future__ import annotations

import contextlib
from typing import Any

from nllm_bridge.imported_llm import Llm
from nllm_bridge.protocol import Json


def missing_keys(llm: Llm) -> list[Json]:
    """For each missing key the names of its models; a model of which that is not known for sure is left out.

    No key is kept: llm looks for it as it does before a request, and only whether it has found one counts.
    """
    models: dict[str, Any] = {}
    with contextlib.suppress(Exception):
        # By name, because of two models with the same one llm takes the later.
        models = {**llm.package.get_async_model_aliases(), **llm.package.get_model_aliases()}
    missing: dict[tuple[str, str | None], list[str]] = {}
    for name, model in models.items():
        with contextlib.suppress(Exception):
            if is_without_key(llm, model):
                missing.setdefault((model.needs_key, model.key_env_var), []).append(name)
    return [{"key": key, "variable": variable, "models": names} for (key, variable), names in missing.items()]


def is_without_key(llm: Llm, model: Any) -> bool:
    kinds = (llm.package.KeyModel, llm.package.AsyncKeyModel)
    # Others may do without, or look for it in a way of their own.
    if not isinstance(model, kinds) or type(model).get_key is not llm.package.KeyModel.get_key:
        return False
    try:
        model.get_key()
    except llm.package.NeedsKeyException:
        return True
    return False
