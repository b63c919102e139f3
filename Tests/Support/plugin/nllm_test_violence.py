"""A plugin for llm that is hard on warm Pythons: its models run their prompts.

Model `code` has both of llm's interfaces, `blocking` has no async one. A prompt is Python; what it tells with say() is
the answer. The variable NLLM_TEST_IMPORT holds Python that runs when a warm Python loads this plugin.
The embedding model `letters` counts the letters of a text.
"""

import asyncio
import os

import llm

if "NLLM_BATCH_BRIDGE" in os.environ:
    exec(os.environ.get("NLLM_TEST_IMPORT", ""))


def answer(prompt, response):
    said = []
    exec(compile(prompt.prompt, "prompt", "exec"), {"say": said.append})
    response.set_usage(input=1, output=1)
    return "".join(said)


class Blocking(llm.Model):
    model_id = "blocking"

    def execute(self, prompt, stream, response, conversation):
        yield answer(prompt, response)


class Code(Blocking):
    model_id = "code"


class AsyncCode(llm.AsyncModel):
    model_id = "code"

    async def execute(self, prompt, stream, response, conversation):
        await asyncio.sleep(0)
        yield answer(prompt, response)


class Letters(llm.EmbeddingModel):
    model_id = "letters"

    def embed_batch(self, items):
        for text in items:
            yield [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]


@llm.hookimpl
def register_embedding_models(register):
    register(Letters())


@llm.hookimpl
def register_models(register):
    register(Blocking())
    register(Code(), AsyncCode())
