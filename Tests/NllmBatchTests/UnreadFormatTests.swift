import Foundation
import Testing

/// What is no text gets one line that says what it is and which command makes prompts of it; these commands work.
@Suite struct UnreadFormatTests {
    private static let formats =
        "prompts are read from .jsonl, .ndjson, .json, .csv, .tsv, .txt, .md and .prompt files, from directories of text "
        + "files, and from standard input with `-`"

    /// A file, how it begins, and what is said of it after its name.
    private static let files: [(name: String, start: [UInt8], said: String)] = [
        (
            "p.parquet", Array("PAR1".utf8),
            "a Parquet file; try: duckdb -c \"COPY (FROM 'p.parquet') TO '/dev/stdout' (FORMAT json)\" | nllm-batch enqueue -"
        ),
        (
            "p.xlsx", Array("PK\u{3}\u{4}".utf8),
            "an Excel or Office file; save it as CSV, or: duckdb -c \"COPY (FROM read_xlsx('p.xlsx')) TO '/dev/stdout' "
                + "(FORMAT json)\" | nllm-batch enqueue -"
        ),
        ("p.zip", Array("PK\u{3}\u{4}".utf8), "a zip archive; unpack it: unzip -p p.zip | nllm-batch enqueue -"),
        ("p.xls", [0xD0, 0xCF, 0x11, 0xE0], "an old Office file; save it as CSV"),
        ("p.txt", Array("%PDF-1.7".utf8), "a PDF; take its text: pdftotext p.txt prompt.txt"),
        ("p.csv", [0x89, 0x50, 0x4E, 0x47, 0, 0, 0], "a binary file; \(formats)"),
        ("zeros", [0, 0, 0, 0, 0, 0], "a binary file; \(formats)"),
        ("p.arrow", Array("ARROW1".utf8), "an Arrow file; for a folder of Hugging Face datasets, name the folder"),
        ("p.zst", [0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd; unpack it: zstdcat p.zst | nllm-batch enqueue -"),
        (
            "p.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
            "compressed with xz; unpack it: xzcat p.xz | nllm-batch enqueue -"
        ),
    ]

    @Test func eachGetsALine() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        for (name, start, said) in Self.files {
            try batch.write(Data(start), to: name)
            try await batch.refuses(
                "enqueue", name, "-m", "m", "--no-check", code: 65, error: "\(name): \(said)")
        }
        try batch.write(Data(Self.files[4].start), to: "d/p.txt")
        try await batch.refuses(
            "enqueue", "d", "-m", "m", "--no-check", code: 65,
            error: "d/p.txt: a PDF; take its text: pdftotext d/p.txt prompt.txt")
    }

    @Test func aFolderOfDatasetsIsTold() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        for name in ["one/dataset_info.json", "two/dataset_dict.json", "two/train/dataset_info.json", "three/a.arrow"] {
            try batch.write("{}", to: name)
        }
        for (name, path) in [("one", "one"), ("two", "two/train"), ("three/", "three")] {
            try await batch.refuses(
                "enqueue", name, "-m", "m", "--no-check", code: 65,
                error: "\(name): a folder of Hugging Face datasets; try: python3 -c 'import datasets, sys; "
                    + "datasets.load_from_disk(sys.argv[1]).to_json(sys.stdout.buffer)' \(path) | nllm-batch enqueue -")
        }
    }

    /// A command for a shell that makes a file, and the options of `enqueue` for it.
    private static let made: [(make: String, options: [String])] = [
        ("printf '\"a\"\\n\"b\"\\n' | gzip > file", []), ("printf 'a\\nb\\n' | bzip2 > file", ["--lines"]),
        ("printf '{\"data\": [{\"prompt\": \"a\"}, {\"prompt\": \"b\"}]}' > file", []),
        ("printf '\"a\"\\n\"b\"' | iconv -t utf-16le > file", []),
        ("printf '\"a\"\\n\"b\"' | iconv -t utf-32 > file", []),
        ("sqlite3 file 'CREATE TABLE t (prompt); INSERT INTO t VALUES (''a''), (''b'')'", []),
    ]

    @Test func theCommandThatIsShownWorks() async throws {
        for (make, options) in Self.made {
            let batch = try Batch(llm: Batch.fakeLLM("cat"))
            try await batch.command("/bin/sh", ["-c", make.replacing("''", with: "'\\''")]).expectSuccess()
            let refused = try await batch.run(["enqueue", "file"] + options + ["-m", "m", "--no-check"])
            #expect(refused.code == 65)
            let shown = try #require(refused.err.firstMatch(of: #/(?:: |; )((?:zcat|bzcat|jq|iconv|sqlite3) .*)\n/#))
            let command = String(shown.1).replacing("FROM …", with: "FROM t")
                .replacing("nllm-batch enqueue -", with: "\"$0\" enqueue -m m --no-check -")
            try await batch.command("/bin/sh", ["-c", command, Batch.binary]).expectSuccess("\(command)")
            #expect(try batch.prompts("text") == [["a"], ["b"]], "\(make)")
        }
    }
}
