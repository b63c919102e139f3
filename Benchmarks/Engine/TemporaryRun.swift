internal import Foundation
internal import NllmCore

/// Runs with some number of cells in a database and folder that are removed after measuring.
struct TemporaryRun {
    private static let concurrency = 64
    /// The number of claims that are timed individually.
    private static let singleClaims = 200
    /// The store alone takes no longer per cell in a larger part of a run.
    private static let mostStored = 100_000

    let folder: String
    let cells: Int
    let models: Int

    private var source: String { folder + "/prompts.jsonl" }
    private var database: String { folder + "/batch.db" }

    /// Creates the prompts, and removes everything when `body` returns.
    static func with(cells: Int, models: Int, _ body: (TemporaryRun) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-engine-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = TemporaryRun(folder: folder, cells: cells, models: models)
        try run.writePrompts()
        try body(run)
    }

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

    /// Runs a step in a process of its own and returns its figures.
    func figures(of step: Step) throws -> String {
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = ["--step", step.rawValue, "--folder", folder, "--models", String(models), String(cells)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw NllmError.inputOutput(what: "step \(step.rawValue)", reason: "it failed")
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Takes the figures of a step and prints them.
    func perform(_ step: Step) async throws {
        switch step {
        case .enqueue:
            let (_, cost) = try await Cost.of { try await enqueue("store") }
            print(step, cells, cost)
            try printRaw(step, cells) { try $0.cells(cells) }
        case .prepare:
            try await enqueue("all")
            try await enqueue("jsonl", .jsonl)
        case .store: try await measureStore()
        case .worker: try await work("all", step)
        case .jsonl: try await work("jsonl", step)
        case .status:
            let cost = try await Cost.of {
                let store = try Store(path: database)
                _ = try await store.progress(of: try await store.run("all"))
            }.1
            printFigure("status \(cells), ms", cost.wall * 1e3)
            printMemory(step)
        case .export:
            let store = try Store(path: database)
            let run = try await store.run("all")
            print(step, cells, try await Cost.of { try await Exporter(store: store).export(run) }.1)
        }
    }

    // MARK: The steps

    private func enqueue(_ name: String, _ files: ArtifactFiles = .all) async throws {
        var request = EnqueueRequest(sources: [try PromptSource(source)], configuration: Configuration())
        request.models = (1...models).map { "model-\($0)" }
        request.settings.outdir = folder
        request.settings.files = files
        request.target = .named(name)
        _ = try await Enqueuer(databasePath: database).enqueue(request)
    }

    /// Claims and records in groups as a worker does; one group is judged while another is recorded.
    private func measureStore() async throws {
        let store = try Store(path: database)
        let run = try await store.run("store")
        let worker = try await store.register(.current(), now: Date())
        var walls: [Double] = []
        for _ in 0..<min(Self.singleClaims, cells) {
            walls.append(
                try await Cost.of { try await store.claim(worker: worker, run: run.id, limit: 1, now: Date()) }.1.wall)
        }
        try await store.unregister(worker: worker, now: Date())
        printFigure("claim \(cells), us", walls.sorted()[walls.count / 2] * 1e6)
        let recorder = try await store.register(.current(), now: Date())
        let (count, cost) = try await Cost.of {
            try await withThrowingTaskGroup(of: Int.self) { lanes in
                for _ in 0..<2 { lanes.addTask { try await self.recordGroups(store, run, recorder) } }
                return try await lanes.reduce(0, +)
            }
        }
        print(.store, count, cost)
        try printRaw(.store, count) { try $0.outcomes(count, group: Self.concurrency) }
    }

    private func recordGroups(_ store: Store, _ run: Run, _ worker: WorkerID) async throws -> Int {
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

    /// Lets a worker execute a whole run, from its first claim to its last artifact.
    private func work(_ run: String, _ step: Step) async throws {
        var options = WorkOptions()
        options.runs = [run]
        options.concurrency = Self.concurrency
        let worker = Worker(
            store: try Store(path: database), executor: InstantExecutor(), options: options, identity: .current())
        let (summary, cost) = try await Cost.of { try await worker.run(shutdown: Shutdown()) }
        let count = max(1, cells / models) * models
        guard summary.runs.first?.counts[.ok] == count else {
            throw NllmError.inputOutput(what: "run \(run)", reason: "not every cell is ok")
        }
        print(step, count, cost)
        try printRaw(step, count) { try $0.outcomes(count, group: Self.concurrency) }
    }

    // MARK: Printing

    private func print(_ step: Step, _ count: Int, _ cost: Cost) {
        printFigure("\(step) \(cells), cells/s", Double(count) / cost.wall)
        printFigure("\(step) \(cells), CPU us a cell", cost.cpu / Double(count) * 1e6)
        printMemory(step)
    }

    private func printMemory(_ step: Step) { printFigure("\(step) \(cells), MB", ProcessUsage().peakMemory) }

    /// Prints how fast SQLite takes the same rows.
    private func printRaw(_ step: Step, _ count: Int, _ body: (RawInsert) throws -> Void) throws {
        let path = folder + "/raw.db"
        defer { for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) } }
        let raw = try RawInsert(path: path)
        defer { raw.close() }
        let start = ContinuousClock().now
        try body(raw)
        let seconds = (ContinuousClock().now - start) / .seconds(1)
        printFigure("raw insert for \(step) \(cells), cells/s", Double(count) / seconds)
    }

    private func printFigure(_ name: String, _ value: Double) { Swift.print("\(name)  \(value)") }
}
