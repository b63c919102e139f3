"""What one would write by hand instead: prompts from a JSONL file to a model, with the openai SDK alone.

by_hand_openai.py PROMPTS ANSWERS MODEL CONCURRENCY          with OPENAI_BASE_URL and OPENAI_API_KEY set
"""

import asyncio
import json
import sys
from pathlib import Path

import openai


async def main(prompts: Path, answers: Path, model: str, concurrency: int) -> None:
    client = openai.AsyncOpenAI()
    slots = asyncio.Semaphore(concurrency)
    with prompts.open() as lines, answers.open("w") as results:

        async def ask(prompt: str) -> None:
            async with slots:
                messages = [{"role": "user", "content": prompt}]
                completion = await client.chat.completions.create(model=model, messages=messages)
            answer = completion.choices[0].message.content
            tokens = completion.usage.completion_tokens
            results.write(json.dumps({"prompt": prompt, "answer": answer, "tokens": tokens}) + "\n")

        await asyncio.gather(*(ask(json.loads(line)["prompt"]) for line in lines))


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
