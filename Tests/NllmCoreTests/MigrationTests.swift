import Foundation
import Testing

@testable import NllmCore

/// Databases of earlier versions are brought up to date with all that they hold.
@Suite struct MigrationTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-migration-" + UUID().uuidString

    private var fixtures: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"
    }

    /// A copy of a fixture, which may be changed.
    private func copy(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(fixtures)/\(name)", toPath: "\(folder)/\(name)")
        return "\(folder)/\(name)"
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    @Test func aPausedModelStaysPausedWithItsReason() async throws {
        defer { remove() }
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
        defer { remove() }
        let store = try Store(path: try copy("paused-model-0004.db"))
        let run = try await store.run("old")
        #expect(try await store.resume(run).models == ["broken"])
        #expect(try await store.progress(of: run).counts[.pending] == 10)
    }
}

extension Store {
    fileprivate func pauses() throws -> [String] {
        try database.rows("SELECT id, paused_kind, probe FROM models ORDER BY id") { row in
            "\(try row.int("id")) \(try row.optionalText("paused_kind") ?? "-") \(try row.int("probe"))"
        }
    }

    fileprivate func refuses(_ sql: String) -> Bool { (try? database.execute(sql)) == nil }
}
