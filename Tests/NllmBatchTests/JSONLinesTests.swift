import Foundation
import Testing

/// Prompts from files of JSON lines, standard input and pipes.
@Suite struct JSONLinesTests {
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
            try batch.prompts("name, text, system, metadata") == [
                ["000001", "one", "", ""],
                ["000004", "a bare string", "", ""],
                ["named", "three", "", ""],
                ["7", "a number is an id", "", ""],
                ["000007", "null is no id", "", ""],
                ["000008", "CR LF\r\n, 😀 😀, tab\t, \"quotes\" and e\u{301}", "", ""],
            ])
        #expect(try batch.query("SELECT path, prompts FROM sources") == [["prompts.jsonl", "6"]])
    }

    @Test func lineNumbersBeyondSixDigitsAreWrittenOut() async throws {
        let batch = try Batch()
        try batch.write(String(repeating: "\n", count: 1_234_566) + "\"late\"\n", to: "prompts.ndjson")
        try await batch.enqueue("prompts.ndjson", "-m", "echo", says: "1 cell")
        #expect(try batch.prompts("name, text") == [["1234567", "late"]])
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
            "samples":2,"assert":["contains:a",{"value":"x","type":"icontains"}],"metadata":\(metadata)}
            {"prompt":"few","schema":"name, age int","metadata":[1.50],"assert":"x","options":{},"attachments":[],"system":""}
            {"prompt":"bare values","metadata":1.50}

            """, to: "data/prompts.jsonl")
        try await batch.enqueue("data/prompts.jsonl", "-m", "echo", says: "4 cells")
        let image = "\(batch.directory)/data/image.png"
        #expect(
            try batch.prompts("name, text, system, schema, options, attachments, vars, \(Batch.grading), metadata") == [
                [
                    "all", "text", "be brief", #"{"type":"object","z":1.0}"#,
                    #"{"temperature":"0.10","stream":"true","stop":"a=b","list":"[1.0]"}"#,
                    #"[{"location":"\#(image)","sha256":"\#(InputFile.digestOfABC)"}]"#,
                    #"{"n":1.50,"nested":{"b":1,"a":2}}"#,
                    #"{"assert":[{"type":"contains","value":"a"},{"type":"icontains","value":"x"}]}"#, metadata,
                ],
                [
                    "000002", "few", "", "name, age int", "{}", "[]", "",
                    #"{"assert":[{"type":"equals","value":"x"}]}"#, "[1.50]",
                ],
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
            try batch.cells() == [
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
            "enqueue", "prompts.jsonl", "-m", "m", "-m", "m", "-m", "m#2", "-m", "m", "-m", "m[a=b=c,d=]", "--no-check"
        ).expectSuccess()
        #expect(result.err.contains("model `m` is named 3 times with the same options"))
        #expect(
            try batch.query("SELECT label, name, options FROM models ORDER BY position") == [
                ["m", "m", "{}"], ["m#3", "m", "{}"], ["m#2", "m#2", "{}"], ["m#4", "m", "{}"],
                ["m[a=b=c,d=]", "m", #"{"a":"b=c","d":""}"#],
            ])
    }

    // MARK: Standard input

    @Test func standardInputIsReadAsJSONLines() async throws {
        let batch = try Batch()
        try batch.write("abc", to: "image.png")
        let result = try await batch.run(
            ["enqueue", "-", "-m", "echo", "--run", "r"],
            input: "\n{\"prompt\":\"one\",\"attachments\":[\"image.png\"]}\n\"two\""
        ).expectSuccess()
        #expect(result.out == "r\n")
        #expect(result.err.hasPrefix("2 cells in new run r\n"))
        #expect(
            try batch.prompts("name, text, attachments") == [
                [
                    "000002", "one",
                    #"[{"location":"\#(batch.directory)/image.png","sha256":"\#(InputFile.digestOfABC)"}]"#,
                ],
                ["000003", "two", "[]"],
            ])
        #expect(try batch.query("SELECT path, prompts FROM sources") == [["-", "2"]])
    }

    @Test func aPipeIsReadAsJSONLines() async throws {
        let batch = try Batch()
        let result = try await batch.command(
            "/bin/bash", ["-c", "exec \"$0\" enqueue <(echo '\"piped\"') -m echo --run r", Batch.binary]
        ).expectSuccess()
        #expect(result.out == "r\n")
        #expect(result.err.hasPrefix("1 cell in new run r\n"))
        #expect(try batch.prompts("name, text") == [["000001", "piped"]])
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
        try await batch.run("enqueue", "data/prompts.jsonl", "data", "-m", "echo", "--run", "r").expectSuccess()
        let expected = [
            ["data/pic.png", "top.png", "data/sub/pic.png", "elsewhere/abc.bin"].map { "\(batch.directory)/\($0)" }
                + ["HTTPS://x.org/a b"],
            ["\(batch.directory)/data/sub/pic.png"],
        ]
        let rows = try batch.query(
            """
            SELECT prompts.position, json_extract(value, '$.location'), json_extract(value, '$.sha256')
            FROM prompts, json_each(prompts.attachments) ORDER BY prompts.position, json_each.key
            """)
        #expect(rows.map { $0[1] } == expected.flatMap { $0 })
        #expect(rows.map { $0[2] } == expected.flatMap { $0.map { $0.hasPrefix("/") ? InputFile.digestOfABC : "" } })
    }
}
