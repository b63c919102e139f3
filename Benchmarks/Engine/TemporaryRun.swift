internal import Foundation
internal import NllmCore

/// Runs with some number of cells in a database and folder that are removed after measuring.
struct TemporaryRun {
    private static let concurrency = 64
    /// The number of claims that are timed individually.
    private static let singleClaims = 200
    /// The store alone takes no longer per cell in a larger part of a run.
    private static let mostStored = 100_000

    private let folder: String
    private let cells: Int
    private let models: Int

    /// Creates the prompts, and removes everything when `body` returns.
    static func with(cells: Int, models: Int, _ body: (TemporaryRun) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-engine-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = TemporaryRun(folder: folder, cells: cells, models: models)
        try run.writePrompts()
        try await body(run)
    }

    private var source: String { folder + "/prompts.jsonl" }
    private var database: String { folder + "/batch.db" }

    private func writePrompts() throws {
        try Data().write(to: URL(filePath: source))
        let file = try FileHandle(forWritingTo: URL(filePath: source))
        defer { try? file.close() }
        for start in stride(from: 0, to: max(1, cells / models), by: 10_000) {
            let lines = (start..<min(start + 10_000, max(1, cells / models))).map {
                "{\"prompt\": \"Why is the sky blue? Answer in a few sentences, as to child number \($0).\"}\n"
            }
            try file.write(contentsOf: Data(lines.joined().utf8))
        }
    }

    /// Takes all figures of this size.
    func measure(into figures: inout Figures) async throws {
        try await measureStore(&figures)
        try await work(&figures)
    }

    private func measureStore(_ figures: inout Figures) async throws {
        let (store, run) = try await enqueue(&figures)
        try await claim(store, run, &figures)
        try await record(store, run, &figures)
    }

    // MARK: The figures

    private func enqueue(_ figures: inout Figures) async throws -> (Store, Run) {
        let (result, cost) = try await Cost.of { try await enqueueOnce() }
        add("enqueue", result.cells, cost, &figures)
        return (result.store, result.run)
    }

    private func enqueueOnce() async throws -> (store: Store, run: Run, cells: Int) {
        var request = EnqueueRequest(sources: [try PromptSource(source)], configuration: Configuration())
        request.models = (1...models).map { "model-\($0)" }
        request.settings.outdir = folder
        let (report, store) = try await Enqueuer(databasePath: database).enqueue(request)
        return (store, try await store.run(report.run), report.cells)
    }

    /// The median of claims of one cell, each in its own transaction.
    private func claim(_ store: Store, _ run: Run, _ figures: inout Figures) async throws {
        let worker = try await store.register(.current(), now: Date())
        var walls: [Double] = []
        for _ in 0..<min(Self.singleClaims, cells) {
            walls.append(
                try await Cost.of { try await store.claim(worker: worker, run: run.id, limit: 1, now: Date()) }.1.wall)
        }
        try await store.unregister(worker: worker, now: Date())
        figures.add("claim \(cells), us", walls.sorted()[walls.count / 2] * 1e6)
    }

    /// Claims and records in groups as a worker does, without artifacts; one group is judged while another is recorded.
    private func record(_ store: Store, _ run: Run, _ figures: inout Figures) async throws {
        let worker = try await store.register(.current(), now: Date())
        let (count, cost) = try await Cost.of {
            try await withThrowingTaskGroup(of: Int.self) { lanes in
                for _ in 0..<2 { lanes.addTask { try await self.recordGroups(store, run, worker) } }
                return try await lanes.reduce(0, +)
            }
        }
        try await store.unregister(worker: worker, now: Date())
        add("store", count, cost, &figures)
    }

    private func recordGroups(_ store: Store, _ run: Run, _ worker: Int64) async throws -> Int {
        var count = 0
        while count < Self.mostStored / 2 {
            let claims = try await store.claim(worker: worker, run: run.id, limit: Self.concurrency, now: Date()).claims
            guard !claims.isEmpty else { break }
            var reports: [Report] = []
            for claim in claims {
                let cell = CellExecution(claim, options: WorkOptions())
                reports.append(await cell.report(on: InstantExecutor.execution()))
            }
            _ = try await store.record(reports, now: Date())
            count += claims.count
        }
        return count
    }

    /// Lets a worker execute another run of the same size, from its first claim to its last artifact.
    private func work(_ figures: inout Figures) async throws {
        let (store, run, count) = try await enqueueOnce()
        var options = WorkOptions()
        options.runs = [run.name]
        options.concurrency = Self.concurrency
        let worker = Worker(
            store: store, executor: InstantExecutor(), options: options, identity: .current())
        let (summary, cost) = try await Cost.of { try await worker.run(shutdown: Shutdown()) }
        guard summary.runs.first?.counts[.ok] == count else {
            throw NllmError.inputOutput(what: "run \(run.name)", reason: "not every cell is ok")
        }
        add("worker", count, cost, &figures)
        let status = try await Cost.of { try await Store(path: database).progress(of: run) }.1
        figures.add("status \(cells), ms", status.wall * 1e3)
        let export = try await Cost.of { try await Exporter(store: store).export(run) }.1
        figures.add("export \(cells), cells/s", Double(count) / export.wall)
        figures.add("peak memory \(cells), MB", ProcessUsage().peakMemory)
    }

    private func add(_ name: String, _ count: Int, _ cost: Cost, _ figures: inout Figures) {
        figures.add("\(name) \(cells), cells/s", Double(count) / cost.wall)
        figures.add("\(name) \(cells), CPU us a cell", cost.cpu / Double(count) * 1e6)
    }
}
