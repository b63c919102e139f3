import Testing

@testable import NllmCore

@Suite struct UsageTests {
    @Test func aReportIsReadWithItsSeparatorsAndDetails() throws {
        let stderr = "thinking…\nToken usage: 1,234 input, 16 output, {\"cached\": 3}\n"
        let usage = try #require(UsageReport(stderr: Array(stderr.utf8)).usage)
        #expect(usage.input == 1234)
        #expect(usage.output == 16)
        #expect(usage.details == .object([.init("cached", .number("3"))]))
    }

    @Test func stepsOfAChainAreAddedUp() throws {
        let stderr = "Token usage: 10 input, 1 output\nToken usage: 5 input, 2 output\n"
        let usage = try #require(UsageReport(stderr: Array(stderr.utf8)).usage)
        #expect(usage.input == 15)
        #expect(usage.output == 3)
    }

    @Test func theirDetailsAreAddedUpToo() throws {
        let stderr = """
            Token usage: 1 input, 1 output, {"a": 1, "b": {"c": 2}, "tier": "x", "list": [1]}
            Token usage: 1 input, 1 output
            Token usage: 1 input, 1 output, {"b": {"c": 3, "d": 4}, "tier": "y", "list": [2]}

            """
        let usage = try #require(UsageReport(stderr: Array(stderr.utf8)).usage)
        let sum = try JSONParser.parse(#"{"a": 1, "b": {"c": 5, "d": 4}, "tier": "y", "list": [1, 2]}"#)
        #expect(usage.details == sum)
    }

    @Test(arguments: [
        "", "Token usage: \n", "Error: no usage", "1 input, 2 output",
        "Token usage: 9223372036854775807 input, -3 output\n",
    ])
    func noReportIsNoUsage(stderr: String) {
        #expect(UsageReport(stderr: Array(stderr.utf8)).usage == nil)
    }
}
