import Foundation
import Testing

@testable import NllmCore

/// What a worker writes while a run grows, and what the folder holds in the end.
@Suite struct ArtifactWriterTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }
    private let start = Date(timeIntervalSince1970: 1_000_000)

    /// A store with a run of that many prompts on two models.
    private func store(prompts: Int) async throws -> (Store, Run) {
        try await scratch.enqueue(prompts: prompts, models: ["m", "n"])
    }

    /// Records all cells, the last ones first, with answers of one length, and appends them in two groups.
    private func answerAll(_ run: Run, in store: Store, _ writer: ArtifactWriter) async throws {
        let worker = try await store.register(.current(), now: start)
        let claims = try await store.claim(worker: worker, run: run.id, limit: 100, now: start).claims
        try await writer.prepare(run: run.id)
        let reports = claims.reversed().map { claim in
            let execution = Execution(
                end: .exited(code: 0), stdout: Array("answer \(10 + claim.cellID.number)".utf8), startedAt: start,
                finishedAt: start + 1)
            let outcome = Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false)
            return Report(claim: claim, outcome: outcome, command: ["llm"])
        }
        for group in [reports.prefix(3), reports.dropFirst(3)] {
            let recorded = try await store.record(Array(group), now: start + 1)
            try await writer.append(run: run.id, attempts: recorded.results[run.id] ?? [])
        }
    }

    private func lines(_ run: Run) throws -> [String] {
        try String(contentsOfFile: run.folder + "/results.jsonl", encoding: .utf8).split(separator: "\n").map(
            String.init)
    }

    /// The lines as they are made from the database.
    private func exported(_ run: Run, from store: Store) async throws -> [String] {
        try await ArtifactWriter(store: store).export(run: run.id)
        return try lines(run)
    }

    @Test func linesAreCopiedIntoTheirOrder() async throws {
        let (store, run) = try await store(prompts: 4)
        let writer = ArtifactWriter(store: store)
        try await answerAll(run, in: store, writer)
        let grown = try lines(run)
        try await writer.finish(run: run.id)
        let finished = try lines(run)
        #expect(finished != grown)
        #expect(finished.sorted() == grown.sorted())
        #expect(try await finished == exported(run, from: store))
    }

    @Test(arguments: ["reversed", "replaced", "emptied", "removed"])
    func aFileThatSomeoneHasChangedIsMadeAnew(change: String) async throws {
        let (store, run) = try await store(prompts: 4)
        let writer = ArtifactWriter(store: store)
        try await answerAll(run, in: store, writer)
        let path = run.folder + "/results.jsonl"
        let grown = try lines(run)
        // All lines are equally long, so that each place still holds a line.
        #expect(Set(grown.map(\.utf8.count)).count == 1)
        switch change {
        case "reversed":
            let file = try #require(FileHandle(forWritingAtPath: path))
            file.write(Data(grown.reversed().map { $0 + "\n" }.joined().utf8))
            try file.close()
        case "replaced": try Data(grown.reversed().map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
        case "emptied": try Data().write(to: URL(filePath: path))
        default: try FileManager.default.removeItem(atPath: path)
        }
        try await writer.finish(run: run.id)
        let finished = try lines(run)
        #expect(finished.count == 8)
        #expect(try await finished == exported(run, from: store))
    }

    @Test func filesOfCellsAreWrittenOnlyIfTheyAreWanted() async throws {
        var settings = RunSettings.Given()
        settings.files = .jsonl
        let (store, run) = try await scratch.enqueue(prompts: 2, models: ["m", "n"], settings: settings)
        let writer = ArtifactWriter(store: store)
        try await answerAll(run, in: store, writer)
        try await writer.finish(run: run.id)
        #expect(try lines(run).count == 4)
        let names = try FileManager.default.contentsOfDirectory(atPath: run.folder)
        #expect(names.sorted() == ["manifest.json", "results.jsonl"])
    }
}
