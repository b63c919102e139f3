import Foundation
import Testing

/// Prompts from text files and directories, and their front matter.
@Suite struct TextFileTests {
    @Test func aDirectoryGivesItsTextFilesInPathOrder() async throws {
        let batch = try Batch()
        for name in [
            "z.txt", "a/b.md", "a/c.d.prompt", "a/deep/er/x.txt", "a.b.txt", "a.txt", "B.TXT", "é.txt", "日本/語.md",
            "with space & <odd>.txt", "picture.png", "README", ".hidden.txt", ".hidden/x.txt",
        ] {
            try batch.write("text of \(name)", to: "d/" + name)
        }
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/d/link.txt", withDestinationPath: "z.txt")
        // A folder behind a link is passed over: it may lead in a circle.
        try FileManager.default.createSymbolicLink(atPath: batch.directory + "/d/circle", withDestinationPath: ".")
        let enqueue = try await batch.run("enqueue", "d", "-m", "echo", "--run", "r").expectSuccess()
        #expect(enqueue.err.contains("prompts: README, picture.png\n11 cells in new run r\n"))
        #expect(
            try batch.prompts("name, text") == [
                ["B", "text of B.TXT"],
                ["a/b", "text of a/b.md"],
                ["a/c.d", "text of a/c.d.prompt"],
                ["a/deep/er/x", "text of a/deep/er/x.txt"],
                ["a.b", "text of a.b.txt"],
                ["a", "text of a.txt"],
                ["link", "text of z.txt"],
                ["with space & <odd>", "text of with space & <odd>.txt"],
                ["z", "text of z.txt"],
                ["é", "text of é.txt"],
                ["日本/語", "text of 日本/語.md"],
            ])
        #expect(try batch.query("SELECT path, prompts FROM sources") == [["d", "11"]])
    }

    private static let full = """
        ---
        id: renamed
        system: "be brief"
        options:
          temperature: 0.10
          stop: 'no'
          flag: true
        attachments: [pic.png, "https://example.org/x.png"]
        schema: {type: object}
        vars:
          n: 1.50
        models: [m]
        samples: 2
        assert:
          - contains:yes
        metadata:
          n: 1.50
          quoted: "1.50"
          none: null
          empty:
          date: 2026-11-23
          block: |
            two
            lines
          list: [1, two, true]
        ---
        The text.

        ---
        More text.

        """

    @Test func frontMatterGivesTheOtherFields() async throws {
        let batch = try Batch()
        try batch.write("abc", to: "d/sub/pic.png")
        try batch.write(Self.full, to: "d/sub/full.md")
        try batch.write("---\nid: 007\n---\nA number with zeros is text.", to: "d/zeros.txt")
        try await batch.run("enqueue", "d", "-m", "m", "-m", "other", "--no-check", "--run", "r").expectSuccess()
        #expect(
            try batch.prompts("name, text, system, schema, options, attachments, vars, \(Batch.grading), metadata") == [
                [
                    "renamed", "The text.\n\n---\nMore text.\n", "be brief", #"{"type":"object"}"#,
                    #"{"temperature":"0.10","stop":"no","flag":"true"}"#,
                    #"[{"location":"\#(batch.directory)/d/sub/pic.png","sha256":"\#(InputFile.digestOfABC)"},"#
                        + #"{"location":"https://example.org/x.png"}]"#,
                    #"{"n":1.50}"#, #"{"assert":[{"type":"contains","value":"yes"}]}"#,
                    #"{"n":1.50,"quoted":"1.50","none":null,"empty":null,"date":"2026-11-23","#
                        + #""block":"two\nlines\n","list":[1,"two",true]}"#,
                ],
                ["007", "A number with zeros is text.", "", "", "{}", "[]", "", "", ""],
            ])
        #expect(try batch.cells() == ["renamed m 1", "renamed m 2", "007 m 1", "007 other 1"])
    }

    /// A file's content, and the id and text that come of it; no id stands for the file's own.
    private static let beginnings: [(content: String, id: String?, text: String)] = [
        ("---\nOne ruler is no front matter.\n", nil, "---\nOne ruler is no front matter.\n"),
        ("---\nRoses\n---\nViolets", nil, "---\nRoses\n---\nViolets"),
        ("---\n- a\n- b\n---\nText", nil, "---\n- a\n- b\n---\nText"),
        ("----\nid: x\n----\nText", nil, "----\nid: x\n----\nText"),
        (" ---\nid: x\n---\nText", nil, " ---\nid: x\n---\nText"),
        ("\n---\nid: x\n---\nText", nil, "\n---\nid: x\n---\nText"),
        ("---\n# only a comment\n---\nText", nil, "Text"),
        ("---\n---\nText", nil, "Text"),
        ("---\nid: plain\n---\nText", "plain", "Text"),
        ("---\nid: plain 2\n---\n\n\n  Text\n\n", "plain 2", "\n\n  Text\n\n"),
        ("---\r\nid: crlf\r\n---\r\nText\r\nmore\r\n", "crlf", "Text\r\nmore\r\n"),
        ("--- \nid: trailing space\n---\t\nText", "trailing space", "Text"),
        ("\u{FEFF}---\nid: marked\n---\nText", "marked", "Text"),
    ]

    @Test func onlyAMappingBetweenTwoRulersIsFrontMatter() async throws {
        let batch = try Batch()
        for (number, file) in Self.beginnings.enumerated() {
            try batch.write(file.content, to: String(format: "d/%02d.txt", number))
        }
        try await batch.enqueue("d", "-m", "echo", says: "\(Self.beginnings.count) cells")
        let expected = Self.beginnings.enumerated().map { number, file in
            [file.id ?? String(format: "%02d", number), file.text]
        }
        #expect(try batch.prompts("name, text") == expected)
    }

    @Test(arguments: [
        ("note.txt", "note"), ("deep/er/note.md", "note"), ("v1.2.prompt", "v1.2"), ("UPPER.TXT", "UPPER"),
    ])
    func aSingleTextFileIsOnePromptNamedByItsStem(file: String, id: String) async throws {
        let batch = try Batch()
        try batch.write("line 1\n\nline 2\n", to: file)
        try await batch.enqueue(file, "-m", "echo", says: "1 cell")
        #expect(try batch.prompts("name, text") == [[id, "line 1\n\nline 2\n"]])
    }

    @Test func whatADirectoryPassesOverIsNamed() async throws {
        let batch = try Batch()
        try batch.write("hello", to: "d/a.txt")
        for name in ["b.csv", "c.jsonl", "d.json", "inner/e.pdf", ".hidden"] { try batch.write("x", to: "d/" + name) }
        let enqueue = try await batch.run("enqueue", "d/", "-m", "echo", "--run", "r").expectSuccess()
        #expect(
            enqueue.err.hasPrefix(
                """
                d: 4 files passed over, because only .txt, .md and .prompt files of a directory are prompts: b.csv, \
                c.jsonl, d.json and 1 more
                1 cell in new run r

                """))
        let verbose = try await batch.run("enqueue", "d", "-m", "echo", "--dry-run", "--verbose").expectSuccess()
        #expect(verbose.err.contains(": b.csv, c.jsonl, d.json, inner/e.pdf\n"))
        try FileManager.default.removeItem(atPath: batch.directory + "/d/inner")
        for name in ["b.csv", "c.jsonl"] { try FileManager.default.removeItem(atPath: batch.directory + "/d/" + name) }
        // Runs made there are no prompts.
        try await batch.run("run", "d", "-m", "echo", "-o", "d/runs", "--raw", "--quiet").expectSuccess()
        let quiet = try await batch.run("enqueue", "d", "-m", "echo", "--dry-run").expectSuccess()
        #expect(quiet.err.contains("\n1 cell in all; nothing was run\n"))
        #expect(quiet.err.hasPrefix("d: 1 file passed over, because only .txt, .md and .prompt files"))
    }
}
