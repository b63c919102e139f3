import Foundation
import Testing

/// Conversations: what is said arrives as it was said, whichever executor sends it.
@Suite struct ConversationTests {
    static let pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

    private static let image = "data:image/png;base64,\(pixel)"

    /// The roles and contents of each request, as compact JSON.
    static func sent(_ server: LoopbackServer) throws -> [String] {
        try server.log().compactMap { $0["messages"] }.map { messages in
            let data = try JSONSerialization.data(
                withJSONObject: messages, options: [.sortedKeys, .withoutEscapingSlashes])
            return String(decoding: data, as: UTF8.self)
        }
    }

    /// What the requests of the next test are, each in the form of ``sent(_:)``.
    private static let sentInAll: Set<String> = [
        """
        [{"content":"Be brief.","role":"system"},{"content":"a\\r\\nb","role":"user"},\
        {"content":" c ","role":"assistant"},{"content":"d","role":"user"}]
        """,
        """
        [{"content":"Sing.","role":"system"},{"content":"a","role":"user"},{"content":"b","role":"assistant"},\
        {"content":"c","role":"user"}]
        """,
        """
        [{"content":"Never","role":"system"},{"content":[{"text":"See","type":"text"},\
        {"image_url":{"url":"\(image)"},"type":"image_url"}],"role":"user"}]
        """,
        """
        [{"content":"Never","role":"system"},{"content":"1","role":"user"},{"content":"2","role":"assistant"},\
        {"content":"3","role":"user"}]
        """,
    ]

    @Test(arguments: ["fork", "shared"]) func messagesArriveWithTheirRolesInTheirOrder(executor: String) async throws {
        let server = try await LoopbackServer(#"{"m": {}, "seeing": {"llm": {"vision": true}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"id": "plain", "system": "Be brief.", "messages": [{"role": "user", "content": "a\\r\\nb"}, \
            {"role": "assistant", "content": " c "}, {"role": "user", "content": [{"type": "text", "text": "d"}]}]}
            {"id": "own", "models": ["m"], "options": {"temperature": 0.5}, "messages": \
            [{"role": "developer", "content": "Sing."}, {"role": "user", "content": "a"}, \
            {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]}
            {"id": "image", "models": ["seeing"], "messages": [{"role": "user", "content": [{"type": "text", "text": "See"}, \
            {"type": "image_url", "image_url": {"url": "\(Self.image)"}}]}]}
            {"id": "gpt", "models": ["m"], "conversations": [{"from": "human", "value": "1"}, {"from": "gpt", "value": "2"}, \
            {"from": "human", "value": "3"}]}

            """, to: "p.jsonl")
        try await batch.run(
            "run", "p.jsonl", "-m", "m", "-m", "seeing", "--no-check", "--system", "Never", "--run", "r", "--executor",
            executor, "-j", "1"
        ).expectSuccess()
        #expect(Set(try Self.sent(server)) == Self.sentInAll)
        #expect(try server.requests().count == 5)
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(results.map { $0["prompt"] as? String } == ["d", "d", "c", "See", "3"])
        #expect(results.first?["text"] as? String == "echo: d")
        #expect(results.allSatisfy { $0["turns"] == nil })
        // Its bytes stand in the database once.
        let stored = "SELECT length(content) FROM contents"
        #expect(try batch.query(stored) == [["\(try #require(Data(base64Encoded: Self.pixel)).count)"]])
        #expect(try batch.query("SELECT count(*) FROM prompts WHERE messages LIKE '%iVBOR%'") == [["0"]])
        try await batch.run("rm", "r").expectSuccess()
        #expect(try batch.query(stored) == [])
    }

    @Test func aConversationOfOneMessageIsAPlainPrompt() async throws {
        let batch = try Batch()
        try batch.write(
            """
            {"id": "1", "system": "s", "prompt": "p"}
            {"id": "2", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "p"}]}
            {"id": "3", "system": "t", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "p"}]}
            {"id": "4", "system": "s", "messages": [{"role": "user", "content": [{"type": "input_text", "text": "p"}]}]}
            {"id": "5", "system": "s", "turns": ["p"]}
            {"id": "6", "system": "s", "conversations": [{"from": "human", "value": "p"}], "messages": null}

            """, to: "same.jsonl")
        try batch.write(
            """
            {"prompt": "p", "attachments": ["https://example.org/a.png"]}
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "p"}, \
            {"type": "input_image", "image_url": "https://example.org/a.png"}]}]}

            """, to: "linked.jsonl")
        try await batch.run("enqueue", "same.jsonl", "-m", "m", "--no-check", "--run", "same").expectSuccess()
        try await batch.run("enqueue", "linked.jsonl", "-m", "m", "--no-check", "--run", "linked").expectSuccess()
        #expect(
            try batch.query("SELECT count(DISTINCT key), count(*) FROM cells GROUP BY run_id") == [
                ["1", "6"], ["1", "2"],
            ])
        #expect(try batch.query("SELECT count(*) FROM prompts WHERE messages NOTNULL OR turns NOTNULL") == [["0"]])
    }

    @Test func everyPartOfAConversationCounts() async throws {
        let batch = try Batch()
        let image = "data:image/png;base64,"
        let contents = [
            #"[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]"#,
            #"[{"role":"user","content":"a"},{"role":"assistant","content":"B"},{"role":"user","content":"c"}]"#,
            #"[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"user","content":"c"}]"#,
            #"[{"role":"user","content":"ab"},{"role":"user","content":"c"}]"#,
            #"[{"role":"user","content":"c"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]"#,
            #"[{"role":"user","content":["c",{"type":"image_url","image_url":{"url":"\#(image)AAAA"}}]}]"#,
            #"[{"role":"user","content":["c",{"type":"image_url","image_url":{"url":"\#(image)AAAB"}}]}]"#,
            #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"\#(image)AAAB"}},"c"]}]"#,
        ]
        let lines = contents.map { "{\"messages\": \($0)}" } + [#"{"turns": ["a", "c"]}"#, #"{"turns": ["b", "c"]}"#]
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        let enqueue = ["enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r"]
        try await batch.run(enqueue).expectSuccess()
        #expect(try batch.query("SELECT count(DISTINCT key) FROM cells") == [["\(lines.count)"]])
        let again = try await batch.run(enqueue)
        #expect(again.err == "run r: \(lines.count) kept, 0 changed, 0 new, 0 removed\n")
    }

    /// A line, and what is said of it.
    private static let flaws: [(line: String, problem: String)] = [
        (#"{"messages": []}"#, "`messages` is empty"),
        (
            #"{"messages": "x"}"#,
            "`messages` is a string, not an array; to keep it as a variable, add --map vars=messages"
        ),
        (
            #"{"messages": [{"role": "user", "content": "a"}], "prompt": "b"}"#,
            "`messages` and `prompt` exclude each other; a prompt has one of them"
        ),
        (
            #"{"turns": ["a"], "messages": [{"role": "user", "content": "a"}]}"#,
            "`turns` and `messages` exclude each other; a prompt has one of them"
        ),
        (#"{"turns": []}"#, "`turns` is empty"),
        (#"{"turns": ["a", " "]}"#, "`turns`: empty prompt"),
        (#"{"turns": ["a", 1]}"#, "`turns` holds a number, not only non-empty strings"),
        (#"{"messages": [{"role": "user", "content": []}]}"#, "message 1: `content` is empty"),
        (#"{"messages": [{"content": "a"}]}"#, "message 1: no `role`"),
        (
            #"{"messages": [{"role": "tool", "content": "a"}]}"#,
            "message 1: it is of role `tool`; there can be messages of system, user and assistant"
        ),
        (
            #"{"messages": [{"role": "user", "content": 1}]}"#,
            "message 1: `content` is neither a text nor an array of parts"
        ),
        (
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
            "message 2, the last one, is of the assistant; a conversation has to end with the user's message, which is answered"
        ),
        (
            #"{"messages": [{"role": "assistant", "content": null, "tool_calls": [1]}]}"#,
            "message 1: `tool_calls` can't be given to llm; a message has `role`, `content`"
        ),
        (#"{"messages": [{"role": "user", "content": " "}]}"#, "message 1, the last one, is empty"),
        (#"{"messages": [{"role": "user", "content": "a\u0000"}]}"#, "message 1: it holds a NUL character"),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}"#,
            "message 1: a part of type `input_audio`; text and images can be sent"
        ),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.png"}}]}]}"#,
            "message 1: the image `a.png` is neither a data: nor an http: URL"
        ),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,?"}}]}]}"#,
            "message 1: an image whose data is not base64"
        ),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:text/csv;base64,AAAA"}}]}]}"#,
            "message 1: data of type `text/csv`; text and images can be sent"
        ),
        (
            #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a/b", "detail": "low"}}]}]}"#,
            "message 1: `detail` of an image can't be given to llm; leave it out"
        ),
    ]

    @Test func whatCannotBeSentIsRefusedByItsLine() async throws {
        let batch = try Batch()
        for (index, flaw) in Self.flaws.enumerated() {
            try batch.write(flaw.line, to: "p\(index).jsonl")
            try await batch.refuses(
                "enqueue", "p\(index).jsonl", "-m", "m", "--no-check", code: 65,
                error: "p\(index).jsonl:1: \(flaw.problem)")
        }
    }

    @Test func whatIsForSinglePromptsIsRefused() async throws {
        let batch = try Batch()
        try batch.write(#"{"turns": ["a", "b"]}"#, to: "p.jsonl")
        for (arguments, what) in [
            (["-t", "poem"], "`--template` is for single prompts"), (["--json"], "`--json` is for single prompts"),
            (["more"], "`more` is a prompt, and these have theirs"),
        ] {
            try await batch.refuses(
                ["enqueue", "p.jsonl", "-m", "m", "--no-check", "--"] + arguments, code: 64,
                error: "error: there are prompts with `messages` or `turns`, but \(what)")
        }
    }

    @Test func processIsRefusedBeforeAnythingIsAskedAndTheDefaultIsFork() async throws {
        let server = try await LoopbackServer(#"{"m": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(#"{"turns": ["a", "b"]}"#, to: "p.jsonl")
        let run = ["run", "p.jsonl", "-m", "m", "--no-check", "--run", "r"]
        let refused = try await batch.run(run + ["--executor", "process"])
        #expect(refused.code == 78)
        #expect(
            refused.err.contains(
                "run r has conversations (`messages` or `turns`), which need llm's Python interface; leave out "
                    + "--executor process (`batch.executor` in the configuration)\n"))
        #expect(try server.requests().isEmpty)
        #expect(try batch.query("SELECT status, attempts FROM cells") == [["pending", "0"]])
        try await batch.run(run).expectSuccess()
        #expect(try server.requests().count == 2)
    }

    @Test func aPreviewShowsWhatIsSaid() async throws {
        let batch = try Batch()
        try batch.write(
            """
            {"id": "a", "messages": [{"role": "user", "content": "one\\ntwo"}, {"role": "assistant", "content": "three"}, \
            {"role": "user", "content": ["four", {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]}]}
            {"id": "b", "turns": ["first", "second"]}

            """, to: "p.jsonl")
        let shown = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--dry-run").expectSuccess()
        #expect(
            shown.out == """
                # a: a conversation, sent with the arguments of: llm -m m -n -u
                user: one
                    two
                assistant: three
                user: four [https://example.org/x.png]
                # b: a conversation, sent with the arguments of: llm -m m -n -u
                turn: first
                turn: second

                """)
    }
}
