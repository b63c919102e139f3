import Foundation
import Testing

@testable import NllmCore

/// What a provider says of an answer on its way to the database.
@Suite struct ServedAnswerTests {
    private let scratch = ScratchFolder()
    private let start = Date(timeIntervalSince1970: 1_000_000)

    private func execution(_ event: String) throws -> Execution {
        guard case .ended(_, let end)? = BridgeEvent(line: ArraySlice(event.utf8)) else {
            throw JSONError(message: "no end", offset: 0)
        }
        var execution = Execution(end: end.end, stdout: end.stdout, startedAt: start, finishedAt: start + 1)
        (execution.finish, execution.served) = (end.finish, end.served)
        return execution
    }

    private func served(_ members: String) throws -> ServedAnswer {
        let event = #"{"id":1,"event":"ended","code":0,"stdout":"a\n","error":null\#(members)}"#
        return Outcome(try execution(event), timeout: nil, maxMemory: nil, keepsRaw: false).served
    }

    @Test func whatTheProviderSaysIsKept() throws {
        let all = #","served":{"model":"m-2","fingerprint":"fp_1"},"finish_reason":"stop""#
        #expect(try served(all) == ServedAnswer(model: "m-2", fingerprint: "fp_1", finishReason: "stop"))
        #expect(try served(#","served":{"fingerprint":"fp_1"}"#) == ServedAnswer(fingerprint: "fp_1"))
        #expect(try served("") == ServedAnswer())
    }

    @Test(arguments: [
        #","served":null,"finish_reason":null"#, #","served":[],"finish_reason":7"#, #","served":"m""#,
        #","served":{"model":7,"fingerprint":["fp"]},"finish_reason":{}"#,
        #","served":{"model":"","fingerprint":null}"#,
    ])
    func whatIsNoTextIsNotKnown(members: String) throws { #expect(try served(members) == ServedAnswer()) }

    @Test func longTextsAreCutAfterSecretsAreRemoved() throws {
        let key = "sk-planted-0123456789abcdefghij"
        let text = String(repeating: "é", count: 190) + " " + key
        let kept = try #require(try served(#","served":{"model":"\#(text)"}"#).model)
        #expect(kept == String(repeating: "é", count: 190) + " ***REDACT")
        #expect(kept.unicodeScalars.count == ServedAnswer.length)
    }

    @Test func theMembersAreThoseThatAreKnown() {
        let all = ServedAnswer(model: "m", fingerprint: "fp", finishReason: "stop")
        #expect(all.members.map(\.name) == ["served_model", "served_fingerprint", "finish_reason"])
        #expect(ServedAnswer(json: .object(all.members)) == all)
        #expect(ServedAnswer(finishReason: "stop").members == [.init("finish_reason", .string("stop"))])
        #expect(ServedAnswer().members.isEmpty)
    }

    @Test func itSurvivesARescue() async throws {
        let (store, run) = try await scratch.enqueue(prompts: 1)
        let worker = try await store.register(.current(), now: start)
        let claim = try #require(try await store.claim(worker: worker, run: run.id, limit: 1, now: start).claims.first)
        let event = #"{"id":1,"event":"ended","code":0,"stdout":"a\n","served":{"model":"m-2"},"finish_reason":"stop"}"#
        let outcome = Outcome(try execution(event), timeout: nil, maxMemory: nil, keepsRaw: false)
        let report = Report(claim: claim, outcome: outcome, command: ["llm"], retryAt: nil)
        let line = RescuedReport(report, database: "batch.db", worker: "mark").line
        guard case .report(let rescued) = RescuedReport.read(line.dropLast()) else {
            Issue.record("no report")
            return
        }
        #expect(rescued.outcome.served == ServedAnswer(model: "m-2", finishReason: "stop"))
    }
}
