import Foundation
import Testing

/// The content of the files that a request is made of: it counts as it was when the cell was enqueued, and nothing else
/// is sent.
@Suite struct FileContentTests {
    private static let behaviour = #"{"m": {"llm": {"vision": true, "supports_schema": true}}}"#
    private static let dot = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

    private func scene(_ behaviour: String = behaviour) async throws -> (Batch, LoopbackServer) {
        let server = try await LoopbackServer(behaviour)
        let batch = try Batch(userPath: server.userPath)
        try FileManager.default.createDirectory(atPath: batch.directory + "/tmp", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: server.userPath + "/templates", withIntermediateDirectories: true)
        return (batch, server)
    }

    /// The kinds and messages of a run's results that have failed.
    private func failures(_ batch: Batch, _ run: String = "r") throws -> [[String]] {
        try batch.jsonLines("nllm-runs/\(run)/results.jsonl").compactMap { result in
            (result["failure"] as? [String: Any]).map { failure in
                ["\(failure["kind"] ?? "")", "\(failure["message"] ?? "")"]
            }
        }
    }

    private static let remedy = "; enqueue the prompts again, or restore the file and run `nllm-batch retry`"

    // MARK: Templates and what they name

    /// A byte order mark is no part of a text, wherever it stands.
    private static let mark = "\u{FEFF}"

    /// Writes a prompt and a template with all that they name, and returns the template's path.
    private func writePoem(_ batch: Batch, _ server: LoopbackServer) throws -> String {
        let template = server.userPath + "/templates/poem.yaml"
        try Data("\(Self.mark)system: Rhyme.\nfragments:\n- topic.txt\nprompt: 'Of $input'\n".utf8)
            .write(to: URL(filePath: template))
        try batch.write(Self.mark + "Cats.", to: "topic.txt")
        try batch.write(Self.mark + "Be kind.", to: "kind.txt")
        try batch.write(Self.mark + #"{"type": "object"}"#, to: "schema.json")
        try batch.write(#"{"prompt": "love", "schema": "schema.json"}"#, to: "p.jsonl")
        return template
    }

    @Test func aTemplateCountsByItsContentAndByThatOfWhatItNames() async throws {
        let (batch, server) = try await scene()
        let template = try writePoem(batch, server)
        let enqueue = [
            "enqueue", "p.jsonl", "-m", "m", "--run", "r", "--no-check", "--", "-t", "poem", "--sf", "kind.txt",
        ]
        try await batch.run(enqueue).expectSuccess()

        try batch.write("Dogs.", to: "topic.txt")
        #expect(try await batch.run("work", "r").code == 1)
        let changed = "`\(batch.directory)/topic.txt` has changed since the cell was enqueued" + Self.remedy
        #expect(try failures(batch) == [["request", changed]])
        #expect(try server.requests().isEmpty)

        try batch.write(Self.mark + "Cats.", to: "topic.txt")
        try await batch.run("retry", "r").expectSuccess()
        try await batch.run("work", "r").expectSuccess()
        let request = try #require(try server.requests().first)
        #expect(request.prompt == "Cats.\nOf love")
        #expect(request.system == "Be kind.\nRhyme." || request.system == "Be kind.\n\nRhyme.", "\(request)")
        let command = try #require(
            try batch.jsonLines("nllm-runs/r/results.jsonl").first?["command"] as? [String])
        #expect(command.suffix(4) == ["-t", "poem", "--sf", "kind.txt"])
        #expect(command.contains("schema.json"))

        for (file, text) in [(template, "prompt: 'On $input'\n"), (batch.directory + "/kind.txt", "Be rude.")] {
            try Data(text.utf8).write(to: URL(filePath: file))
            let again = try await batch.run(enqueue)
            #expect(again.err.hasPrefix("run r: 0 kept, 1 changed, 0 new, 0 removed\n"), "\(file)")
        }
        try await batch.run("work", "r").expectSuccess()
        #expect(try server.requests().map(\.prompt) == ["Cats.\nOf love", "On love"])
    }

    @Test func anAliasOfAFragmentMeansWhatItMeantWhenTheCellWasEnqueued() async throws {
        let (batch, server) = try await scene()
        try batch.write("old\r\ntext", to: "old.txt")
        try batch.write("new text", to: "new.txt")
        func set(_ file: String) async throws {
            try await batch.command(Batch.venv + "/llm", ["fragments", "set", "notes", file]).expectSuccess()
        }
        try await set("old.txt")
        // A file of that name comes second.
        try batch.write("a file", to: "notes")
        try batch.write("\"hi\"", to: "p.jsonl")
        let enqueue = ["enqueue", "p.jsonl", "-m", "m", "--run", "r", "--no-check", "--", "-f", "notes"]
        try await batch.run(enqueue).expectSuccess()
        try await set("new.txt")
        try await batch.run("work", "r").expectSuccess()
        #expect(try await batch.run(enqueue).err.hasPrefix("run r: 0 kept, 1 changed, 0 new, 0 removed\n"))
        try await batch.run("work", "r").expectSuccess()
        #expect(try server.requests().map(\.prompt) == ["old\ntext\nhi", "new text\nhi"])
    }

    // MARK: Schemas

    @Test func anEditedSchemaOfAPromptIsAnotherRequest() async throws {
        let (batch, server) = try await scene()
        try batch.write("---\nschema: shapes/one.json\n---\nhello\n", to: "d/a.md")
        let old = #"{"type": "object", "title": "old"}"#
        try batch.write(old, to: "shapes/one.json")
        let run = ["run", "d", "-m", "m", "--no-check", "--cache", "any", "-q", "--run"]
        try await batch.run(run + ["first"]).expectSuccess()
        try batch.write(#"{"type": "object", "title": "new"}"#, to: "shapes/one.json")
        let enqueue = try await batch.run("enqueue", "d", "-m", "m", "--run", "first")
        #expect(enqueue.err.hasPrefix("run first: 0 kept, 1 changed, 0 new, 0 removed\n"))
        try await batch.run(run + ["second"]).expectSuccess()
        #expect(try server.requests().count == 2)
        try batch.write(old, to: "shapes/one.json")
        try await batch.run(run + ["third"]).expectSuccess()
        #expect(try server.requests().count == 2)
    }

    @Test func aSchemaThatIsNothingIsRefusedWithItsLine() async throws {
        let (batch, _) = try await scene()
        try batch.write("\"fine\"\n{\"prompt\": \"x\", \"schema\": \"shapes/two.json\"}\n", to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "m", code: 65,
            error: "p.jsonl:2: schema `shapes/two.json`: no such file in \(batch.directory), and `llm` stores "
                + "no schema of that id")
    }

    // MARK: Arguments

    @Test func whatAnArgumentNamesAndCannotBeReadIsRefused() async throws {
        let (batch, server) = try await scene()
        try batch.write("\"hi\"", to: "p.jsonl")
        try batch.write("folder", to: "folder/file")
        try Data(#"{"prompt": "$input", "fragments": ["p.jsonl"]}"#.utf8)
            .write(to: URL(filePath: server.userPath + "/templates/odd.yaml"))
        let here = batch.directory
        let refusals = [
            (["-a", "no.png"], "\(here)/no.png: no such file or directory (`--attachment no.png`)"),
            (["--functions", "no.py"], "\(here)/no.py: no such file or directory (`--functions no.py`)"),
            (
                ["-t", "odd"],
                "\(server.userPath)/templates/odd.yaml: names files in a way that can't be followed; begin a line "
                    + "with each of `fragments:`, `system_fragments:`, `attachments:` and `attachment_types:` "
                    + "(`--template odd`)"
            ),
        ]
        for (arguments, error) in refusals {
            try await batch.refuses(
                ["enqueue", "p.jsonl", "-m", "m", "--"] + arguments, code: 66, error: "error: " + error)
        }
        let folder = try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--", "-f", "folder"])
        #expect(folder.code == 66)
        #expect(folder.err.hasPrefix("error: \(here)/folder: ") && folder.err.hasSuffix(" (`--fragment folder`)\n"))
    }

    @Test func whatWasNotThereAndIsNowWasNotCounted() async throws {
        let (batch, server) = try await scene()
        try batch.write("\"hi\"", to: "p.jsonl")
        try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--run", "r", "--", "-f", "later"]).expectSuccess()
        try batch.write("It came later.", to: "later")
        #expect(try await batch.run("work", "r").code == 1)
        #expect(
            try failures(batch) == [["request", "`later` was not there when the cell was enqueued" + Self.remedy]])
        #expect(try server.requests().isEmpty)
    }

    // MARK: Attachments

    /// What takes an attachment's place before it is sent, and whether it may be sent then.
    private static let places: [(shell: String, reason: String?)] = [
        ("mkfifo dot.png", " can't be read as it was when the cell was enqueued: not a regular file"),
        ("ln -s p.jsonl dot.png", " has changed since the cell was enqueued"),
        (
            "ln -s dot.png dot.png",
            " can't be read as it was when the cell was enqueued: too many levels of symbolic links"
        ),
        ("mkdir dot.png", " can't be read as it was when the cell was enqueued: not a regular file"),
        ("true", " can't be read as it was when the cell was enqueued: no such file or directory"),
        ("mv kept.png other.png; ln -s other.png dot.png", nil),
    ]

    @Test func anAttachmentIsARegularFileThatHoldsTheSame() async throws {
        let (batch, server) = try await scene()
        let dot = try #require(Self.dot)
        try batch.write(#"{"prompt": "look", "attachments": ["dot.png"]}"#, to: "p.jsonl")
        for (shell, reason) in Self.places {
            try batch.write(dot, to: "dot.png")
            try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "r", "--no-check").expectSuccess()
            _ = try await batch.run("retry", "r")
            try await batch.command("/bin/sh", ["-c", "mv dot.png kept.png; " + shell]).expectSuccess()
            #expect(try await batch.run("work", "r").code == (reason == nil ? 0 : 1), "\(shell)")
            let message = reason.map { "`\(batch.directory)/dot.png`" + $0 + Self.remedy }
            #expect(try failures(batch).map { $0[1] } == [message].compactMap(\.self), "\(shell)")
            #expect(try server.requests().count == (reason == nil ? 1 : 0), "\(shell)")
            _ = try await batch.command("/bin/rm", ["-rf", "dot.png"])
        }
    }

    @Test func copiesArePrivateAndGoWithTheirWorkerOrWithTheNext() async throws {
        let (batch, server) = try await scene(#"{"m": {"hang": true, "llm": {"vision": true}}}"#)
        try batch.write(try #require(Self.dot), to: "dot.png")
        try batch.write(#"{"prompt": "look", "attachments": ["dot.png"]}"#, to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "r").expectSuccess()
        let temporary = ["TMPDIR": batch.directory + "/tmp"]
        func leftovers() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: batch.directory + "/tmp")
                .filter { $0.hasPrefix("nllm-batch-files-") }
        }

        let worker = try await batch.start(Batch.binary, ["work", "r", "--executor", "fork"], environment: temporary)
        try await eventually("the request is sent") { try !server.requests().isEmpty }
        let folder = try #require(try leftovers().first)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: batch.directory + "/tmp/" + path)[.posixPermissions]
                as? Int
        }
        #expect(try mode(folder) == 0o700)
        let file = try #require(try batch.files(below: "tmp/" + folder).first)
        #expect(file.key.hasSuffix("/dot.png"))
        #expect(file.value == Self.dot)
        #expect(try mode(folder + "/" + file.key) == 0o400)

        // Another worker leaves those of the living alone.
        try await server.change(#"{"m": {}}"#)
        try batch.write("\"hi\"", to: "q.jsonl")
        try await batch.run(["run", "q.jsonl", "-m", "m", "--run", "q"], environment: temporary).expectSuccess()
        #expect(try leftovers() == [folder])
        worker.signal(SIGKILL)
        _ = try await worker.result()
        #expect(try leftovers() == [folder])
        try await batch.run(["work", "r", "--executor", "fork"], environment: temporary).expectSuccess()
        #expect(try leftovers() == [])
    }
}
