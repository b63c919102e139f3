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
