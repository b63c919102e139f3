import Foundation
import Testing

@testable import NllmCore

/// What an installed `llm` would do to its log is known without running it.
@Suite struct LLMMigrationsTests {
    private let scratch = ScratchFolder()
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func onlyMarkedFunctionsAreMigrations() {
        let source = """
            MIGRATIONS = []
            def migrate(db):
                pass

            @migration
            def m001_initial(db):
                def inner(x):
                    pass

            @other
            def helper(db):
                pass
            @migration
            def m002_more(db): pass
            """
        #expect(LLMMigrations(source: source)?.names == ["m001_initial", "m002_more"])
        #expect(LLMMigrations(source: "def migrate(db):\n    pass\n") == nil)
    }

    @Test func thoseOfTheRealLLMAreRecordedInALogThatItHasMade() async throws {
        let program = LLMProgram(path: Self.root.appending(path: ".venv/bin/llm").path)
        let migrations = try #require(LLMMigrations(of: program))
        #expect(migrations.names.count > 10)
        #expect(await program.installedVersion == (try program.version()))

        let folder = scratch.path
        let log = folder + "/logs.db"
        #expect(!migrations.areRecorded(in: log))
        let llm = Process()
        llm.executableURL = URL(filePath: program.path)
        llm.arguments = ["fragments", "list"]
        llm.environment = ProcessInfo.processInfo.environment.merging(["LLM_USER_PATH": folder]) { $1 }
        llm.standardOutput = FileHandle.nullDevice
        try llm.run()
        llm.waitUntilExit()
        #expect(migrations.areRecorded(in: log))
        // One that an earlier version has made, or that was half migrated when it was killed.
        let database = try SQLiteConnection(path: log, access: .readWrite)
        try database.run("DELETE FROM _llm_migrations WHERE name = ?", migrations.names.sorted().last)
        #expect(!migrations.areRecorded(in: log))
        try Data("no database".utf8).write(to: URL(filePath: log))
        #expect(!migrations.areRecorded(in: log))
        // Nobody writes into it: who opened it would wait for ever.
        #expect(unlink(log) == 0 && mkfifo(log, 0o600) == 0)
        #expect(!migrations.areRecorded(in: log))
        #expect(!LLMLogLookup(path: log).hasSchema("x"))
    }
}
