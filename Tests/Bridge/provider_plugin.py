"""A plugin for llm that answers in place of Gemini's servers, and notes what they were asked.

Requests to this machine are sent.
"""

import json
import os

import httpx
import httpx2


def gemini_answer(text):
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
    chunk = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini"}
    return "application/json", json.dumps([chunk])


def answer(module, request, content):
    body = json.loads(content)
    with open(os.environ["NLLM_TEST_CAPTURE"], "a") as capture:
        capture.write(json.dumps({"url": str(request.url), "body": body}) + "\n")
    kind, text = gemini_answer(f"answer to {len(body['contents'])}")
    return module.Response(200, headers={"content-type": kind}, content=text.encode(), request=request)


def patch(module):
    send, send_async = module.HTTPTransport.handle_request, module.AsyncHTTPTransport.handle_async_request

    def handle(self, request):
        return send(self, request) if is_local(request) else answer(module, request, request.read())

    async def handle_async(self, request):
        return await send_async(self, request) if is_local(request) else answer(module, request, await request.aread())

    module.HTTPTransport.handle_request = handle
    module.AsyncHTTPTransport.handle_async_request = handle_async


def is_local(request):
    return request.url.host == "127.0.0.1"


patch(httpx)
patch(httpx2)
