"""The functions of the page's script, run in the page as it is shipped."""

import unittest

from browser import PageTest, scene


class PartsTest(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.page = self.open(scene())

    def check(self, cases: dict) -> None:
        for expression, wanted in cases.items():
            self.assertEqual(self.page.evaluate(expression), wanted, expression)

    def test_numbers_and_times(self) -> None:
        self.check(
            {
                "percent(0.9034)": "90.3 %",
                "percent(0.99999)": "100 %",
                "percent(null)": "",
                "dollars(0.00123)": "$0.0012",
                "dollars(1234.5)": "$1235",
                "duration(340)": "340 ms",
                "duration(185000)": "3:05 min",
                "counted(1200, 'prompt')": "1,200 prompts",
                "shellLine(['llm', '-m', \"it's\", ''])": "llm -m 'it'\\''s' ''",
            }
        )

    def test_the_fragment_is_read_as_it_is_written(self) -> None:
        view = (
            "{...VIEW, filter: 'broken', query: 'a&b=#%\u202e', with: ['', 'x y'], cell: 'p/1', sample: 3,"
            " descending: true}"
        )
        self.check(
            {
                "fragmentOf(VIEW)": "",
                f"JSON.stringify(viewOf('#' + fragmentOf({view}))) === JSON.stringify({view})": True,
                "viewOf('#filter=nothing&sample=x').filter": "all",
                "viewOf('#sample=x').sample": 1,
            }
        )

    def test_differences_give_both_texts_back(self) -> None:
        self.check(
            {
                "differences('a b c', 'a x c').filter(p => p.kind !== 'same').map(p => p.kind + p.text)": [
                    "removedb",
                    "addedx",
                ],
                "differences('', 'a')": [{"text": "a", "kind": "added"}],
                # Long texts go by lines, and very long ones are not compared.
                "differences('a \\n'.repeat(1900), 'b\\n'.repeat(1900) + ' c'.repeat(900)).length > 0": True,
                "differences('a\\n'.repeat(9000), 'b\\n'.repeat(9000))": None,
            }
        )
        self.check(
            {
                "(() => { const [a, b] = ['one  two\\n\u00e9 three', 'one two\\nthree \\t\u00e9'];"
                " const pieces = differences(a, b), join = kind =>"
                " pieces.filter(p => p.kind !== kind).map(p => p.text).join('');"
                " return join('added') === a && join('removed') === b })()": True
            }
        )

    def test_groups_and_filters(self) -> None:
        self.check(
            {
                "outcome({status: 'timeout', pass: null})": "error",
                "outcome({status: 'ok', pass: null, note: 'judge: garbage'})": "none",
                "outcome({status: 'cancelled', pass: null})": "open",
                "groupText(group([{outcome: 'pass'}, {outcome: 'fail'}, {outcome: 'error'}]))": "1/3",
                "state(count([{outcome: 'pass'}, {outcome: 'fail'}]))": "mixed",
                "groupMatches(app.prompts[3].groups[0], {...VIEW, filter: 'failures', status: 'error'})": False,
                "metadataTexts({a: 1, b: [2], c: null})": ["a=1", "c=null"],
                "expression('[').flaw !== null": True,
                "shownPrompts(app.prompts, {...VIEW, sort: 'id', descending: true}, app.models, new Set([2, 30]))"
                ".map(p => p.number)": [30, 2],
            }
        )

    def test_texts_of_cells_and_gates(self) -> None:
        self.check(
            {
                "previewText({cells: [{}, {note: 'why'}]}, {cell: async () => ({asserts:"
                " [{pass: false}, {pass: true}, {pass: false}]})})": "2 checks failed: why",
                "withoutIds('a: 2 broken: `x`, `y` (broken since 2026-01-02); b: 1 flaky: `z`')": (
                    "a: 2 broken; b: 1 flaky: `z`"
                ),
                "runnable(['llm', '-m', 'a'], {text: \"it's\"})": "printf %s 'it'\\''s' | llm -m a",
                "runnable(['llm', 'hi'], {text: 'hi', in_arguments: true})": "llm hi",
                "runnable(['llm'], {text: '', messages: []})": "llm",
            }
        )

    def test_blocks_are_opened_once(self) -> None:
        self.check(
            {
                "app.details.block(0) === app.details.block(0)": True,
                "base64Bytes('AP+A').join()": "0,255,128",
                "app.details.cell(app.prompts[5].cells[0]).then(c => c.text.slice(0, 29))": (
                    '{"step": 12345678901234567890'
                ),
            }
        )


if __name__ == "__main__":
    unittest.main()
