"""The grid: filters, search, order, keys, links."""

import unittest

from browser import LOST, PageTest, scene


class ResultsTest(PageTest):
    def test_samples_are_folded_into_a_cell(self) -> None:
        page = self.open(scene())
        self.assertEqual(page.locator("#count").text_content(), "40 prompts")
        self.assertIn("2/2", self.cell(page, "case-00000", "large").text_content())
        self.assertIn("1/2", self.cell(page, "case-00006", "old").text_content())
        self.assertIn("2/2 errors", self.cell(page, "case-00007", "large").text_content())
        self.assertIn("429: Rate limit reached", self.cell(page, "case-00007", "large").text_content())
        lost = self.cell(page, "case-00003", "small").text_content()
        self.assertIn("0/2", lost)
        self.assertIn("lost", lost)
        self.assertIn("score 0 · 2.0 s", lost)
        self.assertNotIn("was pass", lost)
        self.assertIn("expected `step`", lost)
        # The beginnings of answers follow.
        page.wait_for_function(
            "() => document.querySelector('.body .row .cell:nth-child(2) .preview').textContent !== ''"
        )

    def test_filters_show_what_they_say(self) -> None:
        page = self.open(scene())
        # Of the prompts with number 6 modulo 8, no. 6, 14, 22, 30 and 38 fail once on `old`.
        for filter, ids in {
            "Failures": [
                "case-00003",
                "case-00006",
                "case-00011",
                "case-00014",
                "case-00022",
                "case-00030",
                "case-00038",
            ],
            "Errors": ["case-00007", "case-00009"],
            "Changed": ["case-00003", "case-00007", "case-00009", "case-00011"],
            "Broken": LOST,
        }.items():
            page.get_by_role("button", name=filter).first.click()
            self.wait_for_count(page, f"{len(ids)} of 40 prompts")
            self.assertEqual(self.ids(page), ids, filter)
            button = page.locator("[aria-pressed=true].filter")
            self.assertIn(str(len(ids)), button.text_content())
            self.assertGreater(len(button.get_attribute("title")), 10)
        page.get_by_role("button", name="Different").click()
        # Four have one JSON answer each, and one says the same everywhere.
        self.wait_for_count(page, "35 of 40 prompts")
        page.get_by_role("button", name="Clear all").click()
        self.wait_for_count(page, "40 prompts")
        page.get_by_label("Failure", exact=True).select_option("timeout")
        self.wait_for_count(page, "1 of 40 prompts")
        self.assertEqual(self.ids(page), ["case-00009"])
        self.assertEqual(page.locator(".filter .number").all_text_contents(), ["1", "0", "1", "1", "1", "0"])
        page.get_by_label("Model", exact=True).select_option("large")
        self.wait_for_count(page, "0 of 40 prompts")
        page.get_by_role("button", name="Clear all filters").click()
        self.wait_for_count(page, "40 prompts")
        self.assertFalse(page.locator("#none").is_visible())
        page.get_by_label("Model", exact=True).select_option("large")
        page.get_by_label("Failure", exact=True).select_option("")
        page.get_by_label("Metadata").select_option("topic=law")
        self.wait_for_count(page, "13 of 40 prompts")
        page.get_by_label("Metric below 1").select_option("names a step")
        self.wait_for_count(page, "1 of 40 prompts")
        self.assertEqual(self.ids(page), ["case-00011"])

    def test_a_regular_expression_searches_ids_prompts_and_answers(self) -> None:
        page = self.open(scene())
        search = page.locator("#query")
        search.fill("case-0000[12]$")
        self.wait_for_count(page, "2 of 40 prompts")
        search.fill("ANSWER 2\\d")
        self.wait_for_count(page, "9 of 40 prompts")
        self.assertEqual(self.ids(page)[0], "case-00020")
        page.get_by_label("in", exact=True).select_option("ids")
        self.wait_for_count(page, "0 of 40 prompts")
        search.fill("^smal")
        self.wait_for_count(page, "40 prompts")
        page.get_by_label("in", exact=True).select_option("prompts")
        search.fill("^question 17:")
        self.wait_for_count(page, "1 of 40 prompts")
        page.get_by_label("in", exact=True).select_option("answers")
        search.fill("^429: rate")
        self.wait_for_count(page, "1 of 40 prompts")
        place = page.locator("#count").bounding_box()
        search.fill("(")
        page.wait_for_selector("#query[aria-invalid=true]")
        self.assertEqual(page.locator("#count").bounding_box(), place)
        self.assertIn("Not a regular expression", page.locator("#flaw").text_content())
        self.wait_for_count(page, "40 prompts")

    def test_columns_sort(self) -> None:
        page = self.open(scene())
        heading = page.get_by_role("columnheader", name="large")
        heading.get_by_role("button").click()
        self.assertEqual(heading.get_attribute("aria-sort"), "ascending")
        self.assertEqual(self.ids(page)[:3], ["case-00007", *LOST])
        page.get_by_label("Sort columns by").select_option("latency")
        page.get_by_role("columnheader", name="large").get_by_role("button").click()
        self.assertEqual(self.ids(page)[0], "case-00039")
        page.get_by_role("columnheader", name="Prompt").get_by_role("button").click()
        self.assertEqual(self.ids(page)[0], "case-00000")
        # Without a column, the first is sorted at once, and the cells show by what.
        page.get_by_label("Sort columns by").select_option("cost")
        self.assertEqual(heading.get_attribute("aria-sort"), "ascending")
        self.assertIn("▲ cost", heading.text_content())
        self.assertIn("$0.01", self.cell(page, "case-00000", "large").text_content())

    def test_keys_move_open_and_close(self) -> None:
        page = self.open(scene())
        for key in ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"]:
            page.keyboard.press(key)
        self.assertEqual(page.evaluate("document.activeElement.dataset.column"), "2")
        page.keyboard.press("Control+End")
        self.assertIn("case-00039", page.evaluate("document.activeElement.parentElement.textContent"))
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        page.wait_for_selector("#cell[open]")
        self.assertEqual(page.locator("#cell-title").text_content(), "case-00000")
        for key, title, model in [
            ("j", "case-00001", "small"),
            ("ArrowRight", "case-00001", "old"),
            ("k", "case-00000", "old"),
        ]:
            page.keyboard.press(key)
            page.wait_for_function(
                "([title, model]) => document.getElementById('cell-title').textContent === title"
                " && document.querySelector('.titles p').textContent.startsWith(model)",
                arg=[title, model],
            )
            self.assertEqual(page.evaluate("document.activeElement.id"), "cell-title")
        page.keyboard.press("Escape")
        page.wait_for_selector("#cell", state="hidden")
        page.wait_for_function("() => !location.href.includes('#')")
        # The focus is where the last cell was.
        self.assertEqual(page.evaluate("document.activeElement.dataset.column"), "3")
        self.assertIn("case-00000", page.evaluate("document.activeElement.parentElement.textContent"))
        page.keyboard.press("/")
        self.assertEqual(page.evaluate("document.activeElement.id"), "query")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("#help[open]")
        self.assertIn("next and previous prompt", page.locator("#help").text_content())
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.wait_for_selector("#summary figure")
        page.keyboard.press("PageDown")
        page.wait_for_function("() => document.getElementById('summary').scrollTop > 0")
        page.keyboard.press("s")
        self.assertEqual(page.evaluate("document.activeElement.getAttribute('role')"), "gridcell")

    def test_a_link_shows_what_its_sender_saw(self) -> None:
        page = self.open(scene())
        page.get_by_role("button", name="Failures").click()
        page.locator("#query").fill("answer [0-2]")
        self.wait_for_count(page, "3 of 40 prompts")
        page.get_by_role("columnheader", name="old").get_by_role("button").click()
        self.cell(page, "case-00011", "small").click()
        page.wait_for_selector("#cell[open] ins")
        address = page.url
        other = self.open(scene(), address.split("#")[1])
        other.wait_for_selector("#cell[open] ins")
        self.assertEqual(other.locator("#cell").text_content(), page.locator("#cell").text_content())
        self.wait_for_count(other, "3 of 40 prompts")
        self.assertEqual(self.ids(other), self.ids(page))
        self.assertEqual(other.locator("#query").input_value(), "answer [0-2]")
        other.keyboard.press("Escape")
        other.go_back()
        other.wait_for_selector("#cell[open]")
        # An address that says nothing sensible opens the page as it is.
        odd = self.open(scene(), "filter=none&cell=gone&sort=%E0%A4%A&by=7&sample=-4&as=html")
        self.wait_for_count(odd, "40 prompts")


if __name__ == "__main__":
    unittest.main()
