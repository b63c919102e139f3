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

    @Test func aTemplateCountsByItsContentAndByThatOfWhatItNames() async throws {
        let (batch, server) = try await scene()
        let template = server.userPath + "/templates/poem.yaml"
        // A byte order mark is no part of a text, wherever it stands.
        let mark = "\u{FEFF}"
        try Data("\(mark)system: Rhyme.\nfragments:\n- topic.txt\nprompt: 'Of $input'\n".utf8)
            .write(to: URL(filePath: template))
        try batch.write(mark + "Cats.", to: "topic.txt")
        try batch.write(mark + "Be kind.", to: "kind.txt")
        try batch.write(mark + #"{"type": "object"}"#, to: "schema.json")
        try batch.write(#"{"prompt": "love", "schema": "schema.json"}"#, to: "p.jsonl")
        let enqueue = [
            "enqueue", "p.jsonl", "-m", "m", "--run", "r", "--no-check", "--", "-t", "poem", "--sf", "kind.txt",
        ]
        #expect(try await batch.run(enqueue).code == 0)

        try batch.write("Dogs.", to: "topic.txt")
        #expect(try await batch.run("work", "r").code == 1)
        let changed = "`\(batch.directory)/topic.txt` has changed since the cell was enqueued" + Self.remedy
        #expect(try failures(batch) == [["request", changed]])
        #expect(try server.requests().isEmpty)

        try batch.write(mark + "Cats.", to: "topic.txt")
        #expect(try await batch.run("retry", "r").code == 0)
        #expect(try await batch.run("work", "r").code == 0)
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
            #expect(again.err == "run r: 0 kept, 1 changed, 0 new, 0 removed\n", "\(file)")
        }
        #expect(try await batch.run("work", "r").code == 0)
        #expect(try server.requests().map(\.prompt) == ["Cats.\nOf love", "On love"])
    }

    @Test func anAliasOfAFragmentMeansWhatItMeantWhenTheCellWasEnqueued() async throws {
        let (batch, server) = try await scene()
        try batch.write("old\r\ntext", to: "old.txt")
        try batch.write("new text", to: "new.txt")
        func set(_ file: String) async throws {
            let result = try await batch.command(Batch.venv + "/llm", ["fragments", "set", "notes", file])
            #expect(result.code == 0, "\(result.err)")
        }
        try await set("old.txt")
        // A file of that name comes second.
        try batch.write("a file", to: "notes")
        try batch.write("\"hi\"", to: "p.jsonl")
        let enqueue = ["enqueue", "p.jsonl", "-m", "m", "--run", "r", "--no-check", "--", "-f", "notes"]
        #expect(try await batch.run(enqueue).code == 0)
        try await set("new.txt")
        #expect(try await batch.run("work", "r").code == 0)
        #expect(try await batch.run(enqueue).err == "run r: 0 kept, 1 changed, 0 new, 0 removed\n")
        #expect(try await batch.run("work", "r").code == 0)
        #expect(try server.requests().map(\.prompt) == ["old\ntext\nhi", "new text\nhi"])
    }

    // MARK: Schemas

    @Test func anEditedSchemaOfAPromptIsAnotherRequest() async throws {
        let (batch, server) = try await scene()
        try batch.write("---\nschema: shapes/one.json\n---\nhello\n", to: "d/a.md")
        let old = #"{"type": "object", "title": "old"}"#
        try batch.write(old, to: "shapes/one.json")
        let run = ["run", "d", "-m", "m", "--no-check", "--cache", "any", "-q", "--run"]
        #expect(try await batch.run(run + ["first"]).code == 0)
        try batch.write(#"{"type": "object", "title": "new"}"#, to: "shapes/one.json")
        let enqueue = try await batch.run("enqueue", "d", "-m", "m", "--run", "first")
        #expect(enqueue.err == "run first: 0 kept, 1 changed, 0 new, 0 removed\n")
        #expect(try await batch.run(run + ["second"]).code == 0)
        #expect(try server.requests().count == 2)
        try batch.write(old, to: "shapes/one.json")
        #expect(try await batch.run(run + ["third"]).code == 0)
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
        #expect(try await batch.run(["enqueue", "p.jsonl", "-m", "m", "--run", "r", "--", "-f", "later"]).code == 0)
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
            #expect(try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "r", "--no-check").code == 0)
            _ = try await batch.run("retry", "r")
            let replaced = try await batch.command("/bin/sh", ["-c", "mv dot.png kept.png; " + shell])
            #expect(replaced.code == 0, "\(replaced.err)")
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
        #expect(try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "r").code == 0)
        let temporary = ["TMPDIR": batch.directory + "/tmp"]
        func leftovers() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: batch.directory + "/tmp")
                .filter { $0.hasPrefix("nllm-batch-files-") }
        }

        let worker = try await batch.start(Batch.binary, ["work", "r", "--executor", "fork"], environment: temporary)
        while try server.requests().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
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
        #expect(try await batch.run(["run", "q.jsonl", "-m", "m", "--run", "q"], environment: temporary).code == 0)
        #expect(try leftovers() == [folder])
        worker.signal(SIGKILL)
        _ = try await worker.result()
        #expect(try leftovers() == [folder])
        #expect(try await batch.run(["work", "r", "--executor", "fork"], environment: temporary).code == 0)
        #expect(try leftovers() == [])
    }

    // MARK: Keys

    /// The first bytes of the keys of version 0.1, by run, prompt, model and sample.
    private static let keys = """
        fields plain a 1 e403bd7e0c63
        fields plain b[top_p=0.5] 1 d48f96d6e3a8
        fields fields a 1 983d1e024718
        fields fields a 2 9b5ebed2d2cf
        fields fields b[top_p=0.5] 1 09e947fb4686
        fields fields b[top_p=0.5] 2 c0a7293c2b46
        fields object a 1 c787af330591
        fields object b[top_p=0.5] 1 26a6be3fca3b
        fields short a 1 6fa79a487ee8
        fields short b[top_p=0.5] 1 670efa441219
        fields attached a 1 5422c82354f9
        fields attached b[top_p=0.5] 1 fff54bd62efe
        files plain a 1 6ef359f5169c
        files fields a 1 7594fd1360bf
        files fields a 2 0df4dcd5c2e6
        files object a 1 88a36c411569
        files short a 1 1106572c3c20
        files attached a 1 9199c3b36f61
        more plain a 1 b822c9f7930c
        more fields a 1 7a904793eff9
        more fields a 2 3b4fa4097d35
        more object a 1 cb59897d734b
        more short a 1 532d87c50005
        more attached a 1 9877888b644e
        words plain a 1 d47c2a3d98ba
        words fields a 1 702264a6efa2
        words fields a 2 44d37b005cad
        words object a 1 ddada64ddbff
        words short a 1 32f7d3f32248
        words attached a 1 bec16a3b6382
        """

    @Test func requestsWithoutSchemaFilesKeepTheirKeys() async throws {
        let batch = try Batch()
        try batch.write(
            #"""
            {"id":"plain","prompt":"hello"}
            {"id":"fields","prompt":"hello","system":"be brief","options":{"temperature":0.5},"samples":2}
            {"id":"object","prompt":"hello","schema":{"type":"object","properties":{"a":{"type":"string"}}}}
            {"id":"short","prompt":"hello","schema":"name, age int"}
            {"id":"attached","prompt":"hello","attachments":["dot.png","https://example.com/a.png"]}
            """#, to: "p.jsonl")
        try batch.write("not really an image", to: "dot.png")
        try batch.write("A note.\n", to: "note.txt")
        try batch.write(#"{"type":"object"}"#, to: "out.json")
        try batch.write("prompt: $input\n", to: "t.yaml")
        let runs = [
            ["fields", "-m", "a", "-m", "b[top_p=0.5]"],
            ["files", "-m", "a", "--", "-f", "note.txt", "--sf=note.txt", "-s", "be kind"],
            ["more", "-m", "a", "--model-option", "a:--schema:out.json:-t:t.yaml", "--", "-a", "dot.png"],
            [
                "words", "-m", "a", "--", "--schema", "name, age int", "-t", "nothing", "-f", "https://example.com/x",
                "-a", "https://example.com/y",
            ],
        ]
        for run in runs {
            let result = try await batch.run(["enqueue", "p.jsonl", "--no-check", "-q", "--run"] + run)
            #expect(result.code == 0, "\(result.err)")
        }
        let rows = try await batch.query(
            """
            SELECT runs.name, prompts.name, models.label, cells.sample, lower(hex(substr(cells.key, 1, 6)))
            FROM cells JOIN runs ON runs.id = cells.run_id JOIN prompts ON prompts.id = cells.prompt_id
            JOIN models ON models.id = cells.model_id ORDER BY cells.id
            """)
        #expect(rows.map { $0.joined(separator: " ") } == Self.keys.split(separator: "\n").map(String.init))
    }
}
