import Foundation
import Testing

/// The database's file is taken away from under a worker: it stops, and all answers are kept for whichever database
/// holds the run.
///
/// `NLLM_BATCH_SOAK=1` makes it long.
@Suite struct LostDatabaseTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"
    private static let cells = 16

    /// What happens to the database.
    enum Loss: CaseIterable {
        case removed, replacedByNothing, replacedByAnother, folderMoved, folderRemoved, replacedByACopy
    }

    private static let losses: [(Loss, String)] =
        isLong
        ? Loss.allCases.flatMap { loss in ["process", "fork", "shared"].map { (loss, $0) } }
        : [(.removed, "shared"), (.replacedByAnother, "process"), (.folderMoved, "fork"), (.replacedByACopy, "shared")]

    /// Prompts of which the first get their answers at once, and the others when the server releases them.
    private func scene(cells: Int, atOnce count: Int) async throws -> (Batch, LoopbackServer) {
        let server = try await LoopbackServer(#"{"good": {}, "held": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        let lines = (1...cells).map { number in
            #"{"prompt": "prompt \#(number)", "models": ["\#(number > count ? "held" : "good")"]}"# + "\n"
        }
        try batch.write(lines.joined(), to: "p.jsonl")
        return (batch, server)
    }

    private static let enqueue = ["enqueue", "p.jsonl", "--no-check", "-m", "good", "-m", "held", "--run", "r"]

    @Test(arguments: losses)
    func aDatabaseThatIsTakenAwayEndsTheWorkAndLosesNoAnswer(loss: Loss, executor: String) async throws {
        let (batch, server) = try await scene(cells: Self.cells, atOnce: 2)
        try batch.write("\"another\"\n", to: "other.jsonl")
        try await batch.run(Self.enqueue + ["-o", "out", "--db", "data/batch.db"]).expectSuccess()
        try FileManager.default.copyItem(atPath: path(batch, "data/batch.db"), toPath: path(batch, "backup.db"))
        let other = ["enqueue", "other.jsonl", "-m", "good", "--run", "r", "-o", "out2", "--db", "other.db"]
        try await batch.run(other).expectSuccess()

        let worker = try await batch.start(
            "work", "-j", "4", "--executor", executor, "--db", "data/batch.db", "--grace", "0")
        try await eventually("some answers are recorded, and others are awaited") {
            let recorded = try batch.query("SELECT count(*) FROM cells WHERE status = 'ok'", database: "data/batch.db")
            return try recorded == [["2"]] && server.requests().count >= 2 + 2
        }
        try lose(loss, batch)
        let time = Date().timeIntervalSince1970
        try server.release()
        let result = try await worker.result()
        #expect(result.code == 74, "\(result.err)")
        #expect(result.out == "")
        let error = try #require(result.err.split(separator: "\n").last)
        #expect(
            error.hasPrefix(
                "error: database \(path(batch, "data/batch.db")) was moved, removed or replaced while it was in use: "))
        for file in batch.rescueFiles where !file.hasPrefix("elsewhere") {
            #expect(error.contains(path(batch, file)), "\(error)")
        }
        let asked = try server.requests()
        // Only what was in flight; an `llm` that had just been started asks somewhat later.
        #expect(asked.filter { $0.time > time }.count <= 8)
        #expect(asked.count < Self.cells)

        // A copy from before the work is put back, and nothing that was answered is asked again.
        if loss != .folderMoved { try restore(batch) }
        let database = loss == .folderMoved ? "elsewhere/batch.db" : "data/batch.db"
        try await finish(batch, server, executor: executor, database: database, note: "\(result.err)")
    }

    private func restore(_ batch: Batch) throws {
        try? FileManager.default.removeItem(atPath: path(batch, "data/batch.db"))
        try FileManager.default.createDirectory(atPath: path(batch, "data"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: path(batch, "backup.db"), toPath: path(batch, "data/batch.db"))
    }

    /// Works on what is left, and expects that every prompt was asked and recorded once.
    private func finish(
        _ batch: Batch, _ server: LoopbackServer, executor: String, database: String, note: Comment
    ) async throws {
        let again = try await batch.run("work", "-j", "4", "--executor", executor, "--db", database).expectSuccess()
        #expect(again.err.contains("that an earlier worker could not record, recorded now"), "\(again.err)")
        let requests = try server.requestsByPrompt()
        #expect(requests.filter { $0.value != 1 } == [:], "\(note)\(again.err)")
        #expect(requests.count == Self.cells)
        let lines = try batch.jsonLines("out/r/results.jsonl")
        #expect(lines.count == Self.cells)
        #expect(lines.allSatisfy { $0["status"] as? String == "ok" && $0["attempts"] as? Int == 1 })
        #expect(try batch.query("PRAGMA integrity_check", database: database) == [["ok"]])
        #expect(batch.rescueFiles == [])
    }

    /// A run of the same name that asks the same is another one, unless it stands in the place of the first.
    @Test(arguments: [true, false])
    func answersGoToTheirOwnRunAlone(isInItsPlace: Bool) async throws {
        let (batch, server) = try await scene(cells: 8, atOnce: 0)
        func enqueue(_ folder: String) async throws {
            try await batch.run(Self.enqueue + ["--db", folder + "/batch.db", "-o", folder + "/out"]).expectSuccess()
        }
        try await enqueue("data")
        try FileManager.default.copyItem(atPath: path(batch, "data/batch.db"), toPath: path(batch, "backup.db"))
        let worker = try await batch.start("work", "-j", "2", "--executor", "shared", "--db", "data/batch.db")
        try await eventually("requests are under way") { try server.requests().count >= 2 }
        try lose(.folderRemoved, batch)
        try server.release()
        #expect(try await worker.result().code == 74)
        let asked = try server.requests().count

        let folder = isInItsPlace ? "data" : "elsewhere"
        try await enqueue(folder)
        let other = try await batch.run("work", "--executor", "shared", "--db", folder + "/batch.db").expectSuccess()
        #expect(other.err.contains("could not record, recorded now") == isInItsPlace, "\(other.err)")
        #expect(try server.requests().count == (isInItsPlace ? 8 : asked + 8))
        guard !isInItsPlace else { return }
        try restore(batch)
        try await batch.run("work", "--executor", "shared", "--db", "data/batch.db").expectSuccess()
        #expect(try server.requests().count == 8 + 8)
    }

    private func path(_ batch: Batch, _ name: String) -> String { batch.directory + "/" + name }

    private func lose(_ loss: Loss, _ batch: Batch) throws {
        let manager = FileManager.default
        switch loss {
        case .removed: try manager.removeItem(atPath: path(batch, "data/batch.db"))
        case .folderMoved: try manager.moveItem(atPath: path(batch, "data"), toPath: path(batch, "elsewhere"))
        case .folderRemoved: try manager.removeItem(atPath: path(batch, "data"))
        case .replacedByNothing: try replace(with: Data(), batch)
        case .replacedByAnother: try replace(with: batch.read("other.db"), batch)
        case .replacedByACopy: try replace(with: batch.read("backup.db"), batch)
        }
    }

    private func replace(with data: Data, _ batch: Batch) throws {
        try batch.write(data, to: "new.db")
        #expect(rename(path(batch, "new.db"), path(batch, "data/batch.db")) == 0)
    }

    // MARK: Damaged

    /// The bytes of the file that is open are overwritten.
    @Test func aDatabaseThatIsDamagedEndsTheWorkAndItsAnswersAreKept() async throws {
        let (batch, server) = try await scene(cells: Self.cells, atOnce: 0)
        try await batch.run(Self.enqueue).expectSuccess()
        let file = path(batch, "nllm-runs/batch.db")
        try FileManager.default.copyItem(atPath: file, toPath: path(batch, "backup.db"))
        let worker = try await batch.start("work", "-j", "4", "--executor", "shared")
        try await eventually("requests are under way") { try server.requests().count == 4 }
        // What is read next is neither in memory nor in the log: SQLite's own files are emptied as well.
        for name in [file, file + "-wal", file + "-shm"] {
            let handle = try FileHandle(forWritingTo: URL(filePath: name))
            let size = try handle.seekToEnd()
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data(repeating: 0x5A, count: Int(size)))
            try handle.close()
        }
        try server.release()
        let result = try await worker.result()
        #expect(result.code == 74, "\(result.err)")
        let error = try #require(result.err.split(separator: "\n").last)
        #expect(error.contains(" kept in \(file).rescue-"), "\(error)")
        let kept = try batch.rescuedPrompts().count
        #expect(kept > 0)

        for name in [file, file + "-wal", file + "-shm"] { try? FileManager.default.removeItem(atPath: name) }
        try FileManager.default.copyItem(atPath: path(batch, "backup.db"), toPath: file)
        let before = try server.requests().count
        let again = try await batch.run("work", "-j", "4", "--executor", "shared").expectSuccess()
        #expect(again.err.contains("\(kept) answers that an earlier worker could not record, recorded now"))
        #expect(try server.requests().count == before + Self.cells - kept)
        #expect(batch.rescueFiles == [])
    }

    /// What SQLite keeps beside the file may go without harm.
    @Test func aLogThatIsRemovedAloneChangesNothing() async throws {
        let (batch, server) = try await scene(cells: 30, atOnce: 6)
        try await batch.run(Self.enqueue).expectSuccess()
        let worker = try await batch.start("work", "-j", "2", "--executor", "shared")
        try await eventually("requests are under way") { try server.requests().count == 6 + 2 }
        for name in ["-wal", "-shm"] {
            try FileManager.default.removeItem(atPath: path(batch, "nllm-runs/batch.db" + name))
        }
        try server.release()
        try await worker.result().expectSuccess()
        let requests = try server.requestsByPrompt()
        #expect(requests.count == 30 && requests.values.allSatisfy { $0 == 1 })
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").count == 30)
    }
}
