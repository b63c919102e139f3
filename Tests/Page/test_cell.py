"""An opened cell: side by side, word differences, the baseline, JSON, Markdown, what is known of it."""

import unittest

from browser import PageTest, scene


class CellTest(PageTest):
    def test_the_baselines_answer_stands_beside_tonights(self) -> None:
        page = self.open(scene(), "filter=broken")
        self.cell(page, "case-00003", "small").click()
        page.wait_for_selector("#cell[open]")
        sides = page.locator("#cell .side")
        self.assertEqual(sides.locator("h3").all_text_contents(), ["before", "small"])
        self.assertEqual(sides.nth(0).locator("del").all_text_contents(), ["step"])
        self.assertEqual(sides.nth(1).locator("ins").all_text_contents(), ["stage"])
        self.assertIn("lost since the baseline", sides.nth(1).text_content())
        page.get_by_role("button", name="Beside: old").click()
        page.wait_for_selector("#cell .side:nth-child(3):has-text('lost since the baseline')")
        self.assertIn("icontains names a step 0: expected `step`", sides.nth(1).text_content().replace("\u00a0", " "))

    def test_answers_stand_side_by_side_in_each_form(self) -> None:
        page = self.open(scene(), "cell=case-00001&of=large")
        page.get_by_role("button", name="Beside: small").click()
        page.get_by_role("button", name="Beside: old").click()
        page.wait_for_function("() => document.querySelectorAll('#cell .side').length === 3")
        page.get_by_role("button", name="Differences").click()
        page.wait_for_selector("#cell ins")
        self.assertEqual(page.locator("#cell .side").nth(2).locator("ins").all_text_contents(), ["old"])
        self.assertIn("Differences from large", page.locator("#cell .side").nth(2).text_content())
        tops = [text.bounding_box()["y"] for text in page.locator("#cell .side pre").all()]
        self.assertEqual(len(set(tops)), 1, tops)
        self.assertIn("with=small&with=old&as=words", page.url)
        page.get_by_role("button", name="Markdown").click()
        page.wait_for_selector("#cell .markdown strong")
        strong = page.locator("#cell .markdown").first.locator("strong")
        self.assertEqual(strong.all_text_contents(), ["Answer 1", "plan"])
        self.assertEqual(page.locator("#cell .markdown li").count(), 3)
        page.get_by_role("button", name="JSON").click()
        page.wait_for_selector("#cell .hint:has-text('cannot be shown as JSON')")
        # The second sample, which says so itself.
        page.get_by_role("button", name="Sample 2, pass").click()
        page.get_by_role("button", name="Text", exact=True).click()
        page.wait_for_selector("#cell .side:first-child pre:has-text('large 2')")

    def test_json_keeps_its_numbers_and_folds(self) -> None:
        page = self.open(scene(), "cell=case-00005&of=small&as=json")
        tree = page.locator("#cell .side .json")
        self.assertEqual(tree.locator(".number").first.text_content(), "12345678901234567890")
        inner = tree.locator("details details").first
        inner.locator("> summary").click()
        self.assertFalse(inner.evaluate("element => element.open"))
        self.assertIn("2 items", inner.locator("> summary").text_content())

    def test_all_that_is_known_of_a_cell_is_there(self) -> None:
        page = self.open(scene(), "cell=case-00007&of=large")
        text = page.locator("#cell").text_content()
        for part in [
            "rate_limited: 429: Rate limit reached",
            "Question 7:",
            " | llm -m large --no-stream",
            "printf %s 'Question 7:",
            "topic",
            "1.1 s",
        ]:
            self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
