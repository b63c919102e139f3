import Foundation
import Testing

/// Batch files of providers: each line becomes a cell of the model that it names.
@Suite struct BatchFileTests {
    private static let lines = """
        {"custom_id": "Mis12 complex|zero-shot", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "one", \
        "messages": [{"role": "user", "content": "Name its parts."}], "max_tokens": 50, "stream": false}}
        {"custom_id": "task-2", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "two", "messages": \
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is a queue?"}], "temperature": 0, \
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}}}
        {"custom_id": "3", "params": {"model": "one", "max_tokens": 7, "messages": [{"role": "user", "content": "a"}, \
        {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]}}

        """

    @Test func eachLineIsForTheModelThatItNames() async throws {
        let server = try await LoopbackServer(#"{"one": {}, "two": {"llm": {"supports_schema": true}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.lines, to: "requests.jsonl")
        let run = try await batch.run("run", "requests.jsonl", "--run", "r", "-j", "1").expectSuccess()
        #expect(run.err.contains("using the models that the prompts name: one, two\n"))
        #expect(!run.err.contains("default model"))
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(results.map { $0["prompt_id"] as? String } == ["Mis12 complex|zero-shot", "task-2", "3"])
        #expect(results.map { $0["model"] as? String } == ["one", "two", "one"])
        let asked = try server.log().filter { $0["n"] != nil }.sorted {
            "\($0["model"]!)\($0["prompt"]!)" < "\($1["model"]!)\($1["prompt"]!)"
        }
        #expect(asked.map { $0["prompt"] as? String } == ["Name its parts.", "c", "What is a queue?"])
        #expect(asked.map { ($0["params"] as? [String: Any])?["max_tokens"] as? Int } == [50, 7, nil])
        #expect(asked.map { ($0["params"] as? [String: Any])?["temperature"] as? Int } == [nil, nil, 0])
        #expect(asked.map { ($0["params"] as? [String: Any])?["response_format"] != nil } == [false, false, true])
        #expect(asked.map { $0["system"] as? String } == [nil, nil, "Be brief."])
        #expect(asked.map { ($0["messages"] as? [Any])?.count } == [1, 3, 2])
        // The same again is the same run.
        let again = try await batch.run("enqueue", "requests.jsonl", "--run", "r").expectSuccess()
        #expect(again.err.hasSuffix("run r: 3 kept, 0 changed, 0 new, 0 removed\n"))
    }

    @Test func aModelOfTheCommandIsForAllOfThem() async throws {
        let server = try await LoopbackServer(#"{"mine": {"llm": {"supports_schema": true}}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.lines, to: "requests.jsonl")
        try await batch.run("run", "requests.jsonl", "-m", "mine", "--run", "r").expectSuccess()
        #expect(try server.requests().map(\.model) == ["mine", "mine", "mine"])
    }

    @Test func aNameIsFoundBehindItsProvider() async throws {
        let server = try await LoopbackServer(#"{"anthropic/claude-x": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            #"{"custom_id": "a", "params": {"model": "claude-x", "messages": [{"role": "user", "content": "x"}]}}"#,
            to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "--run", "r").expectSuccess()
        #expect(try server.requests().map(\.model) == ["anthropic/claude-x"])
        #expect(try batch.cells() == ["a claude-x 1"])
    }

    @Test func promptsThatNameNoneAreForTheOtherModels() async throws {
        let server = try await LoopbackServer(#"{"one": {}, "two": {}, "usual": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("models: [usual]\n", to: ".nllm-config.yaml")
        let line = #"{"custom_id": "a", "params": {"model": "one", "messages": [{"role": "user", "content": "x"}]}}"#
        try batch.write(line + "\n" + #"{"id": "b", "prompt": "y"}"# + "\n", to: "requests.jsonl")
        try await batch.run("enqueue", "requests.jsonl", "--run", "r").expectSuccess()
        #expect(try batch.cells() == ["a one 1", "b usual 1"])
    }

    @Test func whatAModelDoesNotKnowIsRefusedByItsLine() async throws {
        let server = try await LoopbackServer(#"{"one": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        func line(_ model: String, _ options: String) -> String {
            #"{"custom_id": "a", "params": {"model": "\#(model)", "messages": [{"role": "user", "content": "x"}]\#(options)}}"#
        }
        try batch.write(
            line("one", "") + "\n" + line("one", #", "top_k": 3"#).replacing(#""a""#, with: #""b""#), to: "p.jsonl")
        let refused = try await batch.run("enqueue", "p.jsonl")
        #expect(refused.code == 65)
        #expect(
            refused.err.contains("p.jsonl:2: option `top_k` is none of the model's, which are `frequency_penalty`, "))
        #expect(refused.err.hasSuffix(" (model `one`)\n"))
        try batch.write(line("oen", ""), to: "p.jsonl")
        let unknown = try await batch.run("enqueue", "p.jsonl")
        #expect(unknown.code == 64)
        #expect(
            unknown.err.hasSuffix(
                "error: `llm` knows no model `oen`; did you mean `one`? (--no-check skips this check); -m names a model for "
                    + "all prompts\n"))
        #expect(try server.requests().isEmpty)
        #expect(!batch.exists("nllm-runs"))
    }
}
