"""Errors, as OpenAI words them."""

import http.client
from typing import Any, NamedTuple

from loopback.chat import Chat, fill


class ApiError(NamedTuple):
    type: str
    code: str | None
    message: str


ERRORS = {
    400: ApiError(
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 131072 tokens. "
        "Please reduce the length of the messages.",
    ),
    401: ApiError(
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
    403: ApiError(
        "request_forbidden", "unsupported_country_region_territory", "Country, region, or territory not supported"
    ),
    404: ApiError(
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    408: ApiError("timeout", None, "The request timed out. Please try again."),
    409: ApiError("conflict_error", None, "The request conflicted with another one. Please try again."),
    413: ApiError("invalid_request_error", "request_too_large", "The request body is too large."),
    422: ApiError("invalid_request_error", None, "The request was well-formed but could not be processed."),
    429: ApiError(
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for {model} in organization org-loopback on requests per min (RPM): Limit 3, Used 3, "
        "Requested 1. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn more.",
    ),
    500: ApiError("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    502: ApiError("server_error", None, "Bad gateway."),
    503: ApiError("server_error", None, "The server is overloaded or not ready yet. Please try again later."),
    504: ApiError("server_error", None, "Gateway timeout."),
    529: ApiError("overloaded_error", None, "Overloaded"),
}
QUOTA_ERROR = ApiError(
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
)
NO_MESSAGES = {
    "status": 400,
    "code": "empty_array",
    "message": "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array "
    "instead.",
}


def error_object(error: ApiError) -> dict[str, Any]:
    return {"error": {"message": error.message, "type": error.type, "param": None, "code": error.code}}


def error_of(step: dict[str, Any], chat: Chat) -> ApiError:
    """What the step says, completed by OpenAI's words for its status."""
    error = ERRORS.get(step["status"], ApiError("api_error", None, f"Status {step['status']}."))
    if step.get("code") == QUOTA_ERROR.code:
        error = QUOTA_ERROR
    values = {**chat.placeholders, "wait": wait_text(step.get("retry_after", 20))}
    return ApiError(error.type, step.get("code", error.code), fill(step.get("message", error.message), values))


def wait_text(retry_after: str | float) -> str:
    """A wait as OpenAI writes it: 634ms, 20s, 1m2s. A Retry-After that is a date counts as 20 s."""
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = 20
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    minutes, rest = divmod(seconds, 60)
    return (f"{minutes:.0f}m" if minutes else "") + f"{round(rest, 3):g}s"


def html_page(status: int) -> bytes:
    title = f"{status} {http.client.responses.get(status, 'Error')}"
    page = f"<html>\n<head><title>{title}</title></head>\n<body><center><h1>{title}</h1></center></body>\n</html>\n"
    return page.encode()
