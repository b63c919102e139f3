import Foundation
import Testing

/// A copy of the database, whoever works on it meanwhile.
@Suite struct BackupTests {
    private func batch(prompts: Int, llm: String = "cat") async throws -> Batch {
        let batch = try Batch(llm: Batch.fakeLLM(llm))
        try batch.write((1...prompts).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").requireSuccess()
        return batch
    }

    @Test func aCopyMadeWhileWorkersWriteIsSoundAndFromOneMoment() async throws {
        let batch = try await batch(prompts: 60, llm: "case $1 in -m) cat;; esac")
        let worker = try await batch.start("work", "-j", "2")
        for number in 1...8 {
            let backup = try await batch.run("backup", "copy.db").expectSuccess()
            #expect(backup.out == "\(batch.directory)/copy.db\n")
            let names = try FileManager.default.contentsOfDirectory(atPath: batch.directory)
            #expect(names.filter { $0.contains("copy.db") } == ["copy.db"], "\(number)")
            #expect(try batch.query("PRAGMA integrity_check", database: "copy.db") == [["ok"]])
            #expect(
                try batch.query(
                    """
                    SELECT (SELECT count(*) FROM cells), (SELECT sum(ok) FROM counters)
                        = (SELECT count(*) FROM answers JOIN attempts ON attempts.id = attempt_id WHERE outcome = 'ok')
                    """, database: "copy.db") == [["60", "1"]])
        }
        try await worker.result().expectSuccess()
        try await batch.run("backup", "copy.db").expectSuccess()
        let list = try await batch.run("list", "--json", "--db", "copy.db")
        #expect(list.out.contains(#""run":"r","state":"finished""#))
        // The copy's run stands beside the copy.
        let export = try await batch.run("export", "r", "--db", "copy.db")
        #expect(export.out == "\(batch.directory)/r\n")
        #expect(
            try batch.files(below: "r")["results.jsonl"] == batch.files(below: "nllm-runs/r")["results.jsonl"])
    }

    /// The cells that are ok, run and are left, and how many workers run some.
    private static let counts = """
        SELECT sum(status = 'ok'), sum(status = 'running'), sum(status = 'pending'),
            count(DISTINCT CASE WHEN status = 'running' THEN worker_id END) FROM cells
        """

    /// A run of 40 cells, each of which notes that it was asked; after the twelfth they wait for the file `go`.
    private func waitingBatch() async throws -> Batch {
        try await batch(
            prompts: 40,
            llm: #"""
                case $1 in -m) ;; *) exit;; esac
                prompt=$(cat)
                echo "$prompt" >> "$HOME/asked"
                if [ "${prompt#prompt }" -gt 12 ]; then until [ -e "$HOME/go" ]; do sleep 0.05; done; fi
                echo "$prompt"
                """#)
    }

    @Test func aCopyMadeWhileFourWorkersRunIsResumedToTheEnd() async throws {
        let batch = try await waitingBatch()
        var workers: [RunningProcess] = []
        for _ in 1...4 { workers.append(try await batch.start("work", "-j", "2", "--executor", "process")) }
        let halfway = [["12", "8", "20", "4"]]
        try await eventually("four workers are at it") { try batch.query(Self.counts) == halfway }
        try FileManager.default.createDirectory(
            atPath: batch.directory + "/elsewhere", withIntermediateDirectories: true)
        try await batch.run("backup", "elsewhere/copy.db").expectSuccess()
        #expect(try batch.query(Self.counts, database: "elsewhere/copy.db") == halfway)
        #expect(try batch.query("PRAGMA integrity_check", database: "elsewhere/copy.db") == [["ok"]])
        #expect(try batch.query("PRAGMA foreign_key_check", database: "elsewhere/copy.db") == [])
        let status = try await batch.run("status", "--db", "elsewhere/copy.db").expectSuccess()
        #expect(status.lines.last == "folder: \(batch.directory)/elsewhere/r")

        // A home of its own lets its cells go, while the others still wait.
        try batch.write("", to: "home/go")
        let work = try await batch.run(
            ["work", "--db", "elsewhere/copy.db", "-j", "4", "--executor", "process"],
            environment: ["HOME": batch.directory + "/home"]
        ).expectSuccess()
        #expect(work.out == "\(batch.directory)/elsewhere/r\n")
        for worker in workers {
            #expect(work.err.contains("2 cells of worker \(worker.pid), which is gone, requeued\n"), "\(work.err)")
        }
        #expect(try Set(batch.lines("home/asked")) == Set((13...40).map { "prompt \($0)" }))
        #expect(try batch.lines("home/asked").count == 28)
        #expect(try batch.query(Self.counts) == halfway)

        try batch.write("", to: "go")
        for worker in workers { try await worker.result().expectSuccess() }
        #expect(
            try batch.files(below: "elsewhere/r")["results.jsonl"].map { $0.count(where: { $0 == 0x0A }) } == 40)
        // The work on the copy has disturbed nobody.
        #expect(try batch.lines("asked").count == 40)
    }

    @Test(arguments: ["text", "empty", "sqlite", "folder", "link", "fifo", "itself", "missing folder"])
    func onlyADatabaseOfOursIsReplaced(kind: String) async throws {
        let batch = try await batch(prompts: 1)
        var file = "copy.db"
        var reason = "is not an nllm-batch database"
        switch kind {
        case "text": try batch.write("some text", to: file)
        case "empty": try batch.write("", to: file)
        case "sqlite": try batch.execute("CREATE TABLE runs (name TEXT)", in: file)
        case "folder":
            try FileManager.default.createDirectory(
                atPath: batch.directory + "/" + file, withIntermediateDirectories: true)
            reason = "is a directory"
        case "link":
            try FileManager.default.createSymbolicLink(
                atPath: batch.directory + "/" + file, withDestinationPath: "nllm-runs/batch.db")
            reason = "is a link"
        case "fifo":
            mkfifo(batch.directory + "/" + file, 0o600)
            reason = "is not a regular file"
        case "itself": (file, reason) = ("nllm-runs/batch.db", "is the database itself")
        default: file = "nowhere/copy.db"
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: batch.directory).sorted()
        let result = try await batch.command("/usr/bin/env", ["timeout", "60", Batch.binary, "backup", file])
        #expect(result.code == 73)
        #expect(result.out == "")
        let path = "\(batch.directory)/\(file)"
        #expect(
            result.err
                == (kind == "missing folder"
                    ? "error: cannot create \(path): no such file or directory; name another file\n"
                    : "error: \(path) \(reason), and is not replaced; name another file\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: batch.directory).sorted() == names)
    }

    @Test func whatAKilledBackupLeftIsNotFollowed() async throws {
        let batch = try await batch(prompts: 1)
        try batch.write("precious", to: "victim")
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/.copy.db.tmp", withDestinationPath: "victim")
        try await batch.run("backup", "copy.db").expectSuccess()
        #expect(try batch.read("victim") == Data("precious".utf8))
        #expect(!batch.exists(".copy.db.tmp"))
    }

    @Test(arguments: [0o600, 0o640]) func whoMayReadTheDatabaseMayReadTheCopy(mode: Int) async throws {
        let batch = try await batch(prompts: 1)
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: batch.directory + "/nllm-runs/batch.db")
        try await batch.run("backup", "copy.db").expectSuccess()
        let attributes = try FileManager.default.attributesOfItem(atPath: batch.directory + "/copy.db")
        #expect(attributes[.posixPermissions] as? Int == mode)
    }
}
