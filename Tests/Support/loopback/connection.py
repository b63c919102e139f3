"""HTTP/1.1 over one socket."""

import asyncio
import http.client
import json
import socket
import struct
from dataclasses import dataclass
from typing import Any, NoReturn


class ClientLeftError(Exception):
    """The client closed the connection before its answer was complete."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """One client's connection.

    The head of the next request is awaited while an answer is on its way: that tells when the client
    leaves. Clients that send a request before they have the answer to the last one are not supported, nor
    are request bodies without Content-Length.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.status: int | None = None
        self._reader = reader
        self._writer = writer
        self._outgoing = bytearray()
        self._next_head = asyncio.create_task(self._read_head())

    async def _read_head(self) -> bytes | None:
        try:
            return await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return None

    async def receive(self) -> Request | None:
        """The next request, or None when the client has closed the connection."""
        head = await self._next_head
        if head is None:
            return None
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        self.status = None
        self._next_head = asyncio.create_task(self._read_head())
        return Request(method, target.partition("?")[0], headers, body)

    async def reply(
        self, status: int, body: bytes, content_type: str | None, headers: dict[str, str] | None = None
    ) -> None:
        self.start(status, content_type, {"content-length": str(len(body)), **(headers or {})})
        self._outgoing += body
        await self.flush()

    async def reply_json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        await self.reply(status, json.dumps(value).encode(), "application/json", headers)

    async def reply_half(self, body: bytes) -> None:
        """Promises the whole body and sends half of it."""
        self.start(200, "application/json", {"content-length": str(len(body))})
        self._outgoing += body[: len(body) // 2]
        await self.flush()

    def start_stream(self) -> None:
        self.start(200, "text/event-stream; charset=utf-8", {"transfer-encoding": "chunked"})

    async def send_event(self, data: str) -> None:
        """Adds a server-sent event; it leaves with the next pause or flush, or when enough are waiting."""
        self.add_chunk(f"data: {data}\n\n".encode())
        if len(self._outgoing) > 65536:
            await self.flush()
            await asyncio.sleep(0)

    def add_chunk(self, data: bytes) -> None:
        """Adds a chunk of the body; it leaves with the next pause or flush."""
        self._outgoing += b"%x\r\n%b\r\n" % (len(data), data)

    async def send_for_ever(self, data: bytes) -> NoReturn:
        """Sends the same bytes again and again until the client leaves."""
        data *= max(1, 65536 // len(data))
        while True:
            self.add_chunk(data)
            await self.flush()
            await asyncio.sleep(0)

    async def end_stream(self) -> None:
        self._outgoing += b"0\r\n\r\n"
        await self.flush()

    def start(self, status: int, content_type: str | None, headers: dict[str, str]) -> None:
        self.status = status
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Error')}"]
        lines += [f"content-type: {content_type}"] if content_type else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._outgoing += ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def flush(self) -> None:
        if self._next_head.done() and self._next_head.result() is None:
            raise ClientLeftError
        outgoing, self._outgoing = self._outgoing, bytearray()
        self._writer.write(outgoing)
        await self._writer.drain()

    async def pause(self, seconds: float) -> None:
        """Sends what is ready, then waits, but no longer than the client stays."""
        await self.flush()
        await asyncio.wait({self._next_head}, timeout=seconds)
        if self._next_head.done():
            raise ClientLeftError

    async def hang(self) -> NoReturn:
        """Sends what is ready, then waits until the client leaves."""
        await self.flush()
        await self._next_head
        raise ClientLeftError

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        no_linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()
