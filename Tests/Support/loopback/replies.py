"""The reply to one request; each function returns the outcome for the log."""

import base64
import json
import math
import os
import re
from dataclasses import replace
from typing import Any, NoReturn

from loopback.behaviours import BREAKS, Model
from loopback.chat import Chat, answer_text, broken_off, chunk, completion, usage_of
from loopback.connection import Connection
from loopback.errors import ERRORS, NO_MESSAGES, error_object, error_of, html_page


async def reply(connection: Connection, chat: Chat, model: Model | None) -> str:
    if model is None:
        return await reply_error(connection, chat, {"status": 404})
    if not chat.messages:
        return await reply_error(connection, chat, NO_MESSAGES)
    if wait := model.seconds_to_wait():
        return await reply_error(connection, chat, {"status": 429, "retry_after": math.ceil(wait * 1000) / 1000})
    chat = replace(chat, served=model.behaviour.get("served", {}))
    step, fault = model.next_try(chat.prompt, chat.turn)
    if delay := model.seconds("delay_ms"):
        await connection.pause(delay)
    while "until" in model.behaviour and not os.path.exists(model.behaviour["until"]):
        await connection.pause(0.02)
    if step:
        return await reply_error(connection, chat, step)
    if fault == "hang":
        await connection.hang()
    if fault == "reset":
        connection.reset()
        return "reset"
    if fault == "html_200":
        await connection.reply(200, html_page(200), "text/html")
        return "failed"
    if fault == "body_200":
        body = model.behaviour[fault]
        data = base64.b64decode(body["base64"]) if "base64" in body else body.get("text", "").encode()
        await connection.reply(200, data, body.get("type"))
        return "failed"
    if fault in ("endless", "endless_line"):
        await reply_without_end(connection, chat, model.behaviour[fault] if fault == "endless" else None)
    return await (reply_streaming if chat.stream else reply_whole)(connection, chat, model, fault)


async def reply_error(connection: Connection, chat: Chat, step: dict[str, Any]) -> str:
    status = step["status"]
    headers = {"retry-after": str(step["retry_after"])} if "retry_after" in step else {}
    if "body" in step:
        await connection.reply(status, step["body"].encode(), "text/plain; charset=utf-8", headers)
    elif step.get("html"):
        await connection.reply(status, html_page(status), "text/html", headers)
    else:
        await connection.reply_json(status, error_object(error_of(step, chat)), headers)
    return "failed"


async def reply_whole(connection: Connection, chat: Chat, model: Model, fault: str | None) -> str:
    if fault == "stream_error":
        return await reply_error(connection, chat, {"status": 500})
    body = json.dumps(whole_answer(chat, model, fault))
    if fault in BREAKS:
        await connection.reply_half(body.encode())
        return await break_off(connection, chat, fault)
    if fault == "bad_json":
        body = broken_off(body)
    await connection.reply(200, body.encode(), "application/json")
    return "failed" if fault else "answered"


def whole_answer(chat: Chat, model: Model, fault: str | None) -> dict[str, Any]:
    answer = answer_text(chat, model.behaviour)
    message = {"role": "assistant", "content": answer, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": model.behaviour.get("finish_reason", "stop")}
    whole = completion(chat, "chat.completion", [] if fault == "empty_choices" else [choice])
    if model.behaviour.get("usage", True):
        whole["usage"] = usage_of(chat, model.behaviour, answer)
    return whole


async def reply_streaming(connection: Connection, chat: Chat, model: Model, fault: str | None) -> str:
    answer = answer_text(chat, model.behaviour)
    connection.start_stream()
    if fault == "bad_json":
        await connection.send_event(broken_off(chunk(chat, {"content": answer})))
        await connection.end_stream()
        return "failed"
    if fault == "empty_choices":
        await connection.send_event(json.dumps(completion(chat, "chat.completion.chunk", [])))
    else:
        await stream_words(connection, chat, model, answer, model.behaviour[fault] if fault else None)
    if fault in BREAKS:
        return await break_off(connection, chat, fault)
    if fault == "stream_error":
        await connection.send_event(json.dumps(error_object(ERRORS[500])))
        await connection.end_stream()
        return "failed"
    if not fault:
        await connection.send_event(chunk(chat, {}, model.behaviour.get("finish_reason", "stop")))
    if chat.wants_usage and model.behaviour.get("usage", True):
        last = completion(chat, "chat.completion.chunk", []) | {"usage": usage_of(chat, model.behaviour, answer)}
        await connection.send_event(json.dumps(last))
    await connection.send_event("[DONE]")
    await connection.end_stream()
    return "failed" if fault else "answered"


async def stream_words(connection: Connection, chat: Chat, model: Model, answer: str | None, limit: int | None) -> None:
    """Streams the role, then the answer's words, each with the white space behind it, up to the limit."""
    await connection.send_event(chunk(chat, {"role": "assistant", "content": None if answer is None else ""}))
    wait = model.seconds("token_ms")
    words = model.behaviour.get("answer_pieces") or re.findall(r"\s*\S+\s*|\s+", answer or "")
    for word in words[:limit]:
        if wait:
            await connection.pause(wait)
        await connection.send_event(chunk(chat, {"content": word}))


async def reply_without_end(connection: Connection, chat: Chat, size: int | None) -> NoReturn:
    """An answer without end, in pieces of a size; or, without one, the beginning of a single object that has no end."""
    if chat.stream:
        connection.start_stream()
        await connection.send_event(chunk(chat, {"role": "assistant", "content": ""}))
        piece = f"data: {chunk(chat, {'content': 'x' * (size or 1)})}\n\n"
    else:
        connection.start(200, "application/json", {"transfer-encoding": "chunked"})
        message = {"role": "assistant", "content": "x"}
        piece = json.dumps(completion(chat, "chat.completion", [{"index": 0, "message": message}]))
    beginning, x, _ = piece.rpartition("x")
    if chat.stream and size:
        await connection.send_for_ever(piece.encode())
    connection.add_chunk(beginning.encode() + x.encode())
    await connection.send_for_ever(b"x" * (size or 65536))


async def break_off(connection: Connection, chat: Chat, fault: str) -> str:
    """Hangs, resets or closes the connection in the middle of an answer."""
    if fault == "hang_after":
        await connection.hang()
    if fault == "reset_after":
        # A reset throws away what the client has not received yet.
        await connection.pause(0.05)
        connection.reset()
        return "reset"
    if chat.stream:
        await connection.end_stream()
    connection.close()
    return "cut"
