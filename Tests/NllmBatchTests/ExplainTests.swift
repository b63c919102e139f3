import Foundation
import Testing

/// `explain` states the reason for which a cell was asked, or was not.
@Suite struct ExplainTests {
    /// What a test does to a prompt between two nights, with what has to be said about it then.
    private enum Edit: String, CaseIterable {
        case nothing, text, option, file, system, assertions, id

        /// The changed parts of the request, with `#` for the prompt's number.
        var changes: [String] {
            switch self {
            case .nothing, .assertions, .id: []
            case .text: ["prompt"]
            case .option: ["option temperature"]
            case .file: ["file DIR/file#.png"]
            case .system: ["system"]
            }
        }

        /// The reason in a run that is edited.
        var reason: String {
            switch self {
            case .nothing: "kept"
            case .assertions: "assertions"
            case .id: "moved"
            default: "edited"
            }
        }
    }

    /// A file of prompts, some of them edited.
    private func write(_ edits: [Edit?], in batch: Batch) throws {
        let lines = try edits.enumerated().map { number, edit in
            let options = ["temperature": edit == .option ? 0.5 : 0.25]
            let image = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, edit == .file ? 2 : 1])
            try batch.write(image, to: "file\(number).png")
            let line: [String: Any] = [
                "id": edit == .id ? "moved\(number)" : "p\(number)",
                "prompt": edit == .text ? "new text \(number)" : "text \(number)", "options": options,
                "system": edit == .system ? "Be brief." : "Be kind.", "attachments": ["file\(number).png"],
                "assert": edit == .assertions ? "contains:new" : "contains:text",
            ]
            return String(decoding: try JSONSerialization.data(withJSONObject: line), as: UTF8.self)
        }
        try batch.write(lines.joined(separator: "\n") + "\n", to: "p.jsonl")
    }

    /// A server that lives as long as the folder in which the prompts are run.
    private struct Scene {
        let server: LoopbackServer
        let batch: Batch

        init(_ behaviours: String = #"{"m": {"llm": {"vision": true}}}"#) async throws {
            server = try await LoopbackServer(behaviours)
            batch = try Batch(userPath: server.userPath)
        }
    }

    private func run(_ batch: Batch, _ name: String, _ more: String...) async throws -> Batch.Result {
        try await batch.run(["run", "p.jsonl", "--no-check", "--run", name, "--executor", "shared"] + more)
    }

    @Test(arguments: 1...4) func theStatedReasonIsTheOneThatWasCaused(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        let edits = (Edit.allCases + [.nothing, .text]).shuffled(using: &generator)
        let scene = try await Scene()
        let batch = scene.batch
        try write(edits.map { _ in nil }, in: batch)
        try await run(batch, "edited", "-m", "m").expectSuccess()
        try await run(batch, "before", "-m", "m").expectSuccess()
        try write(edits, in: batch)
        let before = try scene.server.requests().count
        try await run(batch, "edited", "-m", "m").expectSuccess()
        try await batch.run("grade", "edited").expectSuccess()
        try await run(batch, "after", "-m", "m", "--cache", "any").expectSuccess()
        let asked = edits.count { !$0.changes.isEmpty }
        #expect(try scene.server.requests().count == before + asked)
        for (number, edit) in edits.enumerated() {
            let id = edit == .id ? "moved\(number)" : "p\(number)"
            let changes = edit.changes.map {
                $0.replacing("#", with: "\(number)").replacing("DIR", with: batch.directory)
            }
            let edited = try await ExplainedCell(batch, "edited", id)
            #expect(edited.reason == edit.reason && edited.changes == changes, "\(edit): \(edited.members)")
            let movedFrom = edit == .id ? "p\(number)" : nil
            #expect(edited.members["moved_from"] as? String == movedFrom)
            // All that was asked for the first run was there to be reused, and what changed was answered in the other.
            let after = try await ExplainedCell(batch, "after", id)
            #expect(
                after.reason == "cached" && after.line.hasSuffix("taken from the cache"), "\(edit): \(after.members)")
            #expect((after.members["cached_from"] as? [String: Any])?["prompt_id"] as? String == id || edit == .id)
        }
    }

    @Test func whatChangedSinceTheRunBefore() async throws {
        let scene = try await Scene(#"{"m": {}, "n": {}}"#)
        let batch = scene.batch
        try batch.write("{\"id\": \"a\", \"prompt\": \"What is the capital of France?\"}\n", to: "p.jsonl")
        try await run(batch, "one", "-m", "m", "--option", "temperature=0.5").expectSuccess()
        #expect(try await ExplainedCell(batch, "one", "a").reason == "new")
        try await run(batch, "two", "-m", "m", "--option", "temperature=0.5").expectSuccess()
        #expect(try await ExplainedCell(batch, "two", "a").reason == "unchanged")
        try await run(batch, "three", "-m", "m", "--option", "temperature=0.75", "--system", "Be brief.")
            .expectSuccess()
        let three = try await ExplainedCell(batch, "three", "a")
        #expect(three.reason == "edited" && three.changes == ["system", "option temperature"])
        #expect(three.line == "[m a]: asked again: its system prompt and option `temperature` changed")
        // Settings of a run are those of its last edit; what was asked before is known from its command line.
        try await run(batch, "three", "-m", "m", "--option", "temperature=1", "--system", "Be brief.").expectSuccess()
        let again = try await batch.run("explain", "three", "-p", "a").expectSuccess()
        #expect(
            again.lines.prefix(3) == [
                "[m a]: asked again: its option `temperature` changed",
                "  compared with its cell before the run was edited",
                "  option `temperature`: `0.75` → `1`",
            ])
        try await run(batch, "four", "-m", "m[temperature=0.5]", "-m", "n").expectSuccess()
        let four = try await ExplainedCell(batch, "four", "a", model: "m[temperature=0.5]")
        #expect(four.changes == ["system", "option temperature"] && four.reason == "edited")
        #expect(try await ExplainedCell(batch, "four", "a", model: "n").reason == "new")
    }

    @Test func anInterruptedCellAndARequeuedOne() async throws {
        let scene = try await Scene(#"{"m": {"until": "go"}}"#)
        let batch = scene.batch
        try batch.write("{\"id\": \"a\", \"prompt\": \"one\"}\n{\"id\": \"b\", \"prompt\": \"two\"}\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "r").expectSuccess()
        #expect(try await ExplainedCell(batch, "r", "a").reason == "no_worker")
        let worker = try await batch.start("work", "r", "--executor", "shared", "--grace", "0", "-j", "1")
        try await eventually("a cell runs") { try scene.server.requests().count == 1 }
        #expect(try await ExplainedCell(batch, "r", "a").reason == "running")
        worker.signal(SIGTERM)
        _ = try await worker.result()
        let interrupted = try await ExplainedCell(batch, "r", "a")
        #expect(interrupted.reason == "interrupted")
        #expect(interrupted.line == "[m a]: interrupted: not answered yet; it goes first")
        #expect(try await ExplainedCell(batch, "r", "b").reason == "no_worker")
        try await batch.run("pause", "r").expectSuccess()
        #expect(try await ExplainedCell(batch, "r", "b").reason == "run_paused")
        try await batch.run("resume", "r").expectSuccess()
        try scene.server.release()
        try await batch.run("work", "r", "--executor", "shared").expectSuccess()
        #expect(try await ExplainedCell(batch, "r", "a").line == "[m a]: asked again: it was interrupted")
        #expect(try await ExplainedCell(batch, "r", "b").reason == "new")
        try await batch.run("retry", "r", "--all", "-p", "b").expectSuccess()
        #expect(try await ExplainedCell(batch, "r", "b").reason == "requeued")
        try await batch.run("work", "r", "--executor", "shared").expectSuccess()
        let requeued = try await ExplainedCell(batch, "r", "b")
        #expect(requeued.line == "[m b]: asked again: it was put back by `retry`")
        try await batch.run("retry", "r", "--all").expectSuccess()
        try await batch.run("cancel", "r", "-p", "b").expectSuccess()
        #expect(try await ExplainedCell(batch, "r", "b").reason == "cancelled")
        // An edit removes one of the prompts.
        try batch.write("{\"id\": \"a\", \"prompt\": \"one\"}\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "r").expectSuccess()
        #expect(try await ExplainedCell(batch, "r", "b").reason == "removed")
    }

    @Test func aCellOfABrokenModelAndOneBeyondTheBudget() async throws {
        let scene = try await Scene(#"{"broken": {"fail": {"status": 401}}, "m": {}}"#)
        let batch = scene.batch
        try batch.write((1...9).map { "{\"id\": \"p\($0)\", \"prompt\": \"\($0)\"}\n" }.joined(), to: "p.jsonl")
        #expect(try await run(batch, "r", "-m", "broken", "-m", "m", "-j", "1").code == 1)
        let broken = try await ExplainedCell(batch, "r", "p9", model: "broken")
        #expect(broken.reason == "model_paused" && broken.line == "[broken p9]: skipped: its model is paused")
        #expect((broken.members["waits_for"] as? [String: Any])?["for"] as? String == "auth")
        let failed = try await ExplainedCell(batch, "r", "p1", model: "broken")
        #expect(failed.reason == "failed" && failed.line.hasSuffix(": failed: auth"))
        try await scene.server.change(#"{"broken": {}, "m": {}}"#)
        try await batch.run("work", "r", "--executor", "shared").expectSuccess()
        let mended = try await ExplainedCell(batch, "r", "p1", model: "broken")
        #expect(mended.line.hasSuffix("asked again: it was put back after a failure (auth)"))

        let limited = try await run(batch, "s", "-m", "m", "--max-tokens-total", "10", "-j", "1")
        #expect(limited.code == 1)
        let skipped = try await ExplainedCell(batch, "s", "p9")
        #expect(skipped.reason == "budget" && skipped.line == "[m p9]: skipped: the budget is used up")
    }

    @Test func whatCannotBeExplainedIsNamed() async throws {
        let scene = try await Scene()
        let batch = scene.batch
        try batch.write("{\"id\": \"alpha\", \"prompt\": \"one\"}\n", to: "p.jsonl")
        try await run(batch, "r", "-m", "m").expectSuccess()
        try await batch.refuses(
            "explain", "r", "--prompt", "alpa", code: 64,
            error: "error: run `r` has no prompt `alpa`; did you mean `alpha`?")
        try await batch.refuses(
            "explain", "r", "--prompt", "alpha", "--sample", "2", code: 64,
            error: "error: run `r` has no sample 2 of prompt `alpha` for any model")
        #expect(try await batch.run("explain", "x", "--prompt", "alpha").code == 66)
        let none = try await batch.run("explain", "r")
        #expect(none.code == 64 && none.err.contains("name a prompt with --prompt ID"))
    }
}
