import Foundation
import Testing

#if os(Linux)
    import Glibc
#endif

/// Databases that are damaged, or can't be made: what is wrong, the way on, and the exit code.
@Suite struct DamageTests {
    private func damaged(_ path: String) -> String {
        "error: database \(path) is damaged; recover what can be read with `sqlite3 \(path) .recover | "
            + "sqlite3 recovered.db`, or use a backup made with `nllm-batch backup`"
    }

    /// A database of some hundred pages, without its log.
    private func batch() async throws -> (Batch, Data) {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; cat"))
        try batch.write(
            (1...300).map { "\"\($0) \(String(repeating: "word ", count: 400))\"\n" }.joined(), to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        _ = try batch.query("PRAGMA wal_checkpoint(TRUNCATE)")
        return (batch, try batch.read("nllm-runs/batch.db"))
    }

    @Test func aDatabaseOfOursThatIsDamagedIsNotTakenForAForeignOne() async throws {
        let (batch, whole) = try await batch()
        let zeros = Data(count: 60_000)
        let damages: [(String, Data)] = [
            ("truncated", whole.prefix(whole.count / 2)), ("truncated to a page", whole.prefix(4096)),
            ("truncated in a page", whole.prefix(5000)), ("without header", Data(count: 100) + whole.dropFirst(100)),
            ("without schema", whole.prefix(100) + Data(count: 3996) + whole.dropFirst(4096)),
            ("without first page", Data(count: 4096) + whole.dropFirst(4096)),
            ("with a hole", whole.prefix(8192) + zeros + whole.dropFirst(8192 + zeros.count)),
            ("garbled", whole.prefix(8192) + Data(repeating: 0xA5, count: whole.count - 8192)),
        ]
        for (name, data) in damages {
            for command in [["list"], ["work", "r"], ["show", "r"], ["enqueue", "p.jsonl", "-m", "m", "--no-check"]] {
                try batch.write(data, to: "x.db")
                let result = try await batch.run(command + ["--db", "x.db"])
                #expect(result.code == 74, "\(name), \(command)")
                #expect(result.err == damaged(batch.directory + "/x.db") + "\n", "\(name), \(command)")
                for ending in ["-wal", "-shm"] { unlink(batch.directory + "/x.db" + ending) }
            }
        }
    }

    @Test func aDatabaseThatIsDamagedInMidRunStopsTheWorkerWithWhatItIs() async throws {
        let (batch, whole) = try await batch()
        let worker = try await batch.start("work", "-j", "1", "--executor", "process")
        try await eventually("some cells are answered") {
            try batch.query("SELECT count(*) > 2 FROM cells WHERE status = 'ok'") == [["1"]]
        }
        // Pages that are not read yet, in place.
        let file = try FileHandle(forWritingTo: URL(filePath: batch.directory + "/nllm-runs/batch.db"))
        try file.seek(toOffset: UInt64(whole.count / 3))
        try file.write(contentsOf: Data(repeating: 0xA5, count: whole.count * 2 / 3))
        let work = try await worker.result()
        #expect(work.code == 74, "\(work.err)")
        #expect(work.err.contains(damaged(batch.directory + "/nllm-runs/batch.db")), "\(work.err)")
        #expect(!work.err.contains("SELECT"))
    }

    #if os(Linux)
        /// Each number leaves room for another one of the files and folders that are made.
        @Test(.enabled(if: Inodes.isAvailable, "a disk can be mounted here"), arguments: 1...5)
        func withoutRoomForItsFilesNoDatabaseIsMade(files: Int) async throws {
            let batch = try Batch()
            try batch.write("\"x\"\n", to: "p.jsonl")
            let disk = batch.directory + "/disk"
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            try #require(Inodes.mount(disk, files))
            defer { umount(disk) }
            let arguments = [
                "enqueue", "p.jsonl", "-m", "m", "--no-check", "--db", "disk/a/b/batch.db", "--run", "r", "-o", "out",
            ]
            let result = try await batch.run(arguments)
            #expect(result.code == 73, "\(result.err)")
            #expect(result.err.hasPrefix("error: cannot create \(disk)/a"), "\(result.err)")
            #expect(result.err.contains(": no space left on device; choose another place"), "\(result.err)")
            #expect(result.err.split(separator: "\n").count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [])
            #expect(!batch.exists("out"))
            // With room it is made by the same command.
            umount(disk)
            try await batch.run(arguments).expectSuccess()
        }
    #endif

    @Test(arguments: [
        (["list"], "loop/x.db", 66, "too many levels of symbolic links"),
        (["list"], "pipe", 66, "not a regular file"),
        (["list"], "/dev/zero", 66, "not a regular file"),
        (["enqueue", "p.jsonl", "-m", "m", "--no-check"], "loop", 73, "too many levels of symbolic links"),
        (["enqueue", "p.jsonl", "-m", "m", "--no-check"], "p.jsonl/x/y.db", 73, "file exists"),
        (
            ["enqueue", "p.jsonl", "-m", "m", "--no-check"], String(repeating: "x", count: 300) + "/x.db", 73,
            "file name too long"
        ),
    ])
    func aPlaceThatIsNoneForADatabase(command: [String], path: String, code: Int32, reason: String) async throws {
        let batch = try Batch()
        try batch.write("\"x\"\n", to: "p.jsonl")
        symlink("loop", batch.directory + "/loop")
        mkfifo(batch.directory + "/pipe", 0o600)
        let result = try await batch.run(command + ["--db", path])
        #expect(result.code == code)
        #expect(result.err.hasPrefix("error: "))
        #expect(result.err.contains(": \(reason)"), "\(result.err)")
        #expect(result.err.split(separator: "\n").count == 1)
        #expect(!batch.exists("nllm-runs"))
    }

    // MARK: Deep nesting

    private static func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    /// The mapping of the fields and the one of `metadata` are levels, too.
    @Test(arguments: [(510, true), (511, false), (990, false), (3000, false), (200_000, false)])
    func frontMatterMayBeNestedAsDeeplyAsJSON(levels: Int, isTaken: Bool) async throws {
        let batch = try Batch()
        try batch.write("---\nid: deep\nmetadata:\n  a: 1\n  b: \(Self.nested(levels))\n---\nhello\n", to: "p.md")
        let result = try await batch.run("enqueue", "p.md", "-m", "m", "--no-check", "--run", "r")
        #expect(result.code == (isTaken ? 0 : 65))
        #expect(result.err.hasPrefix((isTaken ? "1 cell in new run r\n" : "p.md:5: nested over 512 levels deep\n")))
        try batch.write(#"{"prompt": "x", "metadata": {"b": \#(Self.nested(levels))}}"#, to: "p.jsonl")
        let lines = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "s")
        #expect(lines.code == result.code)
    }

    @Test(arguments: [600, 5000])
    func aConfigurationThatIsNestedTooDeeplyIsAMistakeInIt(levels: Int) async throws {
        let batch = try Batch()
        try batch.write("defaults:\n  timeout: 1\nmodels:\n  - \(Self.nested(levels))\n", to: "c.yaml")
        try await batch.refuses("list", "-c", "c.yaml", code: 78, error: "c.yaml:4: nested over 512 levels deep")
    }
}

#if os(Linux)
    /// Disks in memory with a limit of how many files and folders they hold, their own one included.
    private enum Inodes {
        static let isAvailable: Bool = {
            let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-inodes-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: path) }
            guard mkdir(path, 0o700) == 0, mount(path, 2) else { return false }
            umount(path)
            return true
        }()

        static func mount(_ path: String, _ count: Int) -> Bool {
            Glibc.mount("tmpfs", path, "tmpfs", 0, "size=4m,nr_inodes=\(count)") == 0
        }
    }
#endif
