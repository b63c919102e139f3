"""One browser for all tests, and the page that they look at."""

from __future__ import annotations

import atexit
import functools
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from runs import ROOT, Answer, Runs, sentences

sys.path.insert(0, str(ROOT / ".venv/page"))
from playwright.sync_api import Browser, Page, sync_playwright

SCREENSHOTS = ROOT / ".build/page-screenshots"
MODELS = ["large", "small", "old"]
# Lost on tonight's run for each model, in the scene.
LOST = ["case-00003", "case-00011"]


@functools.cache
def browser() -> Browser:
    """Debian's Chromium; a process that runs as root has no sandbox."""
    playwright = sync_playwright().start()
    started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    atexit.register(lambda: (started.close(), playwright.stop()))
    return started


@functools.cache
def folder() -> Path:
    path = Path(tempfile.mkdtemp(prefix="nllm-batch-page-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def runs(name: str) -> Runs:
    path = folder() / name
    path.mkdir()
    return Runs(path)


def answer_of(is_tonight: bool, prompt: str, model: str, sample: int) -> Answer:
    """What the models of the scene say."""
    number = int(prompt[-5:])
    facts = {
        "ms": 1000 * (1 + MODELS.index(model)) + 10 * number,
        "cost": {"large": 0.01, "small": 0.002}.get(model, 0.005),
    }
    if is_tonight and number == 7 and model == "large":
        return {"kind": "rate_limited", "message": "429: Rate limit reached", **facts}
    if is_tonight and number == 9 and model == "old":
        return {"kind": "timeout", "message": "timed out after 600 s", **facts}
    if number % 10 == 5:
        return {"text": '{"step": 12345678901234567890, "why": [1, {"a": "b"}]}', **facts}
    fails = (is_tonight and prompt in LOST) or (model == "old" and number % 8 == 6 and sample == 1)
    same = "the same for all" if number == 20 else f"{model} {sample} {sentences(number, 120)}"
    return {"text": f"# Answer {number}\n\nThe **plan** has a {'stage' if fails else 'step'}.\n\n- {same}\n", **facts}


@functools.cache
def scene() -> Path:
    """The page of a run of 40 prompts, 3 models and 2 samples beside the run before."""
    from runs import matrix

    made = runs("scene")
    for name in ("before", "tonight"):
        made.enqueue(name, matrix(40), MODELS, "--samples", "2")
        made.answer(name, functools.partial(answer_of, name == "tonight"))
    return made.page("tonight", "--baseline", "before")


class PageTest(unittest.TestCase):
    """A test that opens pages; each request beyond the file, and each error of a script, fails it."""

    def setUp(self) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []

    def open(self, path: Path, fragment: str = "", **options: Any) -> Page:
        context = browser().new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        page.wait_for_selector("body[data-is-ready]")
        return page

    def tearDown(self) -> None:
        self.assertEqual(self.errors, [])
        self.assertEqual([url for url in self.requests if not url.startswith("file://")], [])
        self.assertLessEqual({url.split("#")[0] for url in self.requests}, {*self.pages()})

    def pages(self) -> set[str]:
        return {path.as_uri() for path in folder().glob("*/*.html")}

    def ids(self, page: Page) -> list[str]:
        """The ids of the prompts that are shown, as far as rows exist, in order."""
        return page.locator(".body .id").all_text_contents()

    def cell(self, page: Page, prompt: str, model: str) -> Any:
        row = page.locator(".body .row", has=page.locator(".id", has_text=prompt))
        return row.locator(".cell").nth(1 + MODELS.index(model))

    def wait_for_count(self, page: Page, text: str) -> None:
        page.wait_for_function("text => document.getElementById('count').textContent === text", arg=text)
