import Testing

@testable import NllmCore

@Suite struct PriceFileTests {
    @Test(arguments: [
        """
        # Ours.
        local-model: {input_per_1k: 0.001, output_per_1k: 2e-3}
        "gpt-4o":
          input_per_1k: 0
          output_per_1k: .5
          cached_input_per_1k: 0.25
          cache_write_per_1k: 1
        """,
        """
        {
        \t"local-model": {"input_per_1k": 0.001, "output_per_1k": 0.002},
        \t"gpt-4o": {"input_per_1k": 0, "output_per_1k": 0.5, "cached_input_per_1k": 0.25, "cache_write_per_1k": 1}
        }
        """,
    ])
    func aFileGivesAPriceForEachModel(text: String) {
        let file = PriceFile(text: text, file: "prices.yaml")
        #expect(file.problems.isEmpty)
        #expect(
            file.prices == [
                "local-model": Price(inputPer1k: 0.001, outputPer1k: 0.002),
                "gpt-4o": Price(inputPer1k: 0, outputPer1k: 0.5, cachedInputPer1k: 0.25, cacheWritePer1k: 1),
            ])
    }

    @Test(arguments: ["", "# nothing yet\n"])
    func anEmptyFileHasNoPrices(text: String) {
        let file = PriceFile(text: text, file: "prices.yaml")
        #expect(file.problems.isEmpty)
        #expect(file.prices.isEmpty)
    }

    @Test(arguments: [
        ("- a\n- b\n", "p:1: not a mapping of models to their prices"),
        ("a: 3\n", "p:1: `a` is not a mapping; give its `input_per_1k` and `output_per_1k`"),
        ("a: {input_per_1k: 1}\n", "p:1: `a` has no `output_per_1k`; write 0 for what is free"),
        ("a: {}\n", "p:1: `a` has no `input_per_1k` and `output_per_1k`; write 0 for what is free"),
        (
            "a:\n  input_per_1k: 1\n  output_per_1K: 2\n",
            "p:3: unknown field `output_per_1K` of `a`; did you mean `output_per_1k`?"
        ),
        (
            "a:\n  input_per_1k: 1\n  output_per_1k: -2\n",
            "p:3: `output_per_1k` of `a` is not a number from 0; write US dollars per thousand tokens"
        ),
        (
            "a:\n  input_per_1k: '1'\n  output_per_1k: 2\n",
            "p:2: `input_per_1k` of `a` is not a number from 0; write US dollars per thousand tokens"
        ),
        (
            "a:\n  input_per_1k: .inf\n  output_per_1k: 2\n",
            "p:2: `input_per_1k` of `a` is not a number from 0; write US dollars per thousand tokens"
        ),
        ("a: {input_per_1k: 1, output_per_1k: 2}\na: {input_per_1k: 1, output_per_1k: 2}\n", "p:1: duplicate key `a`"),
        ("[1]: {}\n", "p:1: a model's name that is not a string"),
    ])
    func aProblemIsToldWithItsLine(text: String, problem: String) {
        let file = PriceFile(text: text, file: "p")
        #expect(file.problems.map(\.description) == [problem])
        #expect(file.prices.isEmpty)
    }

    @Test func brokenYAMLIsToldWithItsLine() throws {
        let file = PriceFile(text: "a: {input_per_1k: 1\nb: ]\n", file: "p")
        let problem = try #require(file.problems.first)
        #expect(file.problems.count == 1)
        #expect(problem.line == 2)
        #expect(problem.message.hasPrefix("broken YAML: "))
    }

    @Test func oneModelsProblemLeavesTheOthers() {
        let text = "a: 1\nb: {input_per_1k: 1, output_per_1k: 2}\nc: 2\n"
        let file = PriceFile(text: text, file: "p")
        #expect(file.problems.map(\.line) == [1, 3])
        #expect(Array(file.prices.keys) == ["b"])
    }
}
