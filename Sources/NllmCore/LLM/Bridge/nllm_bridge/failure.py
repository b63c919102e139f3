"""What went wrong, in the terms on which the parent bases its decisions."""

from __future__ import annotations

import contextlib
import email.utils
import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

from nllm_bridge.protocol import Json

# A report must fit into a pipe, because nobody reads it before the child has ended.
LONGEST_MESSAGE = 8000


class UnusableError(Exception):
    """The reason why nothing can be run here, in one line."""


class FloodError(BaseException):
    """More arrived for a request than may be kept; not an `Exception`, so that no library retries or wraps it.

    `texts` are the pieces of an answer found in what had arrived.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__("too much came in")
        self.texts = texts


def describe_error(error: Any) -> Json:
    """What a parent needs to decide about a failure, whichever provider's library raised it."""
    origin = error
    if is_click_error(error) and error.exit_code == 1:
        # llm shows its errors through click; their causes are chained.
        origin = error.__cause__ or error.__context__ or error
    source = next((link for link in causes(origin) if http_status(link) is not None), origin)
    code, kind = getattr(source, "code", None), getattr(source, "type", None)
    return {
        "class": f"{type(origin).__module__}.{type(origin).__qualname__}",
        "bases": [base.__name__ for base in type(origin).__mro__[1:-2]],
        "message": str(error.format_message() if is_click_error(error) else error)[:LONGEST_MESSAGE],
        "http_status": http_status(source),
        "code": code if isinstance(code, str) else None,
        "type": kind if isinstance(kind, str) else None,
        "retry_after": retry_after(getattr(getattr(source, "response", None), "headers", None)),
    }


def flood(error: BaseException) -> FloodError | None:
    """The FloodError that ended a request, whatever wraps it; None if there is none."""
    return next((link for link in causes(error) if isinstance(link, FloodError)), None)


def is_click_error(error: Any) -> bool:
    return any(base.__name__ == "ClickException" for base in type(error).__mro__)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from; a plugin may wrap its library's errors."""
    link: BaseException | None = error
    for _ in range(5):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def http_status(error: BaseException) -> int | None:
    places = (error, getattr(error, "response", None))
    values = [getattr(place, name, None) for place in places for name in ("status_code", "status", "code")]
    return next((value for value in values if type(value) is int and 100 <= value <= 599), None)


def retry_after(headers: Any) -> float | None:
    """The number of seconds the provider asks to wait, from the headers of its answer."""
    if not hasattr(headers, "get"):
        return None
    with contextlib.suppress(ValueError, TypeError):
        return waiting_time(float(headers.get("retry-after-ms")) / 1000)
    text = headers.get("retry-after")
    with contextlib.suppress(ValueError, TypeError):
        return waiting_time(float(text))
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return waiting_time(email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    return None


def waiting_time(seconds: float) -> float | None:
    """The time to wait; zero and a time in the past mean nothing, because the provider has just refused."""
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def finish_facts(response: Any) -> Json:
    """Why the model stopped, in lower case, from an answer of any form; null if it broke off."""
    answer = getattr(response, "response_json", None)
    if not isinstance(answer, dict):
        return {}
    places = [answer]
    for name in ("choices", "candidates"):
        first = answer[name][:1] if isinstance(answer.get(name), list) else []
        places += [place for place in first if isinstance(place, dict)]
    names = ("finish_reason", "finishReason", "stop_reason", "done_reason")
    reasons = [place.get(name) for place in places for name in names]
    if answer.get("object") == "response":
        details = answer.get("incomplete_details")
        reasons += [details.get("reason") if isinstance(details, dict) else None, answer.get("status")]
    found = next((reason[:LONGEST_MESSAGE].lower() for reason in reasons if isinstance(reason, str)), None)
    # A stream ends with the reason and then the usage; some servers never send one of them.
    is_cut = answer.get("object") == "chat.completion.chunk" and not answer.get("usage")
    return {"finish_reason": found} if found or is_cut else {}
