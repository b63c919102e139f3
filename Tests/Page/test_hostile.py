"""Whatever ids, labels, prompts, reasons and answers hold, they stay texts, and nothing leaves the file."""

import functools
import unicodedata
import unittest
from pathlib import Path

from browser import PageTest, runs
from runs import Answer

SPELLS = [
    "<script>window.wasRun = 1</script>",
    "</script><script>window.wasRun = 2</script>",
    "<img src=x onerror='window.wasRun = 3'><svg onload='window.wasRun = 4'>",
    "<style>* { display: none }</style><link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "<iframe src=http://127.0.0.1:9/></iframe><base href=http://127.0.0.1:9/><meta http-equiv=refresh content=0>",
    "<a href='javascript:window.wasRun = 5'>x</a> [y](javascript:window.wasRun=6) ![z](http://127.0.0.1:9/z.png)",
    "<!-- --!> <![CDATA[ ]]> <math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=1 onerror=window.wasRun=7&gt;'>",
    "<form action=http://127.0.0.1:9/><input name=innerHTML><input name=attributes></form>",
    "\u202emirrored\u202c \u2066isolated\u2069 \u200b\ufeff\u2028\u2029 \x07\x1b[31m \x85 \u0000 e\u0301"
    " \U0001f468\u200d\U0001f469",
    "&lt;b&gt; &amp; \" ' ` ${1} {{x}} __proto__ constructor",
]


def printable(spell: str) -> str:
    """An id takes no control characters."""
    return "".join(character for character in spell if unicodedata.category(character) not in ("Cc", "Zl", "Zp"))


@functools.cache
def hostile() -> Path:
    made = runs("hostile")
    prompts = [
        {
            "id": f"{number} {printable(spell)}",
            "prompt": spell.replace("\u0000", "") + " asked",
            "system": spell.replace("\u0000", ""),
            "metadata": {spell.replace("\u0000", ""): spell.replace("\u0000", ""), "__proto__": "x"},
            "vars": {"v": spell.replace("\u0000", "")},
            "assert": [{"type": "equals", "value": spell.replace("\u0000", ""), "metric": SPELLS[2]}],
        }
        for number, spell in enumerate(SPELLS)
    ]
    made.enqueue("hostile", prompts, [SPELLS[2], "</title></script><b>", "__proto__"])

    def answer(prompt: str, model: str, _: int) -> Answer:
        spell = SPELLS[int(prompt.split()[0])]
        if model == "__proto__":
            return {"kind": "server", "message": "500: " + spell, "stderr": spell}
        return {"text": f"{spell} said by {model[0]}"}

    made.answer("hostile", answer)
    return made.page("hostile")


class HostileTest(PageTest):
    def test_everything_stays_text(self) -> None:
        page = self.open(hostile())
        self.assertEqual(page.locator("#count").text_content(), f"{len(SPELLS)} prompts")
        self.assertIn("0 <script>window.wasRun = 1</script>", self.ids(page))
        columns = page.get_by_role("columnheader")
        self.assertIn("</title></script><b>", columns.nth(2).text_content())
        page.wait_for_function("() => document.querySelectorAll('.row[data-is-complete]').length > 5")
        elements = page.evaluate("[...document.querySelectorAll('body *')].map(e => e.localName)")
        self.assertEqual(set(elements) & {"img", "iframe", "link", "base", "meta", "form", "math", "b"}, set())
        for number, spell in enumerate(SPELLS):
            for form in ["text", "markdown", "json", "words"]:
                self.open_cell(page, number, form)
                if form == "text":
                    shown = page.locator("#cell .side pre.text").first.text_content()
                    self.assertEqual(shown, visible(f"{spell} said by <"))
                self.check_dialog(page)
        page.evaluate("change({cell: null, page: 'summary'})")
        self.assertIsNone(page.evaluate("window.wasRun ?? null"))
        self.assertEqual(page.evaluate("document.querySelectorAll('script:not([data-block])').length"), 4)

    def open_cell(self, page, number: int, form: str) -> None:
        page.evaluate(
            "([number, form]) => change({cell: app.prompts[number].id, of: app.models[0].label, as: form,"
            " with: [app.models[1].label, app.models[2].label]})",
            [number, form],
        )
        page.wait_for_function(
            "([number, form]) => document.querySelector(`[data-key='as ${form}']`)?.ariaPressed === 'true'"
            " && document.getElementById('cell-title').textContent.startsWith(`${number} `)"
            " && document.querySelectorAll('#cell .side').length === 3",
            arg=[number, form],
        )

    def check_dialog(self, page) -> None:
        found = page.evaluate(
            "[...document.querySelectorAll('#cell *')].flatMap(e => [e.localName, ...e.getAttributeNames()"
            ".filter(n => n.startsWith('on') || ['src', 'href', 'style', 'action', 'name'].includes(n))])"
        )
        bad = {"script", "style", "img", "iframe", "svg", "link", "base", "meta", "form", "input", "a", "math"}
        self.assertEqual({name for name in found if name in bad or name.startswith("on")}, set())
        self.assertEqual(set(found) & {"src", "href", "style", "action", "name"}, set())

    def test_the_policy_forbids_what_a_slip_would_insert(self) -> None:
        page = self.open(hostile())
        refused = page.evaluate(
            "(() => { try { document.body.innerHTML += '<p>'; return false } catch { return true } })()"
        )
        self.assertTrue(refused)
        page.evaluate(
            "(() => { const s = document.createElement('style'); s.textContent = '* {color: red}';"
            " document.head.append(s) })()"
        )
        self.assertNotEqual(page.evaluate("getComputedStyle(document.body).color"), "rgb(255, 0, 0)")
        fetched = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")
        self.assertEqual(fetched, "refused")
        # The browser reports what it refused.
        self.assertTrue(all("Content Security Policy" in error or "TrustedHTML" in error for error in self.errors))
        self.errors, self.requests = [], []


def visible(text: str) -> str:
    """What the page shows: odd characters by their numbers."""
    odd = {
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,
        0x200B,
        0x200E,
        0x200F,
        *range(0x2028, 0x202F),
        *range(0x2060, 0x206A),
        0xFEFF,
    }
    return "".join(f"U+{ord(c):04X}" if ord(c) in odd - {9, 10} else c for c in text)


if __name__ == "__main__":
    unittest.main()
