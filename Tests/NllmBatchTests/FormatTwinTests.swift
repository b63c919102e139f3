import Foundation
import Testing

/// The same prompts in every format give the same prompts, ids and keys of cells as their JSON lines.
@Suite struct FormatTwinTests {
    private static let fields = [
        "id", "prompt", "system", "options", "samples", "models", "metadata", "vars", "schema", "assert",
    ]
    private static let rows: [[String?]] = [
        [
            "a, b", "Say \"hi\", please;\nthen\ttab", "be brief", #"{"temperature":0.10}"#, "2", #"["m"]"#,
            #"{"n":1.50,"t":"a,b"}"#, #"{"x":"\n"}"#, #"{"type":"object"}"#,
            #"["contains:hi",{"type":"is-json","weight":0}]"#,
        ],
        [nil, "plain é 😀", nil, nil, nil, nil, nil, nil, "name, age int", nil],
        ["007", "  spaces are kept  ", "", nil, nil, nil, "1.50", nil, nil, nil],
        [nil, "ends", nil, nil, nil, nil, nil, nil, nil, nil],
    ]
    /// Columns that hold a text, not JSON.
    private static let texts: Set = ["id", "prompt", "system"]

    /// The rows as JSON objects.
    private static let objects = rows.map { row in
        let members = zip(fields, row).compactMap { name, cell in
            cell.map { text in
                let isText = texts.contains(name) || !["{", "[", "1", "2"].contains(text.prefix(1))
                return "\"\(name)\": \(isText ? quoted(text) : text)"
            }
        }
        return "{\(members.joined(separator: ", "))}"
    }
    private static let lines = objects.joined(separator: "\n") + "\n"

    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped.replacing("\t", with: "\\t"))\""
    }

    /// A twin: its name, and its content.
    struct Twin: Sendable, CustomTestStringConvertible {
        var file: String
        var content: Data
        var testDescription: String

        init(_ description: String, _ file: String, _ text: String, mark: [UInt8] = []) {
            (self.file, testDescription) = (file, description)
            content =
                switch mark {
                case [0xFF, 0xFE]: Data(mark) + (text.data(using: .utf16LittleEndian) ?? Data())
                case [0xFE, 0xFF]: Data(mark) + (text.data(using: .utf16BigEndian) ?? Data())
                default: Data(mark) + Data(text.utf8)
                }
        }
    }

    private static func table(_ delimiter: String, _ end: String, quotesAll: Bool = false) -> String {
        DelimitedFile(delimiter: delimiter, end: end, quotesAll: quotesAll).text([fields] + rows)
    }

    private static let pretty = objects.map {
        $0.replacing(", \"", with: ",\n  \"").replacing("{\"id", with: "{\n  \"id")
    }
    private static let array = "[\(objects.joined(separator: ", "))]"
    private static let twins = [
        Twin("CSV", "p.csv", table(",", "\n")),
        Twin("CSV with CRLF and a byte order mark", "p.csv", table(",", "\r\n"), mark: [0xEF, 0xBB, 0xBF]),
        Twin("CSV with CR", "p.csv", table(",", "\r")),
        Twin("CSV with blank rows", "p.csv", "\n" + table(",", "\n\n") + ",,\n"),
        Twin("CSV without its last line feed", "p.csv", String(table(",", "\n").dropLast())),
        Twin("CSV with semicolons", "p.csv", table(";", "\r\n")),
        Twin("CSV with sep=", "p.csv", "sep=;\r\n" + table(";", "\r\n")),
        Twin("CSV with spaces around names", "p.csv", table(",", "\n").replacing("id,prompt,", with: " id , prompt,")),
        Twin("CSV with tabs", "p.csv", table("\t", "\n")),
        Twin("CSV in UTF-16", "p.csv", table(",", "\r\n"), mark: [0xFE, 0xFF]),
        Twin("TSV", "p.tsv", table("\t", "\r\n")),
        Twin("TSV in UTF-16, as Excel's Unicode text", "p.tsv", table("\t", "\r\n"), mark: [0xFF, 0xFE]),
        Twin("CSV of an unknown ending", "p.data", table(",", "\n")),
        Twin("JSON lines", "p.ndjson", lines),
        Twin("JSON lines in UTF-16", "p.jsonl", lines.replacing("\n", with: "\r\n"), mark: [0xFF, 0xFE]),
        Twin("JSON lines in UTF-16 big-endian", "p.jsonl", lines, mark: [0xFE, 0xFF]),
        Twin("JSON lines of an unknown ending", "p", lines),
        Twin("an array", "p.json", array),
        Twin("an array in .jsonl", "p.jsonl", "\n" + array.replacing("}, {", with: "},\n{")),
        Twin("an array of an unknown ending", "p.data", "[\n" + pretty.joined(separator: "\n,\n") + "\n]\n"),
        Twin("an array in UTF-16", "p.json", array, mark: [0xFF, 0xFE]),
        Twin("objects over several lines", "p.json", pretty.joined(separator: "\n") + "\n"),
        Twin("objects over several lines, and blank ones", "p.jsonl", pretty.joined(separator: "\r\n\r\n")),
        Twin(
            "objects with commas before names", "p.json",
            objects.map { $0.replacing(", \"", with: "\n, \"") }.joined(separator: "\n")),
    ]

    private static func content(_ batch: Batch, _ run: String) throws -> [[String]] {
        try batch.query(
            """
            SELECT prompts.name, text, prompts.system, schema, prompts.options, vars, metadata, sample, hex(key),
                \(Batch.grading)
            FROM cells
            JOIN prompts ON prompts.id = prompt_id JOIN runs ON runs.id = cells.run_id
            WHERE runs.name = '\(run)' ORDER BY cells.id
            """)
    }

    @Test(arguments: twins) func everyFormatGivesTheSameCells(twin: Twin) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let options = ["-m", "m", "-m", "other", "--no-check", "--run"]
        try batch.write(Self.lines, to: "twin.jsonl")
        try await batch.run(["enqueue", "twin.jsonl"] + options + ["lines"]).expectSuccess()
        let expected = try Self.content(batch, "lines")
        #expect(expected.count == 8 && expected[0][0] == "a, b" && expected[2][0] == "000002")

        try batch.write(twin.content, to: twin.file)
        let enqueue = try await batch.run(["enqueue", twin.file] + options + ["file"]).expectSuccess()
        #expect(enqueue.err.hasPrefix("8 cells in new run file\nestimate for "))
        #expect(try Self.content(batch, "file") == expected)

        let script = """
            cat "$1" | "$0" enqueue - "${@:2}" input && "$0" enqueue <(cat "$1") "${@:2}" pipe
            """
        try await batch.command("/bin/bash", ["-c", script, Batch.binary, twin.file] + options).expectSuccess()
        #expect(try Self.content(batch, "input") == expected)
        #expect(try Self.content(batch, "pipe") == expected)
    }

    @Test func aPromptPerLineIsItsTwinOfStrings() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"What is 2+2?\"\n\n\"  Name a {river}\"\n\"\\\"quoted\\\"\"\n", to: "twin.jsonl")
        let text = "What is 2+2?\r\n \n  Name a {river}\n\"quoted\"\n"
        for (name, mark) in [("p.txt", []), ("p.md", [0xEF, 0xBB, 0xBF]), ("p.data", [0xFE, 0xFF])]
            as [(String, [UInt8])]
        {
            try batch.write(Twin("", name, text, mark: mark).content, to: name)
        }
        try await batch.run("enqueue", "twin.jsonl", "-m", "m", "--no-check", "--run", "lines").expectSuccess()
        let expected = try Self.content(batch, "lines")
        for (index, name) in ["p.txt", "p.md", "p.data"].enumerated() {
            let run = "r\(index)"
            try await batch.run("enqueue", name, "--lines", "-m", "m", "--no-check", "--run", run).expectSuccess()
            #expect(try Self.content(batch, run) == expected, "\(name)")
        }
        let piped = ["enqueue", "-", "--lines", "-m", "m", "--no-check", "--run", "piped"]
        try await batch.run(piped, input: text).expectSuccess()
        #expect(try Self.content(batch, "piped") == expected)
        #expect(expected.map { $0[0] } == ["000001", "000003", "000004"])
    }

    @Test func aRunOfLinesIsAnotherThanThatOfTheWholeText() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("exit 1"))
        try batch.write("a\n\nb\n", to: "p.txt")
        let work = ["-m", "m", "--no-check", "--retries", "0", "--quiet"]
        _ = try await batch.run(["run", "p.txt"] + work)
        _ = try await batch.run(["run", "p.txt", "--lines"] + work)
        #expect(try batch.query("SELECT count(*) FROM prompts GROUP BY run_id") == [["1"], ["2"]])
    }

    @Test func aColumnWithoutAHeaderIsThePrompt() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"one, two\"\nthree\n", to: "p.csv")
        try await batch.run("enqueue", "p.csv", "--no-header", "-m", "m", "--no-check").expectSuccess()
        #expect(try batch.prompts("name, text") == [["000001", "one, two"], ["000002", "three"]])
    }

    /// Without an ending, the header shows that a text is a table.
    @Test(arguments: [
        ("\"prompt\"\nWhy?\n", []), ("prompt\nWhy?\n", []),
        ("id;Die Frage (de)\na;Why?\n", ["--map", "prompt=Die Frage (de)"]),
        ("\"the question\"\nWhy?\n", ["--map", "prompt=the question"]),
    ]) func aTableIsToldByItsHeader(text: String, options: [String]) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try await batch.run(["enqueue", "-", "-m", "m", "--no-check"] + options, input: text).expectSuccess()
        #expect(try batch.prompts("text") == [["Why?"]])
    }

    @Test func anObjectAloneIsAPrompt() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("{\n  \"prompt\": \"x\",\n  \"metadata\": {\"list\": [{}]}\n}", to: "p.json")
        try await batch.run("enqueue", "p.json", "-m", "m", "--no-check").expectSuccess()
        #expect(try batch.prompts("name, text") == [["000001", "x"]])
    }
}
