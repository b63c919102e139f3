import Foundation
import Testing

/// The three executors, held against each other and against the table: the built binary, the real `llm`, a real server.
@Suite struct ExecutorTests {
    @Test func allGiveTheSameResultsAndAskTheSame() async throws {
        let scene = try await ExecutorScene()
        let runs = ["unwatched", "watched", "hanging"]
        let all = ExecutorTable.unwatched + ExecutorTable.watched + ExecutorTable.hanging

        // A cold `llm` streams, whether anybody watches or not, and so does a forked one.
        let cold = try await scene.work("process", runs: runs, isWatched: true)
        for one in all { try check(one, cold) }
        try compare(all, try await scene.work("fork", runs: runs), with: cold)
        for executor in ["fork", "shared"] {
            let warm = try await scene.work(executor, runs: ["watched"], isWatched: true)
            try compare(ExecutorTable.watched, warm, with: cold)
        }

        let shared = try await scene.work("shared", runs: runs)
        try compare(ExecutorTable.unwatched + ExecutorTable.hanging, shared, with: cold)
        try compareUnstreamed(shared, with: cold)
        for one in all { #expect(shared.isForked(one) != one.canBeShared, one.comment) }
    }

    // MARK: One executor and the table

    private func check(_ one: ExecutorCase, _ outcome: ExecutorScene.Outcome) throws {
        let result = try outcome.result(one)
        #expect(result.tokens == one.tokens, one.comment)
        #expect(result.command?.suffix(one.arguments.count) == one.arguments[...], one.comment)
        switch one.expectedEnd {
        case .answer(let text):
            #expect(result.status == "ok", one.comment)
            #expect(result.exitCode == 0, one.comment)
            #expect(result.httpStatus == nil, one.comment)
            guard let text else { break }
            let isThat = (result.text ?? "").utf8.elementsEqual(text.utf8)
            #expect(isThat, "\(one.name): \(result.text?.prefix(200).debugDescription ?? "no text")")
            #expect(result.kind == (text.isEmpty ? "empty" : nil), one.comment)
        case .failure(let kind, let code, let httpStatus, let text):
            #expect(result.status == "error", one.comment)
            #expect(result.exitCode == code, one.comment)
            #expect(result.kind == kind, one.comment)
            #expect(result.httpStatus == httpStatus, one.comment)
            #expect(result.text == text, one.comment)
        case .timeout:
            #expect(result.status == "timeout", one.comment)
            #expect(result.exitCode == -1, one.comment)
            #expect(result.kind == "timeout", one.comment)
        }
        checkRequests(one, outcome)
    }

    private func checkRequests(_ one: ExecutorCase, _ outcome: ExecutorScene.Outcome) {
        // A cold `llm` may be over its time before it has asked.
        if case .timeout = one.expectedEnd { return }
        let expected =
            if case .server = one.model { one.requestsByExecutor[outcome.executor] ?? one.requests } else { 0 }
        #expect(outcome.requests[one.modelName, default: []].count == expected, "\(one.name), \(outcome.executor)")
    }

    // MARK: Two executors

    private func compare(
        _ cases: [ExecutorCase], _ warm: ExecutorScene.Outcome, with cold: ExecutorScene.Outcome
    ) throws {
        for one in cases {
            try compare(try warm.result(one), with: try cold.result(one), one, executor: warm.executor)
            checkRequests(one, warm)
            if case .timeout = one.expectedEnd { continue }
            // Whether it is asked once or three times, it is the same.
            let asked = [warm, cold].map { Set($0.requests[one.modelName, default: []]) }
            #expect(asked[0] == asked[1], "\(one.name), \(warm.executor)")
        }
    }

    /// What only warm executors know is expected of them, and no more.
    private func compare(
        _ warm: ExecutorResult, with cold: ExecutorResult, _ one: ExecutorCase, executor: String
    ) throws {
        var expected = cold
        if let wait = one.wait {
            #expect(cold.retryAfter == nil, one.comment)
            expected.retryAfter = wait
        }
        if let flaw = one.flaw {
            #expect(cold.kind == nil, one.comment)
            if executor == "shared" { (expected.kind, expected.message) = flaw }
        }
        #expect(warm.differences(from: expected) == [], "\(one.name), \(executor)")
    }

    /// What nobody watches, `shared` does not have streamed: it gives what a cold `llm` gives that is told not to stream.
    private func compareUnstreamed(_ shared: ExecutorScene.Outcome, with cold: ExecutorScene.Outcome) throws {
        for (one, whole) in zip(ExecutorTable.watched, ExecutorTable.unstreamed) {
            let result = try shared.result(one)
            var expected = try cold.result(whole)
            expected.command = result.command
            try compare(result, with: expected, whole, executor: "shared")
            checkRequests(one, shared)
        }
    }
}
