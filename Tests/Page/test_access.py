"""Screen readers, phones, dark mode, paper; screenshots are kept for the eye."""

import unittest

import browser  # noqa: F401  (finds the packages)
from axe_playwright_python.sync_playwright import Axe
from browser import SCREENSHOTS, PageTest, scene

VIEWS = {
    "grid": "",
    "cell": "cell=case-00003&of=large&with=&with=small&as=words",
    "summary": "page=summary",
    "json": "cell=case-00005&of=large&as=json",
}
FORMS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


class AccessTest(PageTest):
    def test_nobody_is_shut_out(self) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for form, options in FORMS.items():
            for view, fragment in VIEWS.items():
                with self.subTest(form=form, view=view):
                    page = self.open(scene(), fragment, **options)
                    if "cell=" in fragment:
                        page.wait_for_selector("#cell[open] .side")
                    page.wait_for_function(
                        "page => page !== 'grid' || document.querySelector('[data-is-complete]')", arg=view
                    )
                    page.screenshot(path=SCREENSHOTS / f"{form}-{view}.png")
                    violations = Axe().run(page).response["violations"]
                    serious = [v for v in violations if v["impact"] in ("serious", "critical")]
                    self.assertEqual([(v["id"], v["nodes"][0]["html"][:200]) for v in serious], [])
                    # The page itself never scrolls sideways.
                    self.assertLessEqual(
                        page.evaluate("document.documentElement.scrollWidth"), page.viewport_size["width"]
                    )

    def test_a_small_screen_is_left_to_the_rows(self) -> None:
        for width, height in [(390, 844), (844, 390)]:
            page = self.open(scene(), viewport={"width": width, "height": height}, is_mobile=True, has_touch=True)
            page.mouse.move(width // 2, height - 20)
            page.mouse.wheel(0, 1500)
            # Only the headings of the columns stay.
            page.wait_for_function("() => document.getElementById('toolbar').getBoundingClientRect().bottom < 0")
            heading = page.get_by_role("columnheader", name="large")
            self.assertLess(abs(heading.bounding_box()["y"]), 2)
            page.wait_for_selector(".body .id:has-text('case-00020')")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("End")
            page.wait_for_selector(":focus .preview:has-text('Question 39')")
            box = page.locator(":focus").bounding_box()
            self.assertLessEqual(box["y"] + box["height"], height + 1)
            page.screenshot(path=SCREENSHOTS / f"small-{width}.png")

    def test_dark_mode_is_dark(self) -> None:
        light = self.open(scene()).evaluate("getComputedStyle(document.body).backgroundColor")
        dark = self.open(scene(), color_scheme="dark").evaluate("getComputedStyle(document.body).backgroundColor")
        self.assertGreater(sum(map(int, light[4:-1].split(", "))), 700)
        self.assertLess(sum(map(int, dark[4:-1].split(", "))), 100)

    def test_the_grid_says_what_it_is(self) -> None:
        page = self.open(scene(), "filter=failures")
        grid = page.get_by_role("grid")
        self.assertEqual(grid.get_attribute("aria-rowcount"), "8")
        self.assertEqual(grid.get_attribute("aria-colcount"), "4")
        row = page.locator(".body .row").nth(1)
        self.assertEqual(row.get_attribute("aria-rowindex"), "3")
        self.assertEqual(row.locator("[role=gridcell]").first.get_attribute("aria-colindex"), "2")
        self.assertEqual(page.locator(".body [tabindex='0']").count(), 1)

    def test_it_prints_all_rows(self) -> None:
        page = self.open(scene())
        page.set_viewport_size({"width": 1280, "height": 500})
        printed = page.pdf(path=SCREENSHOTS.parent / "page.pdf", format="A4", landscape=True)
        self.assertGreaterEqual(printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page "), 4)
        self.assertTrue(printed.startswith(b"%PDF"))


if __name__ == "__main__":
    unittest.main()
