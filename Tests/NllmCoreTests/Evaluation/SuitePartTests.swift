import Testing

@testable import NllmCore

@Suite struct SuitePartTests {
    @Test(arguments: [
        ("gpt-4o", ["gpt-4o"]), ("openai:gpt-4o", ["gpt-4o"]), ("openai:chat:gpt-4o", ["gpt-4o"]),
        ("openai:responses:o3", ["o3"]), ("openai:embedding:x", nil), ("openai:chat", ["chat"]),
        ("openrouter:meta/llama", ["openrouter/meta/llama"]), ("google:gemini-2.0-flash", ["gemini/gemini-2.0-flash"]),
        ("ollama:llama3:8b", ["llama3:8b"]), ("ollama:chat:llama3:8b", ["llama3:8b"]), ("llama3:8b", ["llama3:8b"]),
        (
            "anthropic:messages:claude-sonnet-4-5-20250929",
            [
                "anthropic/claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5",
                "claude-sonnet-4-5",
            ]
        ),
        ("vertex:gemini", nil), ("https://example.com", nil), ("mine", ["yours"]),
    ])
    func anIDLeadsToNames(id: String, names: [String]?) {
        #expect(ProviderMap(given: ["mine": "yours"]).names(id) == names)
    }

    @Test(arguments: [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("8 - 4 - 2", 2), ("8 / 4 / 2", 1), ("-a + 2", 1.5), ("2 * -a", -1),
        ("--a", 0.5), ("a / 0", nil), ("b", nil), (".5+a", 1), ("+1", 1), ("((a))", 0.5),
    ])
    func anExpressionHasAValue(text: String, value: Double?) throws {
        #expect(try ArithmeticExpression(text).value { $0 == "a" ? 0.5 : nil } == value)
    }

    @Test(arguments: [
        ("", "it ends where a number or a metric is expected"),
        ("1 +", "it ends where a number or a metric is expected"),
        ("(1", "`(` without `)`"), ("1)", "`)` without `(`"),
        ("1 2", "`2` where one of `+`, `-`, `*`, `/` is expected"),
        ("a ^ 2", "`^` where one of `+`, `-`, `*`, `/` is expected"), ("1.2.3", "`1.2.3` is no number"),
        ("* 1", "`*` where a number or a metric is expected"),
        (String(repeating: "(", count: 20_000), "it is too long"),
    ])
    func whatIsNoExpressionIsRefused(text: String, message: String) {
        #expect(throws: ArithmeticProblem(message)) { try ArithmeticExpression(text) }
    }

    @Test func deepExpressionsAreEvaluated() throws {
        let text = String(repeating: "(", count: 4000) + "1" + String(repeating: ")", count: 4000)
        #expect(try ArithmeticExpression(text).value { _ in nil } == 1)
    }

    @Test func listsMultiply() {
        let variables: [JSONValue.Member] = [
            .init("a", .strings(["1", "2"])), .init("b", .string("x")), .init("c", .strings(["3", "4"])),
        ]
        let combinations = VariableExpansion(variables, keepsLists: false).map { $0.compactMap(\.value.stringValue) }
        #expect(combinations == [["1", "x", "3"], ["1", "x", "4"], ["2", "x", "3"], ["2", "x", "4"]])
        #expect(Array(VariableExpansion(variables, keepsLists: true)).count == 1)
        let many = (1...10).map { JSONValue.Member("v\($0)", .strings((1...100).map(String.init))) }
        #expect(VariableExpansion(many, keepsLists: false).count == nil)
        #expect(VariableExpansion(many, keepsLists: false).makeIterator().next() == nil)
    }

    @Test(
        arguments: [
            ("x", .variable("x")), ("__expected", .expected(nil)), ("__expected12", .expected(12)),
            ("__config:__expected2:threshold", .expectedThreshold(2)),
            ("__config:__expected:threshold", .expectedThreshold(nil)),
            ("__metadata:topic", .metadata("topic", isList: false)),
            ("__metadata:tags[]", .metadata("tags", isList: true)),
        ] as [(String, TestColumn)])
    func aColumnIsKnown(name: String, column: TestColumn) throws {
        #expect(try TestColumn(name) == column)
    }

    @Test(arguments: ["__metadata", "__expected0", "__config:__expected1:provider", "__treshold", "__"])
    func otherColumnsAreRefused(name: String) {
        #expect(throws: AssertionProblem.self) { try TestColumn(name) }
    }

    @Test func cellsOfATableAreChecked() throws {
        let folder = try SuiteFolder("prompts: ['{{x}}']\ntests: tests.csv\n")
        for (table, problem) in [
            ("x,x\n", "1: two columns are called `x`"), ("x,\n", "1: column 2 has no name"),
            ("", "0: empty; the first row names the variables"),
            ("x\na,b\n", "2: 2 cells, but the first row names 1 columns"),
            ("x\n", "0: no tests"), ("x,__threshold\na,1\n", "2: a threshold without any assertion"),
            ("x,__threshold\na,2\n", "2: `__threshold` is `2` but must be a number from 0 to 1"),
            ("x,__metric\na,m\n", "2: `__metric` without `__expected`"),
            (
                "x,__expected1,__config:__expected2:threshold\na,b,1\n",
                "2: a threshold for `__expected2`, which is empty"
            ),
            (
                "x,__expected\na,regex:(\n",
                "2: `value` of `regex` is a bad pattern at character 2: missing closing parenthesis"
            ),
            ("x,__expected\na,command:./x\n", "2: `command` runs a program; if you trust it, add --allow-commands"),
            ("x\n\"a\n", "2: a quote that is not closed"),
        ] {
            try folder.write(table, "tests.csv")
            #expect(folder.problems() == ["tests.csv:" + problem])
        }
    }
}
