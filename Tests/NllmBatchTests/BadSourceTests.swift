import Foundation
import Testing

/// Text files and sources that are refused: the command says why and leaves everything as it was.
@Suite struct BadSourceTests {
    /// A text file, and what is said of it after its name.
    private static let texts: [(content: String, problem: String)] = [
        ("", ": empty prompt"),
        (" \n\t\n", ": empty prompt"),
        ("---\nid: x\n---\n\n", ": empty prompt"),
        ("a\0b", ": `prompt` holds a NUL character"),
        ("---\nid: a\nsamples: many\n---\nx", ":3: `samples` must be a whole number from 1 to 10,000"),
        ("---\nid: a\n# comment\n\nsytem: b\n---\nx", ":5: unknown field `sytem`; did you mean `system`?"),
        ("---\r\nid: a\r\nvars: 3\r\n---\r\nx", ":3: `vars` is a number, not an object"),
        ("---\nprompt: x\n---\ny", ":2: `prompt` is a field, but the text below is the prompt"),
        (
            "---\nid: a\nattachments: [nope.png]\n---\nx",
            ":3: attachment `nope.png` can't be read: no such file or directory"
        ),
        ("---\nid: a\nsystem: \"open\n---\nx", ":4: broken YAML: found unexpected end of stream"),
        ("---\nid: a\n\tsystem: x\n---\nx", ":3: broken YAML: found a tab character that violates indentation"),
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

    @Test(arguments: ["p.xlsx", "p", "p.json", ".jsonl"])
    func aFileOfAnotherKindIsRefused(name: String) async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: name)
        let result = try await batch.run("enqueue", name, "-m", "echo")
        #expect(result.code == 65)
        #expect(result.out == "")
        // The rest lists what is read.
        #expect(result.err.hasPrefix("\(name): unknown kind of file; prompts are read from .jsonl, .ndjson, "))
        #expect(result.err.split(separator: "\n").count == 1)
        #expect(!batch.exists("nllm-runs"))
    }
}
