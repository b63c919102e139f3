import Foundation
import Testing

/// Text files as other programs leave them: with front matter of their own, or with nothing in them.
@Suite struct FrontMatterTests {
    @Test func keysThatAreNoFieldsAreKeptAsVars() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("---\ntitle: Rome\ndate: 2024-05-01\ntags: [travel, 1.50]\n---\nWe walked.", to: "d/a.md")
        try batch.write("---\nid: own\nvars: {title: mine, n: 1}\ntitle: theirs\nsytem: x\n---\nText", to: "d/b.md")
        try batch.write("---\nmodel: gemini\ninput: {schema: {a: string}}\nvars:\n---\nText", to: "d/c.prompt")
        try batch.write("plain", to: "d/d.md")
        let enqueue = try await batch.run("enqueue", "d", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        #expect(
            enqueue.err.hasPrefix(
                """
                d: front matter kept as vars in 3 files: title, date, tags, sytem (did you mean `system`?), model (did \
                you mean `models`?), input
                4 cells in new run r

                """))
        #expect(
            try batch.prompts("name, text, vars") == [
                ["a", "We walked.", #"{"title":"Rome","date":"2024-05-01","tags":["travel",1.50]}"#],
                ["own", "Text", #"{"title":"mine","n":1,"sytem":"x"}"#],
                ["c", "Text", #"{"model":"gemini","input":{"schema":{"a":"string"}}}"#],
                ["d", "plain", ""],
            ])
        let single = try await batch.run("enqueue", "d/a.md", "-m", "m", "--no-check", "--run", "s").expectSuccess()
        #expect(single.err.hasPrefix("d/a.md: front matter kept as vars: title, date, tags\n1 cell in new run s\n"))
    }

    @Test func whatIsNotYAMLIsText() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let contents = ["---\nsystem: \"open\n---\nx", "---\nid: a\n\tsystem: x\n---\nx", "---\nid: a: b\n---\nx"]
        for (number, content) in contents.enumerated() { try batch.write(content, to: "d/\(number).md") }
        let enqueue = try await batch.run("enqueue", "d", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        #expect(
            enqueue.err.hasPrefix(
                """
                d: front matter is no YAML in 3 files, taken as text: 0.md, 1.md, 2.md
                3 cells in new run r

                """))
        #expect(try batch.prompts("text") == contents.map { [$0] })
        let single = try await batch.run("enqueue", "d/0.md", "-m", "m", "--no-check", "--run", "s").expectSuccess()
        #expect(single.err.hasPrefix("d/0.md: front matter is no YAML, taken as text\n1 cell in new run s\n"))
    }

    @Test func emptyFilesOfADirectoryArePassedOverAndNamed() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("good", to: "d/good.md")
        for name in ["a.txt", "b.md", "sub/c.md", "sub/d.md"] { try batch.write("\u{FEFF} \n", to: "d/" + name) }
        let enqueue = try await batch.run("enqueue", "d", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        #expect(
            enqueue.err.hasPrefix(
                """
                d: 4 empty files passed over: a.txt, b.md, sub/c.md and 1 more
                1 cell in new run r

                """))
        #expect(try batch.prompts("name") == [["good"]])
    }

    /// A text, and the number of its lines that look like a prompt each.
    private static let texts: [(text: String, lines: Int)] = [
        ("What is 2+2?\nName a river.\n", 2), ("a\r\nb\r\nc", 3), ("one\n", 0), ("a\n\nb\n", 0), ("a\n b\n", 0),
        ("Do this:\n- one\n- two\n", 0), ("a\n# b\n", 0), ("a\n* b", 0), ("a\n> b", 0), ("a\n12. b", 0), ("a\n12 b", 2),
        ("---\nid: x\n---\na\nb\n", 0), ("a\n" + String(repeating: "x", count: 501), 0), ("a\nb\n\n\n", 2),
    ]

    @Test func aTextOfManyPromptsIsNoticed() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        for (index, (text, lines)) in Self.texts.enumerated() {
            try batch.write(text, to: "p.txt")
            let run = "r\(index)"
            let enqueue = try await batch.run("enqueue", "p.txt", "-m", "m", "--no-check", "--run", run).expectSuccess()
            let note = "p.txt: \(lines) lines go out as one prompt; for a prompt per line add --lines\n"
            #expect(enqueue.err.hasPrefix((lines > 0 ? note : "") + "1 cell in new run \(run)\n"), "\(text)")
        }
    }
}
