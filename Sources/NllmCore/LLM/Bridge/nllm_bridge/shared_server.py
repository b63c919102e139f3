"""The mode `shared`: all requests in one process."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import signal
import threading
import traceback
from collections.abc import AsyncGenerator, Callable
from typing import Any, NoReturn

from nllm_bridge.body import EXCHANGE, Exchange
from nllm_bridge.failure import FloodError, describe_error, finish_facts, flood
from nllm_bridge.imported_llm import Llm, served_facts
from nllm_bridge.memory import give_back_memory
from nllm_bridge.pieces import MOST_PIECES
from nllm_bridge.protocol import BadRequestError, Channel, Json, Question, Stop, bad_request, diagnose, parse_request
from nllm_bridge.shared_models import SharedModels
from nllm_bridge.transcript import Transcript

# Models with only a blocking interface occupy one thread each; more requests than this are not sent at once.
MOST_THREADS = 1024
# Seconds until a task that was cancelled and still runs is cancelled again.
INSISTENCE = 0.2


def leave() -> NoReturn:
    """Ends at once, even during requests: closing the connections informs the providers."""
    os._exit(0)


def start_thread(work: Callable[[], None]) -> None:
    """Starts a thread in the context of this request, for the exchange that is noted there."""
    try:
        threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    except RuntimeError:
        # The system gives no more threads; a new process has none left behind.
        diagnose("no more threads can be started")
        leave()


class SharedServer:
    """Runs many requests at once in one event loop; models with only a blocking interface run in threads."""

    def __init__(self, llm: Llm, channel: Channel, threads: int = MOST_THREADS) -> None:
        self._models = SharedModels(llm)
        self._max_answer = llm.max_answer
        self._async_response = llm.models.AsyncResponse
        self._channel = channel
        self._threads = asyncio.Semaphore(threads)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._stopped: dict[int, int] = {}

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        # An interrupt from the terminal is left to the parent, which receives it as well.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._loop.add_reader(self._channel.requests, self._take_requests)
        await self._loop.create_future()

    def _send(self, event: Json) -> None:
        """Sends an event, together with all others of this round of the event loop."""
        if self._channel.is_empty:
            self._loop.call_soon(self._flush)
        self._channel.send(event)

    def _flush(self) -> None:
        try:
            self._channel.flush()
        except BrokenPipeError:
            leave()

    def _take_requests(self) -> None:
        lines = self._channel.read()
        if lines is None:
            leave()
        for line in lines:
            try:
                request = parse_request(line, Question)
                if isinstance(request, Stop):
                    self._stop(request)
                elif request.id in self._tasks:
                    raise BadRequestError("a request with this id is running", request.id)
                else:
                    self._tasks[request.id] = self._loop.create_task(self._run(request))
            except BadRequestError as error:
                self._send(bad_request(error))

    def _stop(self, stop: Stop) -> None:
        task = self._tasks.get(stop.id)
        if task and stop.id not in self._stopped:
            self._stopped[stop.id] = stop.signal
            # Not before its first step: a task cancelled earlier would never report its end.
            self._loop.call_soon(self._cancel, task)

    def _cancel(self, task: asyncio.Task[None]) -> None:
        """Cancels a task, and insists: a library may lose a cancellation, as while it connects."""
        if not task.done():
            task.cancel()
            self._loop.call_later(INSISTENCE, self._cancel, task)

    async def _run(self, question: Question) -> None:
        """One request from its start to its end, which is reported whatever happens."""
        transcript = Transcript(question, self._send, self._loop.call_soon, self._max_answer)
        exchange = Exchange()
        EXCHANGE.set(exchange)
        event: Json = {"id": question.id, "event": "ended", "code": 0, "error": None}
        try:
            event.update(await self._answer(question, transcript))
        except BaseException as error:  # Even an exit that a plugin asks for ends its own request alone.
            if isinstance(error, asyncio.CancelledError) and question.id in self._stopped:
                del event["code"]
                event.update(signal=self._stopped[question.id], interrupted=True)
            elif end := flood(error):
                del event["code"]
                event.update(signal=signal.SIGKILL, flooded=True)
                traceback.clear_frames(end.__traceback__)
                with contextlib.suppress(FloodError):
                    for text in end.texts:
                        transcript.write("stdout", text)
            else:
                event["code"] = 1
                text, event["code"] = self._models.error_text(error)
                event["error"] = describe_error(error)
                event.update(self._models.foreign_facts(exchange, transcript.response, error))
                with contextlib.suppress(FloodError):
                    transcript.write("stderr", text)
        finally:
            del self._tasks[question.id]
            self._stopped.pop(question.id, None)
            self._send({**event, **transcript.close()})
            if "flooded" in event:
                # Not before this task is gone, with everything that it holds.
                self._loop.call_later(INSISTENCE, give_back_memory)

    async def _answer(self, question: Question, transcript: Transcript) -> Json:
        first, *further = question.turns or [question.prompt]
        facts = await self._ask(question, first, None, transcript)
        for turn in further:
            transcript.begin_turn()
            facts = await self._ask(question, turn, transcript.response.conversation, transcript)
        return facts

    async def _ask(self, question: Question, text: str, conversation: Any, transcript: Transcript) -> Json:
        model, response = await self._models.response(question, text, conversation)
        try:
            return await self._read(model, response, transcript)
        except Exception as error:
            if not transcript.is_empty or not self._models.must_stream(model, response, error):
                raise
        _, response = await self._models.response(question, text, conversation)
        return await self._read(model, response, transcript)

    async def _read(self, model: Any, response: Any, transcript: Transcript) -> Json:
        transcript.response = response
        async with contextlib.aclosing(self._events(response, transcript)) as events:
            # What has been written so far is sent before the model is called, which may block the event loop.
            await asyncio.sleep(0)
            async for event in events:
                transcript.take(event, streams=model.can_stream)
        transcript.finish(response)
        foreign = self._models.foreign_facts(EXCHANGE.get(), response, None)
        return {**finish_facts(response), **served_facts(EXCHANGE.get(), response), **foreign}

    def _events(self, response: Any, transcript: Transcript) -> AsyncGenerator[Any, None]:
        if not isinstance(response, self._async_response):
            return self._events_from_thread(response, transcript)
        transcript.start()
        events: AsyncGenerator[Any, None] = response.astream_events()
        return events

    async def _events_from_thread(self, response: Any, transcript: Transcript) -> AsyncGenerator[Any, None]:
        """The events of a model with only a blocking interface; if abandoned, its thread ends at its next event."""
        events: asyncio.Queue[Any] = asyncio.Queue()
        # How far ahead the thread may be.
        room = threading.Semaphore(MOST_PIECES)
        is_left = False

        def put(event: Any) -> None:
            self._loop.call_soon_threadsafe(events.put_nowait, event)

        def pump() -> None:
            self._loop.call_soon_threadsafe(transcript.start)
            try:
                for event in response.stream_events():
                    room.acquire()
                    if is_left:
                        return
                    put(event)
            except BaseException as error:
                put(error)
            else:
                put(None)

        # A thread left behind does not count: enough of them would keep out all others forever.
        async with self._threads:
            start_thread(pump)
            try:
                while (event := await events.get()) is not None:
                    if isinstance(event, BaseException):
                        raise event
                    yield event
                    room.release()
            finally:
                is_left = True
                room.release()
