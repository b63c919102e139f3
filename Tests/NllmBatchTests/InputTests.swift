import Foundation
import Testing

@Suite struct InputTests {
    // MARK: JSON lines

    @Test func aPromptWithoutAnIDIsNamedByItsLineNumberAndBlankLinesCount() async throws {
        let batch = try Batch()
        try batch.write(
            "\u{FEFF}{\"prompt\":\"one\"}\r\n"
                + "\r\n"
                + " \t\r\n"
                + "\"a bare string\"\r\n"
                + "{\"id\":\"named\",\"prompt\":\"three\"}\r\n"
                + "  {\"id\":7,\"prompt\":\"a number is an id\"}  \n"
                + "{\"id\":null,\"prompt\":\"null is no id\",\"system\":null,\"metadata\":null}\n"
                + "{\"\\u0070rompt\":\"CR LF\\r\\n, 😀 \\ud83d\\ude00, tab\\t, \\\"quotes\\\" and e\\u0301\"}",
            to: "prompts.jsonl")
        try await batch.enqueue("prompts.jsonl", "-m", "echo", says: "6 cells")
        #expect(
            try await batch.prompts("name, text, system, metadata") == [
                ["000001", "one", "", ""],
                ["000004", "a bare string", "", ""],
                ["named", "three", "", ""],
                ["7", "a number is an id", "", ""],
                ["000007", "null is no id", "", ""],
                ["000008", "CR LF\r\n, 😀 😀, tab\t, \"quotes\" and e\u{301}", "", ""],
            ])
        #expect(try await batch.query("SELECT path, prompts FROM sources") == [["prompts.jsonl", "6"]])
    }

    @Test func lineNumbersBeyondSixDigitsAreWrittenOut() async throws {
        let batch = try Batch()
        try batch.write(String(repeating: "\n", count: 1_234_566) + "\"late\"\n", to: "prompts.ndjson")
        try await batch.enqueue("prompts.ndjson", "-m", "echo", says: "1 cell")
        #expect(try await batch.prompts("name, text") == [["1234567", "late"]])
    }

    @Test func everyFieldIsKeptAsItWasWritten() async throws {
        let batch = try Batch()
        try batch.write("abc", to: "data/image.png")
        let metadata =
            #"{"z":1.50,"big":12345678901234567890,"tiny":1E-7,"text":"é 😀 \u0001","list":[null,true,{}],"a":-0}"#
        try batch.write(
            """
            {"id":"all","prompt":"text","system":"be brief","options":{"temperature":0.10,"stream":true,"stop":"a=b","list":[1.0]},\
            "attachments":["image.png"],"schema":{"type":"object","z":1.0},"vars":{"n":1.50,"nested":{"b":1,"a":2}},\
            "samples":2,"expect":["contains",{"text":"x"}],"metadata":\(metadata)}
            {"prompt":"few","schema":"name, age int","metadata":[1.50],"expect":"x","options":{},"attachments":[],"system":""}
            {"prompt":"bare values","metadata":1.50}

            """, to: "data/prompts.jsonl")
        try await batch.enqueue("data/prompts.jsonl", "-m", "echo", says: "4 cells")
        let image = "\(batch.directory)/data/image.png"
        #expect(
            try await batch.prompts("name, text, system, schema, options, attachments, vars, expect, metadata") == [
                [
                    "all", "text", "be brief", #"{"type":"object","z":1.0}"#,
                    #"{"temperature":"0.10","stream":"true","stop":"a=b","list":"[1.0]"}"#,
                    #"[{"location":"\#(image)","sha256":"\#(Self.digestOfABC)"}]"#,
                    #"{"n":1.50,"nested":{"b":1,"a":2}}"#, #"["contains",{"text":"x"}]"#, metadata,
                ],
                ["000002", "few", "", "name, age int", "{}", "[]", "", #""x""#, "[1.50]"],
                ["000003", "bare values", "", "", "{}", "[]", "", "", "1.50"],
            ])
    }

    @Test func aPromptLimitsItsModelsByLabelOrNameAndItsSamples() async throws {
        let batch = try Batch()
        try batch.write(
            """
            {"id":"all","prompt":"a"}
            {"id":"by label","prompt":"b","models":["m[t=2]"]}
            {"id":"by name","prompt":"c","models":["m"],"samples":1}
            {"id":"both","prompt":"d","models":["other","m[t=1]","other"],"samples":3}

            """, to: "prompts.jsonl")
        try await batch.enqueue(
            "prompts.jsonl", "-m", "m[t=1]", "-m", "m[t=2]", "-m", "other", "--no-check", "--samples", "2",
            says: "16 cells")
        #expect(
            try await batch.cells() == [
                "all m[t=1] 1", "all m[t=1] 2", "all m[t=2] 1", "all m[t=2] 2", "all other 1", "all other 2",
                "by label m[t=2] 1", "by label m[t=2] 2",
                "by name m[t=1] 1", "by name m[t=2] 1",
                "both m[t=1] 1", "both m[t=1] 2", "both m[t=1] 3", "both other 1", "both other 2", "both other 3",
            ])
    }

    @Test func modelsOfOneLabelAreNumbered() async throws {
        let batch = try Batch()
        try batch.write("\"a\"\n", to: "prompts.jsonl")
        let result = try await batch.run(
            "enqueue", "prompts.jsonl", "-m", "m", "-m", "m", "-m", "m#2", "-m", "m", "-m", "m[a=b=c,d=]", "--no-check")
        #expect(result.code == 0, "\(result.err)")
        #expect(result.err.contains("model `m` is named 3 times with the same options"))
        #expect(
            try await batch.query("SELECT label, name, options FROM models ORDER BY position") == [
                ["m", "m", "{}"], ["m#3", "m", "{}"], ["m#2", "m#2", "{}"], ["m#4", "m", "{}"],
                ["m[a=b=c,d=]", "m", #"{"a":"b=c","d":""}"#],
            ])
    }

    // MARK: Standard input

    @Test func standardInputIsReadAsJSONLinesWithPathsFromTheWorkingDirectory() async throws {
        let batch = try Batch()
        try batch.write("abc", to: "image.png")
        let result = try await batch.run(
            ["enqueue", "-", "-m", "echo", "--run", "r"],
            input: "\n{\"prompt\":\"one\",\"attachments\":[\"image.png\"]}\n\"two\"")
        #expect(result.code == 0)
        #expect(result.out == "r\n")
        #expect(result.err == "2 cells in new run r\n")
        #expect(
            try await batch.prompts("name, text, attachments") == [
                [
                    "000002", "one",
                    #"[{"location":"\#(batch.directory)/image.png","sha256":"\#(Self.digestOfABC)"}]"#,
                ],
                ["000003", "two", "[]"],
            ])
        #expect(try await batch.query("SELECT path, prompts FROM sources") == [["-", "2"]])
    }

    @Test func aPipeIsReadAsJSONLines() async throws {
        let batch = try Batch()
        let result = try await batch.command(
            "/bin/bash", ["-c", "exec \"$0\" enqueue <(echo '\"piped\"') -m echo --run r", Batch.binary])
        #expect(result.code == 0)
        #expect(result.out == "r\n")
        #expect(result.err == "1 cell in new run r\n")
        #expect(try await batch.prompts("name, text") == [["000001", "piped"]])
    }

    // MARK: Directories and text files

    @Test func aDirectoryGivesItsTextFilesInPathOrderUnderTheirRelativePaths() async throws {
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
        try await batch.enqueue("d", "-m", "echo", says: "11 cells")
        #expect(
            try await batch.prompts("name, text") == [
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
        #expect(try await batch.query("SELECT path, prompts FROM sources") == [["d", "11"]])
    }

    @Test func frontMatterGivesTheOtherFields() async throws {
        let batch = try Batch()
        try batch.write("abc", to: "d/sub/pic.png")
        try batch.write(
            """
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
            expect:
              - contains
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

            """, to: "d/sub/full.md")
        try batch.write("---\nid: 007\n---\nA number with zeros is text.", to: "d/zeros.txt")
        try await batch.enqueue("d", "-m", "m", "-m", "other", "--no-check", says: "4 cells")
        #expect(
            try await batch.prompts("name, text, system, schema, options, attachments, vars, expect, metadata") == [
                [
                    "renamed", "The text.\n\n---\nMore text.\n", "be brief", #"{"type":"object"}"#,
                    #"{"temperature":"0.10","stop":"no","flag":"true"}"#,
                    #"[{"location":"\#(batch.directory)/d/sub/pic.png","sha256":"\#(Self.digestOfABC)"},"#
                        + #"{"location":"https://example.org/x.png"}]"#,
                    #"{"n":1.50}"#, #"["contains"]"#,
                    #"{"n":1.50,"quoted":"1.50","none":null,"empty":null,"date":"2026-11-23","#
                        + #""block":"two\nlines\n","list":[1,"two",true]}"#,
                ],
                ["007", "A number with zeros is text.", "", "", "{}", "[]", "", "", ""],
            ])
        #expect(try await batch.cells() == ["renamed m 1", "renamed m 2", "007 m 1", "007 other 1"])
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
        #expect(try await batch.prompts("name, text") == expected)
    }

    @Test(arguments: [
        ("note.txt", "note"), ("deep/er/note.md", "note"), ("v1.2.prompt", "v1.2"), ("UPPER.TXT", "UPPER"),
    ])
    func aSingleTextFileIsOnePromptNamedByItsStem(file: String, id: String) async throws {
        let batch = try Batch()
        try batch.write("line 1\nline 2\n", to: file)
        try await batch.enqueue(file, "-m", "echo", says: "1 cell")
        #expect(try await batch.prompts("name, text") == [[id, "line 1\nline 2\n"]])
    }

    // MARK: Several sources

    @Test func withSeveralSourcesEachIDGetsItsSourcesStem() async throws {
        let batch = try Batch()
        try batch.write("\"a1\"\n{\"id\":\"x\",\"prompt\":\"ax\"}\n", to: "sub/a.jsonl")
        try batch.write("\"b1\"\n{\"id\":\"x\",\"prompt\":\"bx\"}\n", to: "b.ndjson")
        try batch.write("c", to: "d/c.txt")
        try batch.write("e", to: "d/sub/e.md")
        try batch.write("n", to: "note.txt")
        let result = try await batch.run(
            ["enqueue", "sub/a.jsonl", "b.ndjson", "./d/", "-", "note.txt", "-m", "echo", "--run", "r"],
            input: "\"s1\"\n")
        #expect(result.code == 0)
        #expect(result.out == "r\n")
        #expect(result.err == "8 cells in new run r\n")
        #expect(
            try await batch.prompts("name, text") == [
                ["a/000001", "a1"], ["a/x", "ax"], ["b/000001", "b1"], ["b/x", "bx"], ["d/c", "c"], ["d/sub/e", "e"],
                ["stdin/000001", "s1"], ["note", "n"],
            ])
        #expect(
            try await batch.query("SELECT path, prompts FROM sources ORDER BY position") == [
                ["sub/a.jsonl", "2"], ["b.ndjson", "2"], ["./d/", "2"], ["-", "1"], ["note.txt", "1"],
            ])
    }

    // MARK: File names

    /// Ids in their order, and the folder that each gets; the digits are the first of the id's SHA-256.
    private static let folders: [(id: String, folder: String)] = [
        ("a_b", "a_b"),
        ("a/b", "a_b-c14cddc0"),
        ("a:b", "a_b-6783a31e"),
        ("A_B", "A_B-6c1908f9"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 100)),
        (String(repeating: "x", count: 299) + "y", String(repeating: "x", count: 91) + "-d71979b4"),
        ("..", "__"),
        (".", "_"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        (#"<>:"/\|?*"#, "_________"),
        ("日本語", "日本語"),
    ]

    @Test func idsThatWouldShareAFileNameGetTheirHash() async throws {
        let batch = try Batch()
        try batch.writePrompts(Self.folders.map(\.id), to: "prompts.jsonl")
        try await batch.enqueue("prompts.jsonl", "-m", "echo", says: "\(Self.folders.count) cells")
        #expect(try await batch.prompts("name, folder") == Self.folders.map { [$0.id, $0.folder] })
    }

    @Test func anIDThatLooksLikeAnothersNameWithItsHashDoesNotCollideWithIt() async throws {
        let batch = try Batch()
        try batch.writePrompts(["a_b", "a_b-c14cddc0", "a/b"], to: "prompts.jsonl")
        try await batch.enqueue("prompts.jsonl", "-m", "echo", says: "3 cells")
        let folders = try await batch.prompts("folder").map { $0[0].lowercased() }
        #expect(Set(folders).count == 3)
    }

    @Test func longNamesOfWideCharactersStayWithinWhatFileSystemsTake() async throws {
        let batch = try Batch()
        let family = "👨‍👩‍👧‍👦"
        try batch.writePrompts(
            [String(repeating: family, count: 100), String(repeating: family, count: 99) + "x"], to: "prompts.jsonl")
        try await batch.enqueue("prompts.jsonl", "-m", "echo", says: "2 cells")
        let folders = try await batch.prompts("folder").map { $0[0] }
        #expect(Set(folders).count == 2)
        for folder in folders {
            #expect(folder.utf8.count <= 255 - ".json".utf8.count)
            #expect(!folder.isEmpty)
        }
    }

    // MARK: Attachments

    @Test func attachmentPathsAreRelativeToTheFileThatNamesThem() async throws {
        let batch = try Batch()
        let absolute = try batch.write("abc", to: "elsewhere/abc.bin")
        for name in ["data/pic.png", "data/sub/pic.png", "top.png", "pic.png"] { try batch.write("abc", to: name) }
        try batch.write(
            #"{"prompt":"p","attachments":["pic.png","../top.png","./sub/../sub/pic.png","\#(absolute)","HTTPS://x.org/a b"]}"#,
            to: "data/prompts.jsonl")
        try batch.write("---\nattachments: [pic.png]\n---\nText", to: "data/sub/text.md")
        try await batch.enqueue("data/prompts.jsonl", "data", "-m", "echo", says: "2 cells")
        let expected = [
            ["data/pic.png", "top.png", "data/sub/pic.png", "elsewhere/abc.bin"].map { "\(batch.directory)/\($0)" }
                + ["HTTPS://x.org/a b"],
            ["\(batch.directory)/data/sub/pic.png"],
        ]
        let rows = try await batch.query(
            """
            SELECT prompts.position, json_extract(value, '$.location'), json_extract(value, '$.sha256')
            FROM prompts, json_each(prompts.attachments) ORDER BY prompts.position, json_each.key
            """)
        #expect(rows.map { $0[1] } == expected.flatMap { $0 })
        #expect(rows.map { $0[2] } == expected.flatMap { $0.map { $0.hasPrefix("/") ? Self.digestOfABC : "" } })
    }

    private static let digestOfABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
}

extension Batch {
    /// Enqueues as run `r` and expects that it says so.
    fileprivate func enqueue(
        _ arguments: String..., says cells: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await run(["enqueue"] + arguments + ["--run", "r"])
        #expect(result.code == 0, sourceLocation: sourceLocation)
        #expect(result.out == "r\n", sourceLocation: sourceLocation)
        #expect(result.err == "\(cells) in new run r\n", sourceLocation: sourceLocation)
    }

    /// Writes a prompt for each of these ids.
    fileprivate func writePrompts(_ ids: [String], to name: String) throws {
        let lines = try ids.map { id in
            String(decoding: try JSONSerialization.data(withJSONObject: ["id": id, "prompt": "p"]), as: UTF8.self)
        }
        try write(lines.joined(separator: "\n"), to: name)
    }

    /// Columns of the prompts in their order; null is an empty text.
    fileprivate func prompts(_ columns: String) async throws -> [[String]] {
        try await query("SELECT \(columns) FROM prompts WHERE live = 1 ORDER BY position")
    }

    /// The cells in their order, as `prompt model sample`.
    fileprivate func cells() async throws -> [String] {
        try await query(
            """
            SELECT prompts.name || ' ' || models.label || ' ' || sample FROM cells
            JOIN prompts ON prompts.id = prompt_id JOIN models ON models.id = model_id
            WHERE cells.live = 1 ORDER BY cells.id
            """
        ).map { $0[0] }
    }
}
