"""llm, imported once and prepared."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import operator
import random
import sys
from collections.abc import Callable
from typing import Any

from nllm_bridge.body import SLACK, Exchange, watching_body, watching_body_async
from nllm_bridge.failure import LONGEST_MESSAGE, UnusableError, causes, http_status
from nllm_bridge.llm_log import LogFlawError, Migrations, log_path, prepare_log
from nllm_bridge.pieces import joining_pieces, passing_chunks_on
from nllm_bridge.protocol import Json, diagnose
from nllm_bridge.rehearsal import answered_from_nowhere, silenced_standard_streams
from nllm_bridge.sharing import migrating_others, remembering, replace_function, sharing_clients, sharing_tls_contexts

# A request that writes more, on both channels together, is ended. The parent sets the limit.
MAX_ANSWER = 16 << 20


class Llm:
    """`llm` with its plugins, imported once; everything that makes it faster is here."""

    # What is used of llm; if any of it is missing, this is another llm than this file was written for.
    NEEDED = {
        "llm": "get_models_with_aliases get_plugins get_tools",
        "llm.cli": "cli logs_db_path migrate sqlite_utils",
        "llm.models": "_BaseResponse.__init__ _BaseResponse.token_usage",
        "llm.default_plugins.openai_models": "Chat openai.OpenAI",
    }
    NEEDED_BY_SHARED = {
        "llm": "get_model get_model_aliases get_async_model_aliases get_default_model",
        "llm.cli": "click pydantic cli.commands get_model_options load_template render_errors resolve_attachment "
        "AttachmentError",
        "llm.models": "AsyncResponse.astream_events Response.stream_events",
        "llm.utils": "resolve_schema_input",
    }
    # The SDKs that retry by themselves, three times in all; llm's plugins build on them.
    SDKS = {"openai": ("OpenAI", "AsyncOpenAI"), "anthropic": ("Anthropic", "AsyncAnthropic")}

    def __init__(self, mode: str, max_answer: int) -> None:
        sys.argv = ["llm"]
        self.max_answer = max_answer
        self.generators: list[random.Random] = []
        try:
            self.package = self._import("llm", mode)
            self.cli = self._import("llm.cli", mode)
            self.models = self._import("llm.models", mode)
            self.utils = self._import("llm.utils", mode)
            self.openai_models = self._import("llm.default_plugins.openai_models", mode)
        except UnusableError:
            raise
        except BaseException as error:  # Plugins may raise anything, and exit.
            raise UnusableError(f"llm can't be imported: {type(error).__name__}: {error}") from error

    def _import(self, name: str, mode: str) -> Any:
        module = importlib.import_module(name)
        needed = self.NEEDED.get(name, "").split()
        if mode == "shared":
            needed += self.NEEDED_BY_SHARED.get(name, "").split()
        for attribute in needed:
            try:
                operator.attrgetter(attribute)(module)
            except AttributeError as error:
                raise UnusableError(f"llm {self.version()} does not fit: {name} has no {attribute}") from error
        return module

    def version(self) -> str:
        return importlib.metadata.version("llm")

    def plugins(self) -> dict[str, str]:
        return {plugin["name"]: plugin.get("version", "") for plugin in self.package.get_plugins()}

    def prepare(self) -> None:
        """Prepares both modes. Nothing here starts a thread or keeps a socket."""
        # First, because the plugins look into the folder that contains it.
        self._migrate_log()
        # llm asks all plugins for these at every prompt, several times: 60 ms with five plugins.
        for name in ("get_models_with_aliases", "get_tools"):
            original = getattr(self.package, name)
            replace_function(original, remembering(original), "llm")
        self._turn_off_retries()
        self._share_tls_contexts()
        self._watch_bodies()
        self._keep_little()

    def _turn_off_retries(self) -> None:
        """Turns off the SDKs' retries, which would multiply with the parent's and hide what happens."""
        for name, clients in self.SDKS.items():
            try:
                sdk = importlib.import_module(name) if importlib.util.find_spec(name) else None
            except Exception as error:  # A broken SDK concerns the models that use it alone.
                diagnose(f"{name} can't be imported: {error}")
                continue
            for client in (getattr(sdk, client, None) for client in clients):
                defaults = getattr(getattr(client, "__init__", None), "__kwdefaults__", None)
                if defaults and "max_retries" in defaults:
                    defaults["max_retries"] = 0

    def _share_tls_contexts(self) -> None:
        """llm creates a client for each prompt, and each client reads all certificates: 25 ms."""
        for name in ("httpx2", "httpx"):
            original = getattr(sys.modules.get(f"{name}._config"), "create_ssl_context", None)
            if original is not None:
                shared = sharing_tls_contexts(original)
                replace_function(original, shared, name)
                with contextlib.suppress(Exception):
                    shared()

    def _watch_bodies(self) -> None:
        """Counts what providers send as it arrives, because some of it is kept in memory until it ends."""
        for name in ("httpx2", "httpx"):
            response = getattr(sys.modules.get(name), "Response", None)
            if response is not None:
                response.iter_bytes = watching_body(response.iter_bytes, self.max_answer)
                response.aiter_bytes = watching_body_async(response.aiter_bytes, self.max_answer)

    def _keep_little(self) -> None:
        """llm keeps each piece of a streamed answer as several objects, 3 KB for a word; its text is enough."""
        kind = self.models._BaseResponse
        if hasattr(kind, "_process_chunk"):
            kind._process_chunk = joining_pieces(kind._process_chunk, self.max_answer + SLACK)
        shared = getattr(self.openai_models, "_Shared", None)
        if shared is not None and hasattr(shared, "get_client"):
            places = {"Chat": "chat.completions", "AsyncChat": "chat.completions", "Completion": "completions"}
            kinds = {getattr(self.openai_models, name, None): place for name, place in places.items()}
            own: dict[Any, Callable[[Any], Any]] = {
                kind.execute: operator.attrgetter(place) for kind, place in kinds.items() if kind is not None
            }
            shared.get_client = passing_chunks_on(shared.get_client, own)

    def _migrate_log(self) -> None:
        """Every call of llm migrates its log, even with -n, and concurrent migrations disturb each other."""
        migrate = self.cli.migrate
        migrations = Migrations.of(sys.modules[migrate.__module__])
        try:
            self.log = self.cli.logs_db_path()
        except OSError as error:
            raise LogFlawError(log_path(), error) from error
        prepare_log(self.log, migrations)
        replace_function(migrate, migrating_others(migrations, self.log), "llm")

    def share_clients(self) -> None:
        """A few clients per model object and key, which keep their connections, instead of one per prompt."""
        owners: set[Any] = {item for item in vars(self.openai_models).values() if isinstance(item, type)}
        for owner in owners:
            if original := vars(owner).get("get_client"):
                owner.get_client = sharing_clients(original)

    def rehearse(self) -> None:
        """Runs a whole prompt with a canned answer, so that what is built lazily exists for all: 15 ms."""
        chat = self.openai_models.Chat
        model = next((m.model for m in self.package.get_models_with_aliases() if type(m.model) is chat), None)
        if model is None:
            return
        arguments = ["-n", "-u", "-m", model.model_id, "--key", "none"]
        try:
            for further in ([], ["--no-stream"]):
                with answered_from_nowhere(self.openai_models.openai), silenced_standard_streams():
                    self.cli.cli([*arguments, *further], prog_name="llm", standalone_mode=False)
        except BaseException as error:  # The rehearsal only saves time.
            diagnose(f"the rehearsal failed: {type(error).__name__}: {error}")


def foreign_facts(exchange: Exchange, response: Any, llm: Llm, error: BaseException | None) -> Json:
    """What the provider sent instead of an answer of the model's API, such as a web page."""
    kept = vars(response)
    if any(kept.get("_chunks", ())) or response.input_tokens is not None or response.output_tokens is not None:
        return {}
    if error is not None:
        # What the libraries make of an answer that they do not know; otherwise they report themselves what went wrong.
        kinds = (AttributeError, TypeError, LookupError, ValueError)
        links = list(causes(error))
        if any(http_status(link) is not None for link in links) or not any(isinstance(link, kinds) for link in links):
            return {}
    if exchange.is_page:
        return {"foreign": exchange.name}
    if not isinstance(response.model, getattr(llm.openai_models, "_Shared", ())) or kept.get("_tool_calls"):
        return {}
    if error is not None:
        return {"foreign": exchange.name} if exchange.is_no_completion else {}
    answer = response.response_json if isinstance(response.response_json, dict) else {}
    if any(name in answer for name in ("id", "object", "model", "choices", "output")):
        return {}
    if response.response_json is None and exchange.has_events:
        # A stream that ends with a record of the whole broke off before it.
        return {}
    return {"foreign": "an empty stream" if exchange.has_events or not exchange.text else exchange.name}


def served_facts(exchange: Exchange, response: Any) -> Json:
    """The model and the configuration that the provider says gave the answer."""
    answer = response.response_json
    answer = answer if isinstance(answer, dict) else {}
    said = {
        # Gemini's has another name.
        "model": answer.get("model") or answer.get("modelVersion"),
        "fingerprint": answer.get("system_fingerprint") or exchange.fingerprint,
    }
    served = {name: text[:LONGEST_MESSAGE] for name, text in said.items() if text and isinstance(text, str)}
    return {"served": served} if served else {}


def usage_step(response: Any) -> Json:
    """The tokens of a response, which is one step of an answer."""
    details = response.token_details
    return {
        "input": response.input_tokens,
        "output": response.output_tokens,
        "details": details if is_shallow(details) else None,
    }


def is_shallow(value: Any, most: int = 200) -> bool:
    """Whether a value has few enough levels for every JSON reader."""
    if not isinstance(value, (dict, list)):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return most > 0 and all(is_shallow(part, most - 1) for part in parts)
