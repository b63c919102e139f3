"""llm's models by name, and requests to them made as llm's command line makes them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

from nllm_bridge.body import EXCHANGE, Exchange
from nllm_bridge.conversation import Messages
from nllm_bridge.imported_llm import Llm, foreign_facts
from nllm_bridge.protocol import Json, Question


class SharedModels:
    """llm's models by name, and requests to them made as llm's command line makes them."""

    def __init__(self, llm: Llm) -> None:
        self._llm = llm
        self._models = llm.package.get_model_aliases()
        self._async_models = llm.package.get_async_model_aliases()
        click = llm.cli.click
        self._click_exception = click.ClickException
        self._bad_parameter = click.BadParameter
        command = llm.cli.cli.commands["prompt"]
        root = click.Context(llm.cli.cli, info_name="llm", **llm.cli.cli.context_settings)
        self._context = click.Context(command, info_name="prompt", parent=root)
        self._attachment = next(option for option in command.params if option.name == "attachments")
        # Models that lose an answer without usage unless it is streamed.
        self._streamed_only: set[str] = set()

    def foreign_facts(self, exchange: Exchange, response: Any, error: BaseException | None) -> Json:
        return foreign_facts(exchange, response, self._llm, error) if response is not None else {}

    def model(self, name: str | None) -> Any:
        name = name or self._llm.package.get_default_model()
        return self._models.get(name) or self._llm.package.get_model(name)

    async def response(self, question: Question, text: str, conversation: Any) -> tuple[Any, Any]:
        """The model and its response to a text, not yet requested; fails in the order in which llm would.

        The text follows what was said in the conversation; None begins one.
        """
        attachments = [await self._resolve_attachment(text, question.directory) for text in question.attachments]
        schema = self._resolve_schema(question.schema, question.directory)
        model = self.model(question.model)
        options = self._options(model, question.options)
        asked = self._async_models.get(model.model_id, model)
        stream = model.can_stream and (question.stream or model.model_id in self._streamed_only)
        messages = await self._messages(question, asked, attachments)
        is_first = conversation is None
        response = (conversation or asked.conversation()).prompt(
            text or None,
            attachments=attachments if is_first and messages is None else [],
            system=question.system,
            schema=schema,
            fragments=[],
            system_fragments=[],
            **({} if stream else {"stream": False}),
            **({} if messages is None else {"messages": messages}),
            **options,
        )
        return model, response

    async def _messages(self, question: Question, model: Any, attachments: list[Any]) -> list[Any] | None:
        if question.messages is None:
            return None
        messages = Messages(self._llm.package, question.messages)
        if any(attachment.url for attachment in messages.attachments()):
            # Their types are looked up where they are.
            return await asyncio.to_thread(messages.sent, model, question.system, attachments, ())
        return messages.sent(model, question.system, attachments, ())

    async def _resolve_attachment(self, text: str, directory: str) -> Any:
        try:
            if "://" in text:
                return await asyncio.to_thread(self._llm.cli.resolve_attachment, text)
            path = os.path.join(directory, text)
            try:
                return self._llm.cli.resolve_attachment(path)
            except self._llm.cli.AttachmentError as error:
                raise self._llm.cli.AttachmentError(str(error).replace(path, text)) from error
        except self._llm.cli.AttachmentError as error:
            raise self._bad_parameter(str(error), self._context, self._attachment) from error

    def _resolve_schema(self, text: str | None, directory: str) -> Any:
        """Resolved by llm, except that files are relative to the request's directory."""
        stripped = (text or "").strip()
        if text and not stripped.startswith(("t:", "{")) and " " not in stripped and "," not in text:
            path = Path(directory, text)
            if path.exists():
                try:
                    return json.loads(path.read_text())
                except ValueError as error:
                    raise self._click_exception("Schema file contained invalid JSON") from error
            if Path(text).exists():
                # llm would look for it here, where the request is not made.
                raise self._bad_parameter("Invalid schema")
        if not text:
            return None
        with contextlib.closing(self._llm.cli.sqlite_utils.Database(self._llm.cli.logs_db_path())) as log:
            return self._llm.utils.resolve_schema_input(log, text, self._llm.cli.load_template)

    def _options(self, model: Any, texts: dict[str, str]) -> Json:
        try:
            given = {name: value for name, value in model.Options(**texts) if value is not None} if texts else {}
        except self._llm.cli.pydantic.ValidationError as error:
            raise self._click_exception(self._llm.cli.render_errors(error.errors())) from error
        return {**self._llm.cli.get_model_options(model.model_id), **given}

    def must_stream(self, model: Any, response: Any, error: BaseException) -> bool:
        """Whether this failure is only a missing usage; remembered for the model's next requests."""
        lost = isinstance(error, AttributeError) and "'NoneType' object has no attribute 'model_dump'" in str(error)
        if not lost or response.stream or not model.can_stream or EXCHANGE.get().is_no_completion:
            return False
        self._streamed_only.add(model.model_id)
        return True

    def error_text(self, error: BaseException) -> tuple[str, int]:
        """What llm prints for an error, and its exit code."""
        if isinstance(error, SystemExit):
            # An exit in the middle of an answer is not an answer, whatever the code.
            if error.code is None or isinstance(error.code, int):
                return "", error.code or 1
            return f"{error.code}\n", 1
        if not isinstance(error, self._click_exception):
            return f"Error: {error}\n", 1
        if error.exit_code == 2 and error.ctx is None:
            error.ctx = self._context
        text = io.StringIO()
        error.show(text)
        return text.getvalue(), error.exit_code
