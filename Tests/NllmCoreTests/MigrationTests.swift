import Foundation
import Testing

@testable import NllmCore

/// Databases of earlier versions are brought up to date with all that they hold.
@Suite struct MigrationTests {
    private let scratch = ScratchFolder()
    private var folder: String { scratch.path }

    private var fixtures: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"
    }

    /// A copy of a fixture, which may be changed.
    private func copy(_ name: String) throws -> String {
        let copy = folder + "/" + AbsolutePath.name(name)
        try FileManager.default.copyItem(atPath: "\(fixtures)/\(name)", toPath: copy)
        return copy
    }

    @Test func aPausedModelStaysPausedWithItsReason() async throws {
        let store = try Store(path: try copy("paused-model-0004.db"))
        #expect(try await store.verify() == [])
        let run = try await store.run("old")
        let progress = try await store.progress(of: run)
        #expect(progress.models.map(\.label) == ["broken", "good", "slow"])
        #expect(progress.counts[.ok] == 5)
        #expect(progress.counts[.pending] == 7)
        guard case .pause(let pause)? = progress.models[0].wait?.reason else {
            Issue.record("not paused: \(progress.models[0])")
            return
        }
        #expect(pause.kind == .auth)
        #expect(pause.message == "Error code: 401 - Incorrect API key provided")
        #expect(pause.at == Date(milliseconds: 1_795_798_583_672))
        let rows = try await store.pauses()
        #expect(rows == ["1 auth 1", "2 - 0", "3 - 0"])
        // All that the database checked before it still does.
        #expect(await store.refuses("UPDATE models SET probe = 1 WHERE id = 2"))
        #expect(await store.refuses("UPDATE models SET paused_kind = 'quota' WHERE id = 2"))
        #expect(await store.refuses("UPDATE models SET paused_kind = 'tired' WHERE id = 1"))
        #expect(await store.refuses("UPDATE models SET run_id = 99 WHERE id = 1"))
        #expect(await !store.refuses("UPDATE models SET paused_kind = 'rate_limited' WHERE id = 1"))
    }

    @Test func whatAnEarlierVersionHasPausedIsTakenUp() async throws {
        let store = try Store(path: try copy("paused-model-0004.db"))
        let run = try await store.run("old")
        #expect(try await store.resume(run).models == ["broken"])
        #expect(try await store.progress(of: run).counts[.pending] == 10)
    }

    private static let databases = ["0004-limits", "0007-files", "0008-failure-kinds"].flatMap { version in
        ["finished", "interrupted", "files"].map { "\(version)/\($0)/nllm-runs/batch.db" }
    }

    @Test(arguments: databases) func kindsOfFailuresStandInATable(database: String) async throws {
        let path = try copy(database)
        let store = try Store(path: path)
        #expect(try await store.verify() == [])
        #expect(await store.refuses("UPDATE attempts SET failure_kind = 'tired', failure_message = 'zzz'"))
        #expect(await store.refuses("UPDATE models SET paused_kind = 'tired', paused_message = 'zzz', paused_at = 1"))
        #expect(await !store.refuses("INSERT INTO failure_kinds (name) VALUES ('tired')"))
        #expect(await !store.refuses("UPDATE attempts SET failure_kind = 'tired' WHERE failure_kind IS NOT NULL"))
        #expect(await store.refuses("UPDATE attempts SET failure_kind = NULL WHERE failure_kind IS NOT NULL"))
        #expect(try await store.verify() == [])
    }

    @Test(arguments: databases) func checksCompareAndAcceptTheSameValues(database: String) async throws {
        let store = try Store(path: try copy(database))
        let lists = try await store.tablesWithLists()
        // A list of two values costs nothing.
        #expect(lists == ["cells"])
        #expect(await store.refuses("UPDATE cells SET status = 'tired'"))
        #expect(await store.refuses("UPDATE cells SET attempt_id = NULL WHERE status = 'ok'"))
        #expect(await store.refuses("UPDATE cells SET status = 'pending' WHERE attempt_id IS NOT NULL"))
        #expect(await store.refuses("UPDATE attempts SET outcome = 'tired'"))
        #expect(await !store.refuses("UPDATE attempts SET outcome = 'timeout'"))
        #expect(await !store.refuses("UPDATE cells SET status = 'timeout' WHERE attempt_id IS NOT NULL"))
    }

    @Test func aNewKindOfFailureNeedsNoMigration() async throws {
        let path = try copy("0007-files/files/nllm-runs/batch.db")
        let older = try Store(path: path)
        #expect(await !older.refuses("DELETE FROM failure_kinds WHERE name = 'filtered'"))
        let store = try Store(path: path)
        #expect(
            await !store.refuses("UPDATE attempts SET failure_kind = 'filtered' WHERE failure_kind IS NOT NULL"))
    }

    @Test func aWorkerOfAnOlderVersionIsWaitedFor() async throws {
        let path = try copy("0007-files/finished/nllm-runs/batch.db")
        let identity = WorkerIdentity.current()
        func register(processStarted: String) throws {
            let older = try SQLiteConnection(path: path, access: .readWrite)
            try older.run(
                """
                INSERT INTO workers (mark, host, boot, pid, process_started, registered_at, heartbeat_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, identity.mark + processStarted, identity.host, identity.boot, identity.pid, processStarted, Date(),
                Date())
        }
        // One that is gone is in nobody's way.
        try register(processStarted: "long ago")
        try register(processStarted: identity.processStarted)
        let before = try Data(contentsOf: URL(filePath: path))
        #expect(throws: NllmError.olderWorker(database: path, pid: identity.pid)) {
            try Store(path: path, patience: .milliseconds(250))
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        let older = try SQLiteConnection(path: path, access: .readWrite)
        try older.run("UPDATE workers SET ended_at = ?", Date())
        #expect(try await Store(path: path, patience: .zero).verify() == [])
        // Once it is up to date, workers of the same version are in nobody's way.
        try register(processStarted: identity.processStarted + " ")
        _ = try Store(path: path, patience: .zero)
    }
}

extension Store {
    /// The hot tables whose checks contain lists of values.
    fileprivate func tablesWithLists() throws -> [String] {
        try database.rows(
            "SELECT name FROM sqlite_schema WHERE name IN ('cells', 'attempts') AND sql LIKE '% IN (''%'"
        ) { try $0.text("name") }
    }

    fileprivate func pauses() throws -> [String] {
        try database.rows("SELECT id, paused_kind, probe FROM models ORDER BY id") { row in
            "\(try row.int("id")) \(try row.optionalText("paused_kind") ?? "-") \(try row.int("probe"))"
        }
    }

    fileprivate func refuses(_ sql: String) -> Bool { (try? database.execute(sql)) == nil }
}
