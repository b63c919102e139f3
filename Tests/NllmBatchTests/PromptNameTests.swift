import Foundation
import Testing

/// The ids of prompts from several sources, and the names of their files.
@Suite struct PromptNameTests {
    @Test func withSeveralSourcesEachIDGetsItsSourcesStem() async throws {
        let batch = try Batch()
        try batch.write("\"a1\"\n{\"id\":\"x\",\"prompt\":\"ax\"}\n", to: "sub/a.jsonl")
        try batch.write("\"b1\"\n{\"id\":\"x\",\"prompt\":\"bx\"}\n", to: "b.ndjson")
        try batch.write("c", to: "d/c.txt")
        try batch.write("e", to: "d/sub/e.md")
        try batch.write("n", to: "note.txt")
        let result = try await batch.run(
            ["enqueue", "sub/a.jsonl", "b.ndjson", "./d/", "-", "note.txt", "-m", "echo", "--run", "r"],
            input: "\"s1\"\n"
        ).expectSuccess()
        #expect(result.out == "r\n")
        #expect(result.err.hasPrefix("8 cells in new run r\n"))
        #expect(
            try batch.prompts("name, text") == [
                ["a/000001", "a1"], ["a/x", "ax"], ["b/000001", "b1"], ["b/x", "bx"], ["d/c", "c"], ["d/sub/e", "e"],
                ["stdin/000001", "s1"], ["note", "n"],
            ])
        #expect(
            try batch.query("SELECT path, prompts FROM sources ORDER BY position") == [
                ["sub/a.jsonl", "2"], ["b.ndjson", "2"], ["./d/", "2"], ["-", "1"], ["note.txt", "1"],
            ])
    }

    @Test func sourcesOfOneStemGetAsMuchOfTheirPathAsTellsThemApart() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let files = [
            "evals/arc/samples.jsonl", "evals/sums/samples.jsonl", "a/x/p.jsonl", "b/x/p.jsonl", "q.jsonl", "q.csv",
            "1/note.txt", "2/note.txt", "alone.jsonl",
        ]
        for name in files { try batch.write(name.hasSuffix("csv") ? "prompt\nx\n" : "\"x\"\n", to: name) }
        try await batch.run(["enqueue"] + files + ["-m", "m", "--no-check", "--run", "r"]).expectSuccess()
        #expect(
            try batch.prompts("name").map { $0[0] } == [
                "arc/samples/000001", "sums/samples/000001", "a/x/p/000001", "b/x/p/000001", "q.jsonl/000001",
                "q.csv/000001", "1/note", "2/note", "alone/000001",
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
        #expect(try batch.prompts("name, folder") == Self.folders.map { [$0.id, $0.folder] })
    }

    @Test func anIDThatLooksLikeAnothersNameWithItsHashDoesNotCollideWithIt() async throws {
        let batch = try Batch()
        try batch.writePrompts(["a_b", "a_b-c14cddc0", "a/b"], to: "prompts.jsonl")
        try await batch.enqueue("prompts.jsonl", "-m", "echo", says: "3 cells")
        let folders = try batch.prompts("folder").map { $0[0].lowercased() }
        #expect(Set(folders).count == 3)
    }

    @Test func longNamesOfWideCharactersStayWithinWhatFileSystemsTake() async throws {
        let batch = try Batch()
        let family = "👨‍👩‍👧‍👦"
        try batch.writePrompts(
            [String(repeating: family, count: 100), String(repeating: family, count: 99) + "x"], to: "prompts.jsonl")
        try await batch.enqueue("prompts.jsonl", "-m", "echo", says: "2 cells")
        let folders = try batch.prompts("folder").map { $0[0] }
        #expect(Set(folders).count == 2)
        for folder in folders {
            #expect(folder.utf8.count <= 255 - ".json".utf8.count)
            #expect(!folder.isEmpty)
        }
    }
}
