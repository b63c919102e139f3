import Foundation
import Testing

/// What no command line can hold arrives all the same, whichever executor sends it.
@Suite struct LongArgumentTests {
    @Test(arguments: ["process", "fork", "shared"]) func aLongSystemPromptArrivesAsItIs(executor: String) async throws {
        let server = try await LoopbackServer(#"{"m": {"llm": {"supports_schema": true, "vision": true}}}"#)
        let batch = try Batch(userPath: server.userPath, extra: ["TMPDIR": server.userPath + "/tmp"])
        try FileManager.default.createDirectory(
            atPath: server.userPath + "/tmp", withIntermediateDirectories: true)
        let dot = try #require(Data(base64Encoded: ConversationTests.pixel))
        try batch.write(dot, to: "dot.png")
        // What YAML, templates and files could change.
        let odd = "a\r\nb\rc\t$input $$ ${x} \"\\ 'é😀\u{FEFF}\u{85}\u{2028}\u{7F}: - #\n\n  d"
        let system = odd + String(repeating: "0123456789 ", count: 14_000) + odd
        let schema = ["type": "object", "description": String(repeating: "s", count: 140_000)]
        let prompt: [String: Any] = [
            "prompt": "hi", "system": system, "schema": schema, "attachments": ["dot.png"],
            "options": ["temperature": 0.5, "stop": String(repeating: "x", count: 140_000)],
        ]
        try batch.write(try JSONSerialization.data(withJSONObject: prompt), to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "m", "--no-check", "--run", "r", "--executor", executor)
            .expectSuccess()
        let asked = try #require(try server.log().first)
        // llm itself removes white space from both ends.
        #expect((asked["system"] as? String)?.utf8.elementsEqual(system.utf8) == true)
        #expect(asked["parts"] as? Int == 1)
        let params = try #require(asked["params"] as? [String: Any])
        #expect(params["temperature"] as? Double == 0.5)
        #expect((params["stop"] as? String)?.count == 140_000)
        let format = (params["response_format"] as? [String: Any])?["json_schema"] as? [String: Any]
        #expect((format?["schema"] as? [String: String]) == schema)
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        let command = try #require(result["command"] as? [String])
        #expect(command.filter { $0.hasPrefix("sha256:") && $0.hasSuffix(" bytes)") }.count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: server.userPath + "/tmp") == [])
    }

    @Test func aNameWithBracketsThatLLMKnowsIsThatModel() async throws {
        let server = try await LoopbackServer(#"{"opus[1m]": {}, "m": {}, "m[temperature=1]": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"hi\"\n", to: "p.jsonl")
        let models = ["-m", "opus[1m]", "-m", "m[temperature=1]", "-m", "m[temperature=0]"]
        try await batch.run(["run", "p.jsonl", "--run", "r"] + models).expectSuccess()
        #expect(Set(try server.requests().map(\.model)) == ["opus[1m]", "m[temperature=1]", "m"])
        #expect(try batch.query("SELECT count(*) FROM models WHERE options <> '{}'") == [["1"]])
        try await batch.refuses(
            "run", "p.jsonl", "-m", "m[1m]", code: 64,
            error: "error: model `m[1m]`: `1m` is not key=value; write 'NAME[key=value,key=value]'")
    }
}
