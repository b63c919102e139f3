"""The last night of a series: its gate, what broke, and the nights before."""

import functools
import subprocess
import unittest
from pathlib import Path

from browser import PageTest, runs
from runs import Answer, matrix

MODELS = ["large", "small"]
NIGHTS = 6
BROKEN = "case-00004"
# Stands for `llm` when suspects are asked again.
SCRIPT = """#!/bin/sh
case "$1" in --version) echo "llm, version 0.36" ;; models | plugins | templates) echo "[]" ;; logs) echo /nowhere ;;
*) cat >/dev/null && echo "nothing to say" ;; esac
"""


@functools.cache
def night() -> Path:
    made = runs("night")
    program = made.folder / "bin/llm"
    program.parent.mkdir()
    program.write_text(SCRIPT)
    program.chmod(0o755)
    made.environment["PATH"] = f"{program.parent}:{made.environment['PATH']}"
    for number in range(NIGHTS):
        name, is_last = f"night-{number}", number == NIGHTS - 1

        def answer(prompt: str, model: str, _: int, is_last: bool = is_last) -> Answer:
            fails = is_last and prompt == BROKEN and model == "small"
            return {"text": "nothing" if fails else "a step", "cost": 0.01 if model == "large" else 0.001}

        made.enqueue(name, matrix(12), MODELS, "--series", "steps", "--gate", "no_regression")
        made.answer(name, answer)
        work = [made.program, "work", name, "--executor", "process", "--quiet"]
        done = subprocess.run(work, cwd=made.folder, env=made.environment, capture_output=True, text=True)
        assert done.returncode == int(is_last), done.stderr
    return made.page(name)


class NightTest(PageTest):
    def test_what_broke_is_said_first(self) -> None:
        page = self.open(night())
        banner = page.locator("#banner")
        self.assertIn("Gate failed: no_regression", banner.text_content())
        banner.get_by_role("button", name="1 prompt broken").click()
        self.wait_for_count(page, "1 of 12 prompts")
        self.assertEqual(self.ids(page), [BROKEN])
        self.assertIn("expected `step`", page.locator(".body .state-fail").text_content())
        page.locator(".body .state-fail").click()
        page.wait_for_selector("#cell .badge.broken:has-text('broken since')")
        page.keyboard.press("Escape")

    def test_the_summary_has_gates_costs_and_nights(self) -> None:
        page = self.open(night(), "page=summary")
        text = page.locator("#summary").text_content()
        self.assertIn("no_regression failed: small: 1 broken", text)
        self.assertNotIn(f"`{BROKEN}`", text)
        self.assertIn("failed checks: 1 cell", text)
        self.assertIn("large: 12 answers of 1.2 s", text)
        rows = page.locator("#summary tbody").first.locator("tr")
        self.assertIn("100 %", rows.nth(0).text_content())
        self.assertIn("$0.12", rows.nth(0).text_content())
        self.assertIn("91.7 %", rows.nth(1).text_content())
        self.assertIn("$0.012", rows.nth(1).text_content())
        chart = page.get_by_role("img", name="Pass rates of the models by night")
        self.assertEqual(chart.locator("circle").count(), NIGHTS * len(MODELS))
        self.assertIn(f"night-{NIGHTS - 1}: small 91.7 %", chart.text_content())

    def test_the_summary_leads_to_broken_prompts(self) -> None:
        page = self.open(night(), "page=summary")
        row = page.locator("#summary .broken tbody tr")
        self.assertIn("small", row.text_content())
        self.assertIn("expected `step`", row.text_content())
        row.get_by_role("button", name=BROKEN).click()
        page.wait_for_selector("#cell[open]")
        self.assertIn("of=small", page.url)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Show 1 broken prompt in the results").click()
        self.wait_for_count(page, "1 of 12 prompts")
        self.assertEqual(page.evaluate("document.activeElement.textContent").split("Question")[0], BROKEN)


if __name__ == "__main__":
    unittest.main()
