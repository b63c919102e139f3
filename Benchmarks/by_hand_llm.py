"""What one would write by hand instead: prompts from a JSONL file to a model, with llm's own async interface.

by_hand_llm.py PROMPTS ANSWERS MODEL CONCURRENCY
"""

import asyncio
import json
import sys
from pathlib import Path

import llm


async def main(prompts: Path, answers: Path, name: str, concurrency: int) -> None:
    model = llm.get_async_model(name)
    slots = asyncio.Semaphore(concurrency)
    with prompts.open() as lines, answers.open("w") as results:

        async def ask(prompt: str) -> None:
            async with slots:
                response = model.prompt(prompt, stream=False)
                answer = await response.text()
                tokens = (await response.usage()).output
            results.write(json.dumps({"prompt": prompt, "answer": answer, "tokens": tokens}) + "\n")

        await asyncio.gather(*(ask(json.loads(line)["prompt"]) for line in lines))


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
