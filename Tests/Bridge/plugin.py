"""A plugin for llm with the manners that the bridge must bear: models that block, exit, and answer what is no text."""

import os
import random
import sys
import time

import llm

GENERATOR = random.Random()

if "NLLM_TEST_NOISE" in os.environ:
    print("printed by the plugin")
    sys.stdin.read()
    os.write(1, b"written by the plugin\n")


class Blocking(llm.Model):
    """Has no async counterpart. It answers when the file that the prompt names exists."""

    model_id = "blocking"
    can_stream = True

    def execute(self, prompt, stream, response, conversation):
        while not os.path.exists(prompt.prompt):
            time.sleep(0.01)
        response.set_usage(input=1, output=2)
        yield "found "
        yield prompt.prompt


class Leaving(llm.AsyncModel):
    model_id = "leaving"

    async def execute(self, prompt, stream, response, conversation):
        yield "goodbye"
        sys.exit(7)


class LeavingToo(llm.Model):
    model_id = "leaving"

    def execute(self, prompt, stream, response, conversation):
        yield "goodbye"
        sys.exit(7)


class Surrogate(llm.AsyncModel):
    model_id = "surrogate"
    can_stream = True

    async def execute(self, prompt, stream, response, conversation):
        yield "half a pair: "
        yield "\ud83d"


class SurrogateToo(llm.Model):
    model_id = "surrogate"
    can_stream = True

    def execute(self, prompt, stream, response, conversation):
        yield "half a pair: "
        yield "\ud83d"


class Endless(llm.Model):
    """Has no provider, and no end."""

    model_id = "endless local"
    can_stream = True

    def execute(self, prompt, stream, response, conversation):
        while True:
            yield "word "


class EndlessReasoning(llm.Model):
    model_id = "endless reasoning"
    can_stream = True

    def execute(self, prompt, stream, response, conversation):
        while True:
            yield llm.parts.StreamEvent(type="reasoning", chunk="hm " * 100)


class Silent(llm.Model):
    """Answers nothing, and tells no usage."""

    model_id = "blocking nothing"

    def execute(self, prompt, stream, response, conversation):
        yield ""


class Wrapping(llm.Model):
    """Raises an error of its own about one of a library."""

    model_id = "wrapping"

    def execute(self, prompt, stream, response, conversation):
        try:
            raise OSError("the library's")
        except OSError as error:
            raise llm.ModelError("the plugin's") from error
        yield ""


@llm.hookimpl
def register_models(register):
    register(Blocking())
    register(LeavingToo(), Leaving())
    register(SurrogateToo(), Surrogate())
    register(Wrapping())
    register(Endless())
    register(EndlessReasoning())
    register(Silent())
