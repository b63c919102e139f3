import Testing

@testable import NllmCore

@Suite struct BridgeEventTests {
    private static func end(_ line: String) throws -> BridgeEnd {
        guard case .ended(let id, let end)? = BridgeEvent(line: ArraySlice(line.utf8)) else {
            throw JSONError(message: "no end", offset: 0)
        }
        #expect(id == 3)
        return end
    }

    @Test func anEndTellsHowTheProcessEnded() throws {
        let end = try Self.end(
            #"""
            {"id":3,"event":"ended","code":1,"stdout":"a\n","stderr_base64":"//4=","cpu_ms":21.6,"peak_memory_kb":70000,
            "flooded":true,"finish_reason":"length","error":{"class":"openai.RateLimitError","bases":["APIError"],
            "message":"x","http_status":429,"code":"slow","type":null,"retry_after":1.5}}
            """#)
        #expect(end.end == .exited(code: 1))
        #expect(end.stdout == Array("a\n".utf8))
        #expect(end.stderr == [0xFF, 0xFE])
        #expect(end.resources == .init(cpuMilliseconds: 22, peakMemoryKilobytes: 70000))
        #expect(end.isFlooded)
        #expect(end.finish == .named("length"))
        #expect(
            end.error
                == ProviderError(
                    name: "openai.RateLimitError", bases: ["APIError"], httpStatus: 429, code: "slow", type: nil,
                    retryAfter: 1.5))
    }

    @Test func whatIsMissingIsNotKnown() throws {
        let end = try Self.end(#"{"id":3,"event":"ended","signal":9,"error":null}"#)
        #expect(end.end == .signaled(9))
        #expect(end.stdout.isEmpty && end.stderr.isEmpty)
        #expect(end.error == nil && end.finish == nil && end.resources == nil && !end.isFlooded)
    }

    @Test func aReasonThatIsNullIsMissing() throws {
        #expect(try Self.end(#"{"id":3,"event":"ended","code":0,"finish_reason":null}"#).finish == .missing)
    }

    @Test(arguments: [
        #"[{"input":1234,"output":16,"details":{"cached":3}}]"#,
        #"[{"input":1000,"output":16,"details":{}},{"input":234,"output":null,"details":{"cached":3}}]"#,
    ])
    func theTokensOfItsStepsAreAddedUpAsIfTheyWerePrinted(steps: String) throws {
        let usage = try Self.end(#"{"id":3,"event":"ended","code":0,"usage":\#(steps)}"#).usage
        let printed = "Token usage: 1,234 input, 16 output, {\"cached\": 3}\n"
        #expect(usage != nil && usage == UsageReport(stderr: Array(printed.utf8)).usage)
    }

    @Test(arguments: [
        "null", "[]", #"[{"input":null,"output":null,"details":{"a":1}}]"#, #"[{"input":-1,"output":1.5}]"#,
    ])
    func tokensThatAreNotNumbersAreNotKnown(steps: String) throws {
        #expect(try Self.end(#"{"id":3,"event":"ended","code":0,"usage":\#(steps)}"#).usage == nil)
    }

    @Test func aRequestThatWasNotUnderstoodHasFailed() throws {
        let end = try Self.end(#"{"id":3,"event":"bad_request","message":"`input` must be a text"}"#)
        #expect(end.end == .exited(code: 1))
        #expect(end.stderr == Array("Error: `input` must be a text\n".utf8))
    }

    @Test(arguments: [
        "", "nonsense", "[]", #"{"event":"later"}"#, #"{"event":"ended"}"#, #"{"event":"started","id":"1"}"#,
        #"{"event":"ready","protocol":2,"python":"3","executable":"/p","llm":"1","plugins":{}}"#,
    ])
    func otherLinesAreNoEvents(line: String) {
        if let event = BridgeEvent(line: ArraySlice(line.utf8)) { Issue.record("\(event)") }
    }

    @Test(arguments: [
        ("stop", nil), ("end_turn", nil), ("tool_calls", nil), ("length", FailureKind.truncated),
        ("max_tokens", .truncated), ("max_output_tokens", .truncated), ("content_filter", .filtered),
        ("safety", .filtered), ("refusal", .filtered),
    ])
    func aReasonToFinishTellsWhetherTheAnswerIsWhole(name: String, kind: FailureKind?) {
        #expect(FinishReason.named(name).failure?.kind == kind)
    }

    @Test func anAnswerWithoutItsReasonIsTruncated() {
        #expect(FinishReason.missing.failure?.kind == .truncated)
    }
}
