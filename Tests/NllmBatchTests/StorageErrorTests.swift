import Foundation
import Testing

/// Databases and disks that are not as they should be: one clear line, and nothing is lost or half-written.
@Suite struct StorageErrorTests {
    // MARK: An existing database

    @Test func anExistingRunIsLeftAsItWasByABadEnqueue() async throws {
        let batch = try Batch()
        try batch.write("\"x\"\n\"y\"", to: "p.jsonl")
        try batch.write("\"z\"\n{\"prompt\":\"w\"\n", to: "bad.jsonl")
        _ = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r")
        let broken = "bad.jsonl:2: column 14: it ends where `,` or `}` is expected"
        for target in [["--run", "r"], ["--run", "r2"], []] {
            try await batch.refuses(
                ["enqueue", "bad.jsonl", "-m", "m", "--no-check"] + target, code: 65, error: broken)
            try await batch.refuses(["run", "bad.jsonl", "-m", "m", "--no-check"] + target, code: 65, error: broken)
        }
        #expect(try batch.query("SELECT name FROM runs") == [["r"]])
        #expect(try batch.query("SELECT name, text FROM prompts") == [["000001", "x"], ["000002", "y"]])
        #expect(try batch.query("SELECT count(*) FROM cells WHERE live = 1 AND status = 'pending'") == [["2"]])
    }

    // MARK: Databases

    @Test(arguments: ["status", "work", "list", "export r", "show r", "retry r", "cancel r", "pause r", "resume r"])
    func aCommandThatNeedsADatabaseMakesNone(command: String) async throws {
        let batch = try Batch()
        try await batch.refuses(
            command.split(separator: " ").map(String.init), code: 66,
            error: "error: no database at \(batch.directory)/nllm-runs/batch.db; `nllm-batch enqueue` makes one, "
                + "and --db or NLLM_BATCH_DB names another")
    }

    @Test(arguments: ["text", "sqlite", "header"])
    func aFileThatIsNoneOfOursIsLeftAlone(kind: String) async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        switch kind {
        case "text": try batch.write(String(repeating: "just a text\n", count: 1000), to: "other.db")
        case "header": try batch.write("SQLite format 3\0 and nothing of the kind", to: "other.db")
        default:
            try batch.execute("CREATE TABLE runs (name TEXT); INSERT INTO runs VALUES ('mine')", in: "other.db")
        }
        let error =
            "error: \(batch.directory)/other.db is not an nllm-batch database; "
            + "name another file with --db, or move this one away"
        try await batch.refuses("list", "--db", "other.db", code: 65, error: error)
        try await batch.refuses("work", "--db", "other.db", code: 65, error: error)
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "--db", "other.db", code: 65, error: error)
        try await batch.refuses(
            ["enqueue", "p.jsonl", "-m", "m", "--no-check"], code: 65, error: error, database: "other.db")
    }

    @Test func aDirectoryIsNoDatabase() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try FileManager.default.createDirectory(atPath: batch.directory + "/d", withIntermediateDirectories: true)
        let error = "error: database \(batch.directory)/d: is a directory"
        try await batch.refuses("list", "--db", "d", code: 66, error: error)
        try await batch.refuses("enqueue", "p.jsonl", "-m", "m", "--no-check", "--db", "d", code: 66, error: error)
    }

    @Test func aDatabaseBelowAFileCannotBeCreated() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let before = batch.listing()
        let result = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--db", "p.jsonl/batch.db")
        #expect(result.code == 73)
        #expect(result.out == "")
        #expect(result.err.hasPrefix("error: cannot create \(batch.directory)/p.jsonl"))
        #expect(batch.changes(since: before) == [])
    }

    @Test func anOutputFolderBelowAFileCannotBeCreated() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "--outdir", "p.jsonl/out", code: 73,
            error: "error: cannot create \(batch.directory)/p.jsonl/out: not a directory; "
                + "choose another place with --outdir or --db")
    }

    @Test func aNewerDatabaseIsLeftAlone() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        _ = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r")
        try batch.execute(
            "INSERT INTO migrations (name) VALUES ('9999-from-the-future')", in: "nllm-runs/batch.db")
        let error =
            "error: \(batch.directory)/nllm-runs/batch.db was written by a newer nllm-batch (9999-from-the-future); "
            + "update nllm-batch, or name another file with --db"
        for command in [["list"], ["work"], ["export", "r"], ["enqueue", "p.jsonl", "-m", "m", "--no-check"]] {
            try await batch.refuses(command, code: 65, error: error)
        }
        #expect(try batch.query("SELECT name FROM runs") == [["r"]])
    }

    // MARK: Disks

    @Test(.enabled(if: TinyDisk.isAvailable, "a disk can be mounted here"))
    func aFullDiskLosesNothing() async throws {
        let fake = try Batch.fakeLLM("case $1 in -m) echo called >> \"$HOME/calls\"; cat;; esac")
        let batch = try Batch(llm: fake)
        try batch.write("\"x\"", to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk")
        defer { disk.unmount() }
        let place = ["--db", "disk/batch.db"]
        try await batch.run(
            ["enqueue", "p.jsonl", "-m", "m", "--no-check", "-o", "disk", "--run", "r"] + place
        ).expectSuccess()

        try disk.fill()
        try batch.write((1...2000).map { "\"prompt \($0)\"" }.joined(separator: "\n"), to: "many.jsonl")
        let full = try await batch.run(
            ["enqueue", "many.jsonl", "-m", "m", "--no-check", "-o", "disk", "--run", "r2"] + place)
        #expect(full.code == 74)
        #expect(full.out == "")
        #expect(full.err.hasPrefix("error: database \(batch.directory)/disk/batch.db: "))
        #expect(full.err.split(separator: "\n").count == 1)
        let work = try await batch.run(["work"] + place)
        #expect(work.code == 74)
        #expect(work.out == "")
        #expect(work.err.hasPrefix("error: "))
        #expect(work.err.split(separator: "\n").count == 1)
        // Nothing is paid for that could not be recorded.
        #expect(!batch.exists("calls"))

        try disk.free()
        #expect(try batch.query("SELECT name FROM runs", database: "disk/batch.db") == [["r"]])
        let again = try await batch.run(["work"] + place).expectSuccess()
        #expect(again.out == "\(batch.directory)/disk/r\n")
        #expect(try batch.jsonLines("disk/r/results.jsonl").map { $0["text"] as? String } == ["x"])
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "a disk can be mounted here"))
    func aFullDiskTakesNoNewDatabase() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk")
        defer { disk.unmount() }
        try disk.fill()
        let arguments = [
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "-o", "disk/out", "--db", "disk/batch.db", "--run", "r",
        ]
        let full = try await batch.run(arguments)
        #expect(full.code == 73)
        #expect(full.out == "")
        #expect(
            full.err
                == "error: cannot create \(batch.directory)/disk/batch.db: no space left on device; "
                + "choose another place with --outdir or --db\n")
        try disk.free()
        let again = try await batch.run(arguments).expectSuccess()
        #expect(again.out == "r\n")
        #expect(again.err.hasPrefix("1 cell in new run r\n"))
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "a disk can be mounted here"))
    func aReadOnlyDiskTakesNothing() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk")
        defer { disk.unmount() }
        try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "-o", "disk/out", "--db", "disk/batch.db", "--run", "r"
        ).expectSuccess()
        try disk.makeReadOnly()

        let root = batch.directory + "/disk"
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "-o", "disk/out2", "--db", "new.db", code: 73,
            error:
                "error: cannot create \(root)/out2: read-only file system; choose another place with --outdir or --db")
        for command in [
            ["enqueue", "p.jsonl", "-m", "m", "--no-check", "-o", "disk/out"],
            ["enqueue", "p.jsonl", "-m", "m", "--no-check"], ["work"],
            ["export", "r"],
        ] {
            let before = batch.listing()
            let result = try await batch.run(command + ["--db", "disk/batch.db"])
            #expect(result.code == 73, "\(command)")
            #expect(result.out == "")
            #expect(result.err.hasPrefix("error: cannot create \(root)/"))
            #expect(result.err.split(separator: "\n").count == 1)
            #expect(batch.changes(since: before) == [])
        }
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "a disk can be mounted here"))
    func aRunWhoseFolderCannotBeWrittenDoesNotHoldUpOthers() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"x\"", to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk")
        defer { disk.unmount() }
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "-o", "disk", "--run", "stuck")
            .expectSuccess()
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "free").expectSuccess()
        try disk.makeReadOnly()
        let work = try await batch.run("work")
        #expect(work.code == 73)
        #expect(work.out == "\(batch.directory)/nllm-runs/free\n")
        #expect(work.err.contains("error: cannot create \(batch.directory)/disk/stuck: read-only file system; "))
        #expect(try batch.query("SELECT status, lease FROM cells") == [["pending", "0"], ["ok", "1"]])
        let named = try await batch.run("work", "stuck")
        #expect(named.code == 73)
        #expect(named.out == "")
    }

    /// The database can't be made, so nothing else is.
    @Test(.enabled(if: TinyDisk.isAvailable, "a disk can be mounted here"))
    func aDatabaseOnAReadOnlyDiskCannotBeCreated() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk")
        defer { disk.unmount() }
        try disk.makeReadOnly()
        let before = batch.listing()
        let result = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--db", "disk/batch.db")
        #expect(result.code == 73)
        #expect(result.out == "")
        #expect(result.err.hasPrefix("error: cannot create \(batch.directory)/disk/batch.db: "))
        #expect(batch.changes(since: before) == [])
    }
}
