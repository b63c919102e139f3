"""The page of 10,000 prompts, 6 models and answers of 1 kB; of fewer prompts unless the tests run in full."""

import gzip
import os
import resource
import shutil
import unittest
from pathlib import Path

from browser import PageTest, browser, runs
from runs import Answer, matrix, sentences

IS_FULL = os.environ.get("NLLM_BATCH_SOAK") == "1"
PROMPTS = 10_000 if IS_FULL else 300
MODELS = [f"model-{number}" for number in range(6)]

# Changes the view, and returns the milliseconds until the page has drawn it.
CHANGE = """async view => {
    const start = performance.now();
    change(view);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - start;
}"""
# Searches answers, and returns the milliseconds until the first hit and until all is done, and the number of hits.
SEARCH = """async query => {
    const start = performance.now();
    let first = null;
    app.hits = null;
    change({query, scope: 'answers'});
    while (app.hits === null || !app.toolbar.progress.hidden) {
        await new Promise(done => setTimeout(done, 5));
        if (first === null && app.hits?.size > 0) first = performance.now() - start;
    }
    return [first ?? performance.now() - start, performance.now() - start, app.hits.size];
}"""


def answer(prompt: str, model: str, _: int) -> Answer:
    number = int(prompt[-5:])
    cell = 6 * number + int(model[-1])
    if cell % 997 == 0:
        return {"kind": "server", "message": "500: upstream"}
    step = "step " if cell % 50 else ""
    return {"text": f"{step}{sentences(cell + 1, 1000)} end of {number}.", "ms": 500 + cell % 3000}


def gzipped(path: Path) -> int:
    with path.open("rb") as file, gzip.open(f"{path}.gz", "wb", compresslevel=6) as packed:
        shutil.copyfileobj(file, packed)
    return Path(f"{path}.gz").stat().st_size


class LargeTest(PageTest):
    def test_a_large_run_stays_small_and_quick(self) -> None:
        made = runs("large")
        made.enqueue("large", matrix(PROMPTS), MODELS)
        made.answer("large", answer)
        made.command("export", "large")
        lines = made.folder / "nllm-runs/large/results.jsonl"
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        path = made.page("large")
        # The largest child so far, which may be another one.
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertTrue(memory < 100_000 or memory == before, f"{memory} kB resident")
        page = self.open(path)
        self.wait_for_count(page, f"{PROMPTS:,} prompts")
        figures = self.figures(page)
        figures["file"] = path.stat().st_size / gzipped(lines)
        figures["memory in MB"] = memory / 1000
        print("\n" + ", ".join(f"{name} {figure:.3g}" for name, figure in figures.items()))
        if IS_FULL:
            for name, most in {
                "paint": 2000,
                "filter": 300,
                "ids": 300,
                "first": 1000,
                "all": 6000,
                "heap in MB": 300,
                "file": 2,
            }.items():
                self.assertLessEqual(figures[name], most, name)

    def figures(self, page) -> dict[str, float]:
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        filters = [page.evaluate(CHANGE, {"filter": name}) for name in ("failures", "errors", "different", "all")]
        self.assertLess(page.locator(".body .row").count(), 40)
        ids = page.evaluate(CHANGE, {"query": "case-0*1[0-9]9$", "scope": "ids"})
        first, _, hits = page.evaluate(SEARCH, "end of \\d*7\\.")
        self.assertEqual(hits, PROMPTS // 10)
        _, every, hits = page.evaluate(SEARCH, f"end of {PROMPTS - 1}\\.$")
        self.assertEqual(hits, 1)
        self.wait_for_count(page, f"1 of {PROMPTS:,} prompts")
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
        return {"paint": paint, "filter": max(filters), "ids": ids, "first": first, "all": every, "heap in MB": heap}


if __name__ == "__main__":
    browser()
    unittest.main()
