import Foundation
import Testing

/// Text files and sources that are refused: the command says why and leaves everything as it was.
@Suite struct BadSourceTests {
    /// A text file, and what is said of it after its name.
    private static let texts: [(content: String, problem: String)] = [
        ("---\nid: x\n---\n\n", ": empty prompt"),
        ("a\0b", ": `prompt` holds a NUL character"),
        ("---\nid: a\nsamples: many\n---\nx", ":3: `samples` must be a whole number from 1 to 10,000"),
        (
            "---\nid: a\n# comment\n\nsystem: [b]\n---\nx",
            ":5: `system` is an array, not a string; to keep it as a variable, add --map vars=system"
        ),
        ("---\nid: a\nid: b\n---\nx", ":2: duplicate key `id`"),
        ("---\r\nid: a\r\nvars: 3\r\n---\r\nx", ":3: `vars` is a number, not an object"),
        ("---\nprompt: x\n---\ny", ":2: `prompt` is a field, but the text below is the prompt"),
        (
            "---\nid: a\nattachments: [nope.png]\n---\nx",
            ":3: attachment `nope.png` can't be read: no such file or directory"
        ),
    ]

    @Test(arguments: texts.indices)
    func aBadTextFileIsToldWithItsPlace(index: Int) async throws {
        let (content, problem) = Self.texts[index]
        let batch = try Batch()
        try batch.write("good", to: "d/a.txt")
        try batch.write(content, to: "d/sub/b.md")
        try await batch.refuses("enqueue", "d", "-m", "echo", code: 65, error: "d/sub/b.md" + problem)
        try await batch.refuses("enqueue", "d/sub/b.md", "-m", "echo", code: 65, error: "d/sub/b.md" + problem)
    }

    // MARK: Sources that can't be read

    @Test func aSourceThatIsNotThereIsRefused() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "nope.jsonl", "-m", "echo", code: 66,
            error: "error: nope.jsonl: no such file or directory")
    }

    @Test func aFileInADirectoryThatCannotBeReadIsRefused() async throws {
        let batch = try Batch()
        try batch.write("x", to: "d/a.txt")
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/d/b.txt", withDestinationPath: "/nonexistent/b.txt")
        try await batch.refuses(
            "enqueue", "d", "-m", "echo", code: 66,
            error: "error: d/b.txt: no such file or directory")
    }

    @Test(arguments: ["", " \n\t\n", "\u{FEFF}"]) func aFileWithNothingInItIsNoPrompt(content: String) async throws {
        let batch = try Batch()
        try batch.write(content, to: "b.md")
        try await batch.refuses("enqueue", "b.md", "-m", "echo", code: 65, error: "b.md: empty prompt")
    }

    @Test func aDirectoryOfEmptyFilesIsRefused() async throws {
        let batch = try Batch()
        try batch.write(" \n", to: "d/b.md")
        try await batch.refuses(
            "enqueue", "d", "-m", "echo", code: 65, error: "d: no .txt, .md or .prompt file with text in it")
    }

    @Test func aDirectoryOfTablesIsToldToNameThem() async throws {
        let batch = try Batch()
        for name in ["a.log", "b.csv"] { try batch.write("prompt\nx\n", to: "d/" + name) }
        try await batch.refuses(
            "enqueue", "d/", "-m", "echo", code: 65,
            error: "d/: no .txt, .md or .prompt file in it; name its other files, such as d/b.csv")
    }

    @Test func aFileNamedTwiceIsRefused() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/link.jsonl", withDestinationPath: "p.jsonl")
        for other in ["./p.jsonl", "link.jsonl", batch.directory + "/p.jsonl"] {
            try await batch.refuses(
                "enqueue", "p.jsonl", other, "-m", "echo", code: 64,
                error: "error: sources `p.jsonl` and `\(other)` are the same; name one of them")
        }
    }

    @Test(arguments: [
        (["p.csv", "--lines"], "`--lines` takes text with a prompt per line, not `p.csv`; leave it out"),
        (["d", "--lines"], "`--lines` takes text with a prompt per line, not `d`; leave it out"),
        (["p.jsonl", "--lines"], "`--lines` takes text with a prompt per line, but `p.jsonl` is JSON; leave it out"),
        (["p.txt", "--lines"], "`--lines` takes text with a prompt per line, but `p.txt` is JSON; leave it out"),
        (["p.jsonl", "--no-header"], "`--no-header` is for CSV and TSV, not `p.jsonl`; leave it out"),
        (
            ["p.csv", "-", "--no-header", "--lines"],
            "`--lines` takes text with a prompt per line, not `p.csv`; leave it out"
        ),
        (["-", "--no-header", "--lines"], "`--lines` and `--no-header` are for different files; leave one out"),
    ])
    func anOptionThatDoesNotFitASourceIsRefused(arguments: [String], error: String) async throws {
        let batch = try Batch()
        for name in ["p.jsonl", "p.txt"] { try batch.write("{\"prompt\":\"x\"}", to: name) }
        try batch.write("prompt\nx\n", to: "p.csv")
        try batch.write("x", to: "d/x.txt")
        try await batch.refuses(["enqueue"] + arguments + ["-m", "echo"], code: 64, error: "error: " + error)
    }
}
