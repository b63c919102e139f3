"""The server: its paths, and from its start to its end."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from loopback.behaviours import BehaviourError, Model, parse_behaviours
from loopback.chat import parse_chat
from loopback.connection import ClientLeftError, Connection, Request
from loopback.errors import ApiError, error_object
from loopback.log import RequestLog
from loopback.replies import reply
from loopback.user_folder import write_user_folder


class Server:
    def __init__(self, models: dict[str, Model], log: RequestLog) -> None:
        self._models = models
        self._log = log

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        try:
            while request := await connection.receive():
                await self._route(connection, request)
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ClientLeftError, ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            # The server is ending; asyncio would report a connection that ends as cancelled.
            pass
        finally:
            connection.close()

    async def _route(self, connection: Connection, request: Request) -> None:
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                await self._chat(connection, request)
            case "GET", "/v1/models":
                entry = {"object": "model", "created": 0, "owned_by": "loopback"}
                models = [{"id": name, **entry} for name in self._models]
                await connection.reply_json(200, {"object": "list", "data": models})
            case "GET", "/log":
                await connection.reply_json(200, self._log.summary())
            case "POST", "/behaviours":
                await self._replace_behaviours(connection, request)
            case _:
                message = f"Invalid URL ({request.method} {request.path})"
                await connection.reply_json(404, error_object(ApiError("invalid_request_error", None, message)))

    async def _chat(self, connection: Connection, request: Request) -> None:
        try:
            chat = parse_chat(self._log.requests + 1, json.loads(request.body), request.headers.get("authorization"))
        except (ValueError, AttributeError, TypeError, KeyError):
            message = "We could not parse the JSON body of your request."
            await connection.reply_json(400, error_object(ApiError("invalid_request_error", None, message)))
            return
        self._log.begin(chat)
        try:
            outcome = await reply(connection, chat, self._models.get(chat.model))
        except (ClientLeftError, ConnectionError):
            outcome = "client_left"
        self._log.end(chat, connection.status, outcome)

    async def _replace_behaviours(self, connection: Connection, request: Request) -> None:
        try:
            self._models = parse_behaviours(request.body)
        except BehaviourError as error:
            await connection.reply_json(400, {"error": {"message": str(error)}})
        else:
            await connection.reply_json(200, {"models": list(self._models)})


def call_at_end_of_input(action: Callable[[], None]) -> None:
    """Calls back from a thread: not every standard input can be watched by the event loop."""

    def read_to_end() -> None:
        while os.read(0, 4096):
            pass
        action()

    threading.Thread(target=read_to_end, daemon=True).start()


async def run(models: dict[str, Model], log: RequestLog, port: int, user_path: Path | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(Server(models, log).serve, "127.0.0.1", port, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    if user_path:
        write_user_folder(user_path, models, port)
    print(json.dumps({"port": port}), flush=True)
    call_at_end_of_input(lambda: loop.call_soon_threadsafe(stop.set))
    await stop.wait()
    server.close()
