import Foundation
import Testing

/// A database that somebody else has made, and things that somebody else has put where a run writes.
@Suite struct HostileDatabaseTests {
    private func finishedRun(_ prompts: String = "\"x\"\n\"y\"", _ more: String...) async throws -> Batch {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write(prompts, to: "work/p.jsonl")
        try await batch.run(
            ["run", "work/p.jsonl", "-m", "m", "--no-check", "--run", "r", "-o", "work/out", "--db", "work/batch.db"]
                + more
        ).requireSuccess()
        return batch
    }

    static let changes = [
        "UPDATE runs SET name = '../../outside'", "UPDATE runs SET name = '/tmp'", "UPDATE runs SET name = '..'",
        "UPDATE runs SET name = 'a' || char(10) || 'b'", "UPDATE runs SET outdir = '../outside'",
        "UPDATE runs SET outdir = 'out/../../outside'", "UPDATE runs SET outdir = '/tmp/../tmp/nllm-batch-outside'",
        "UPDATE runs SET outdir = 'x' || char(0) || 'y'", "UPDATE prompts SET folder = '../../outside' WHERE id = 2",
        "UPDATE prompts SET folder = '..' WHERE id = 1", "UPDATE prompts SET folder = '' WHERE id = 2",
        "UPDATE prompts SET folder = 'a/b' WHERE id = 2", "UPDATE models SET file = '../../../outside'",
        "UPDATE models SET file = char(27) || ']0;x'",
    ]

    @Test(arguments: changes) func namesThatAreNoneAreFoundOutBeforeAnythingIsWritten(change: String) async throws {
        let batch = try await finishedRun()
        try batch.write("precious", to: "outside/results/x.json")
        try batch.write("precious", to: "outside/raw/y.stdout.txt")
        try batch.execute(change, in: "work/batch.db")
        let name = try batch.query("SELECT name FROM runs", database: "work/batch.db")[0][0]
        let before = batch.listing().filter { !$0.key.hasPrefix("work/out/") }
        for command in [["export", name], ["export", name, "-o", "elsewhere"], ["rm", name]] {
            if change.contains("prompts") || change.contains("models"), command[0] == "rm" { continue }
            let result = try await batch.run(command + ["--db", "work/batch.db"])
            #expect(result.code == 74, "\(command)")
            #expect(result.out == "")
            let start = "error: database \(batch.directory)/work/batch.db is damaged or was changed by hand: "
            #expect(result.err.hasPrefix(start), "\(result.err)")
            #expect(result.err.split(separator: "\n").count == 1)
        }
        let after = batch.listing().filter { !$0.key.hasPrefix("work/out/") && !$0.key.hasPrefix("elsewhere") }
        #expect(after == before)
        #expect(!batch.exists("outside.json"))
    }

    // MARK: Planted links

    @Test(arguments: [".results.jsonl.tmp", ".manifest.json.tmp", "results/000001/.m.json.tmp"])
    func aLinkInPlaceOfAnUnfinishedFileIsNotFollowed(name: String) async throws {
        let batch = try await finishedRun()
        try batch.write("precious", to: "victim")
        let link = batch.directory + "/work/out/r/" + name
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: batch.directory + "/victim")
        try FileManager.default.removeItem(atPath: batch.directory + "/work/out/r/results/000001/m.json")
        try await batch.run("export", "r", "--db", "work/batch.db").expectSuccess()
        #expect(try batch.read("victim") == Data("precious".utf8))
        for file in ["results.jsonl", "manifest.json", "results/000001/m.json"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: batch.directory + "/work/out/r/" + file)
            #expect(attributes[.type] as? FileAttributeType == .typeRegular)
        }
    }

    @Test(arguments: ["results", "raw", "results/000002", "results.jsonl", "manifest.json"])
    func aLinkInPlaceOfWhatARunMakesIsRefusedByName(name: String) async throws {
        let batch = try await finishedRun("\"x\"\n\"y\"", "--raw")
        try batch.write("precious", to: "victim/m.json")
        try batch.write("precious", to: "victim/000009/m.json")
        try batch.write("precious", to: "victim/m.stdout.txt")
        let path = batch.directory + "/work/out/r/" + name
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: batch.directory + "/victim")
        let before = try batch.files(below: "victim")
        // An edited run looks into all folders.
        _ = try await batch.run("retry", "r", "--all", "--db", "work/batch.db")
        for command in ["export", "work"] {
            let result = try await batch.run(command, "r", "--db", "work/batch.db")
            #expect(result.code == 73, "\(command): \(result.err)")
            #expect(result.err.contains(path), "\(result.err)")
            #expect(result.err.contains("is a link"), "\(result.err)")
        }
        #expect(try batch.files(below: "victim") == before)
    }

    @Test func whatOthersHavePutIntoARunsFolderStays() async throws {
        let batch = try await finishedRun("\"x\"\n\"y\"", "--raw")
        let folder = "work/out/r/"
        let theirs = [
            "notes.txt", "results/notes.txt", "results/000001/notes.md", "raw/notes.txt", "results/gone/kept.txt",
            "results/deep/er/x.json", "raw/deep/er/x.stdout.txt",
        ]
        for name in theirs { try batch.write("mine", to: folder + name) }
        try batch.write("a cell that is gone", to: folder + "results/gone/m.json")
        try batch.write("", to: "elsewhere/x.json")
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/" + folder + "results/linked",
            withDestinationPath: batch.directory + "/elsewhere")
        try batch.execute("UPDATE runs SET raw = 0, edited = 1, exported_at = NULL", in: "work/batch.db")
        try await batch.run("export", "r", "--db", "work/batch.db").expectSuccess()
        for name in theirs + ["results/linked/x.json"] { #expect(batch.exists(folder + name), "\(name)") }
        #expect(!batch.exists(folder + "results/gone/m.json"))
        #expect(!batch.exists(folder + "raw/000001"))
    }

    // MARK: Folders of others

    @Test func theFolderOfAnotherRunIsNotTakenOver() async throws {
        let batch = try await finishedRun()
        try batch.write("\"other\"", to: "q.jsonl")
        try await batch.run(
            "enqueue", "q.jsonl", "-m", "m", "--no-check", "--run", "r", "-o", "other", "--db", "other/batch.db"
        ).expectSuccess()
        try FileManager.default.removeItem(atPath: batch.directory + "/other/r")
        try FileManager.default.copyItem(
            atPath: batch.directory + "/work/out/r", toPath: batch.directory + "/other/r")
        let before = try batch.files(below: "other/r")
        for command in [["work", "r"], ["export", "r"]] {
            let result = try await batch.run(command + ["--db", "other/batch.db"])
            #expect(result.code == 73)
            #expect(
                result.err
                    == "error: \(batch.directory)/other/r holds files that are not this run's, and nothing is written "
                    + "there; move it away, or write the run elsewhere with `nllm-batch export r -o DIR`\n")
        }
        #expect(try batch.files(below: "other/r") == before)
        let elsewhere = try await batch.run("export", "r", "--db", "other/batch.db", "-o", "third").expectSuccess()
        #expect(elsewhere.out == "\(batch.directory)/third/r\n")
        #expect(batch.exists("third/r/manifest.json"))
    }

    @Test func aFolderWithoutItsManifestIsKnownByItsResults() async throws {
        let batch = try await finishedRun()
        let before = try batch.files(below: "work/out/r")
        try FileManager.default.removeItem(atPath: batch.directory + "/work/out/r/manifest.json")
        try await batch.run("export", "r", "--db", "work/batch.db").expectSuccess()
        #expect(try batch.files(below: "work/out/r") == before)
    }

    @Test(arguments: ["", ".manifest.json.tmp", ".results.jsonl.tmp", "results.jsonl"])
    func aFolderThatAKilledProcessLeftIsTaken(name: String) async throws {
        let batch = try await finishedRun()
        let before = try batch.files(below: "work/out/r")
        try FileManager.default.removeItem(atPath: batch.directory + "/work/out/r")
        try FileManager.default.createDirectory(
            atPath: batch.directory + "/work/out/r", withIntermediateDirectories: true)
        if !name.isEmpty { try batch.write("", to: "work/out/r/" + name) }
        try await batch.run("export", "r", "--db", "work/batch.db").expectSuccess()
        #expect(try batch.files(below: "work/out/r") == before)

        try FileManager.default.createDirectory(
            atPath: batch.directory + "/work/out/new", withIntermediateDirectories: true)
        if !name.isEmpty { try batch.write("", to: "work/out/new/" + name) }
        try await batch.run(
            "enqueue", "work/p.jsonl", "-m", "m", "--no-check", "--run", "new", "-o", "work/out", "--db",
            "work/batch.db"
        ).expectSuccess()
    }

    @Test func aLinkIsNoFolderForANewRun() async throws {
        let batch = try await finishedRun()
        try FileManager.default.createDirectory(atPath: batch.directory + "/empty", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/work/out/new", withDestinationPath: batch.directory + "/empty")
        let enqueue = try await batch.run(
            "enqueue", "work/p.jsonl", "-m", "m", "--no-check", "--run", "new", "-o", "work/out", "--db",
            "work/batch.db")
        #expect(enqueue.code == 73)
        #expect(
            enqueue.err
                == "error: \(batch.directory)/work/out/new is a link, and a run cannot take it; choose another name with "
                + "--run or another place with --outdir\n")
    }

    @Test(.enabled(if: geteuid() == 0, "files can be given to another user"))
    func theFolderOfAnotherUserIsNotTakenOver() async throws {
        let batch = try await finishedRun()
        try FileManager.default.createDirectory(
            atPath: batch.directory + "/work/out/new", withIntermediateDirectories: true)
        for name in ["new", "r"] { chown(batch.directory + "/work/out/" + name, 65534, 65534) }
        let enqueue = try await batch.run(
            "enqueue", "work/p.jsonl", "-m", "m", "--no-check", "--run", "new", "-o", "work/out", "--db",
            "work/batch.db")
        #expect(enqueue.code == 73)
        #expect(enqueue.err.contains("/work/out/new belongs to another user, and a run cannot take it; "))
        let export = try await batch.run("export", "r", "--db", "work/batch.db")
        #expect(export.code == 73)
        #expect(export.err.contains("/work/out/r belongs to another user, and nothing is written there; "))
    }
}
