"""A plugin for llm that answers in place of Anthropic's and Gemini's servers, and notes what they were asked."""

import json
import os

import httpx
import httpx2


def anthropic_answer(text):
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "output_tokens": 0},
    }
    events = [
        ("message_start", {"message": message}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text}}),
        ("content_block_stop", {"index": 0}),
        (
            "message_delta",
            {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 2}},
        ),
        ("message_stop", {}),
    ]
    lines = [f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in events]
    return "text/event-stream", "".join(lines)


def gemini_answer(text):
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
    chunk = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini"}
    return "application/json", json.dumps([chunk])


def answer(module, request, content):
    body = json.loads(content)
    with open(os.environ["NLLM_TEST_CAPTURE"], "a") as capture:
        capture.write(json.dumps({"url": str(request.url), "body": body}) + "\n")
    count = len(body.get("messages") or body["contents"])
    make = anthropic_answer if "anthropic" in str(request.url) else gemini_answer
    kind, text = make(f"answer to {count}")
    return module.Response(200, headers={"content-type": kind}, content=text.encode(), request=request)


def patch(module):
    def handle(self, request):
        return answer(module, request, request.read())

    async def handle_async(self, request):
        return answer(module, request, await request.aread())

    module.HTTPTransport.handle_request = handle
    module.AsyncHTTPTransport.handle_async_request = handle_async


patch(httpx)
patch(httpx2)
