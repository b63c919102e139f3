import Foundation
import Testing

/// A server that answers with status 200 but is not the API of a model is a fault in the request, under each executor.
@Suite struct ForeignAnswerTests {
    private static let behaviours = #"""
        {"page": {"body_200": {"type": "text/html; charset=utf-8", "text": "<!DOCTYPE html>\n<title>Sign in</title>"}},
         "page as JSON": {"body_200": {"type": "application/json", "text": "<html>maintenance</html>"}},
         "page as events": {"body_200": {"type": "text/event-stream", "text": "\n\n<html>maintenance</html>\n"}},
         "other JSON": {"body_200": {"type": "application/json", "text": "{\"detail\": \"no such place\"}"}},
         "empty": {"answer": ""}}
        """#

    @Test(arguments: ["fork", "shared", "process"])
    func aPageIsNoEmptyAnswer(executor: String) async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        let models = ["page", "page as JSON", "page as events", "other JSON", "empty"]
        try batch.write(
            models.map { #"{"id": "\#($0)", "prompt": "\#($0)", "models": ["\#($0)"]}"# + "\n" }.joined(),
            to: "prompts.jsonl")
        for stream in executor == "process" ? ["--stream"] : ["--stream", "--no-stream"] {
            let run = executor + stream
            _ = try await batch.run(
                ["run", "prompts.jsonl", "--run", run, "--no-check", "--executor", executor, stream]
                    + models.flatMap { ["-m", $0] })
            for line in try batch.jsonLines("nllm-runs/\(run)/results.jsonl") {
                let id = try #require(line["prompt_id"] as? String)
                let failure = line["failure"] as? [String: Any]
                let name = Comment(rawValue: "\(run), \(id): \(failure ?? [:])")
                #expect(failure?["kind"] as? String == (id == "empty" ? "empty" : "request"), name)
                #expect(line["status"] as? String == (id == "empty" ? "ok" : "error"), name)
                #expect(line["attempts"] as? Int == 1, name)
                guard executor != "process", id != "empty" else { continue }
                let isSaid = (failure?["message"] as? String)?.hasPrefix("the server sent ") == true
                #expect(isSaid, name)
            }
        }
    }
}
