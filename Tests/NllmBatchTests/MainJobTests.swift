import Foundation
import Testing

@Suite struct MainJobTests {
    @Test func enqueueThenWorkAnswersEveryCellInOrder() async throws {
        let batch = try Batch()
        try batch.write(
            """
            {"prompt":"first","metadata":{"n":1}}

            {"id":"named","prompt":"second","system":"be brief","options":{"example_bool":true}}
            "third"
            """, to: "prompts.jsonl")
        let enqueue = try await batch.run("enqueue", "prompts.jsonl", "-m", "echo", "--run", "main").expectSuccess()
        #expect(enqueue.out == "main\n")
        #expect(enqueue.err.hasPrefix("3 cells in new run main\n"))
        let work = try await batch.run("work", "--concurrency", "4").expectSuccess()
        #expect(work.out == "\(batch.directory)/nllm-runs/main\n")

        let results = try batch.jsonLines("nllm-runs/main/results.jsonl")
        #expect(results.map { $0["prompt_id"] as? String } == ["000001", "named", "000004"])
        for result in results {
            #expect(result["model"] as? String == "echo")
            #expect(result["status"] as? String == "ok")
            #expect(result["exit_code"] as? Int == 0)
            #expect(result["attempts"] as? Int == 1)
            #expect(result["sample"] as? Int == 1)
            #expect(result["schema_version"] as? Int == 2)
            #expect(result["failure"] is NSNull)
            #expect((result["duration_ms"] as? Int ?? 0) > 0)
            #expect((result["command"] as? [String])?.first == "llm")
            let meta = try #require(result["meta"] as? [String: Any])
            #expect(meta["tokens_input"] is Int)
            #expect(meta["tokens_output"] is Int)
        }
        #expect((results[0]["metadata"] as? [String: Int]) == ["n": 1])
        let answer = try #require(results[1]["json"] as? [String: Any])
        #expect(answer["prompt"] as? String == "second")
        #expect(answer["system"] as? String == "be brief")
        #expect(answer["options"] as? [String: Bool] == ["example_bool": true])
        #expect(batch.exists("nllm-runs/main/results/named/echo.json"))
    }
}
