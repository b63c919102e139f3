import Foundation
import Testing

/// The model and the reason to stop that a provider states are kept with the answer.
@Suite struct ServedModelTests {
    private static let behaviours = #"""
        {
            "m": {"served": {"model": "m-2026-11-29", "system_fingerprint": "fp_1"}, "finish_reason": "length"},
            "plain": {},
            "odd": {"served": {"model": 7, "system_fingerprint": ["fp"]}},
            "hostile": {"served": {"model": "m\u001b[2J\nsk-planted-0123456789abcdef", "system_fingerprint": ""}}
        }
        """#

    /// What `meta` of each model's result says.
    private func said(_ batch: Batch, _ run: String) throws -> [String: [String: String]] {
        let names = ["served_model", "served_fingerprint", "finish_reason"]
        let results = try batch.jsonLines("nllm-runs/\(run)/results.jsonl").map { result in
            let meta = result["meta"] as? [String: Any] ?? [:]
            return (
                result["model"] as? String ?? "",
                meta.filter { names.contains($0.key) }.compactMapValues { $0 as? String }
            )
        }
        return Dictionary(uniqueKeysWithValues: results)
    }

    @Test(arguments: [["--executor", "fork"], ["--executor", "shared"], ["--executor", "shared", "--stream"]])
    func itStandsInResultsShowAndTheDatabase(executor: [String]) async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(#"{"id": "a", "prompt": "hi", "assert": "finish-reason:stop"}"#, to: "p.jsonl")
        let models = ["m", "plain", "odd", "hostile"].flatMap { ["-m", $0] }
        try await batch.run(["run", "p.jsonl", "--no-check", "--run", "r"] + models + executor).expectSuccess()

        let cut = ["served_model": "m-2026-11-29", "served_fingerprint": "fp_1", "finish_reason": "length"]
        let expected = [
            "m": cut, "plain": ["served_model": "plain", "finish_reason": "stop"], "odd": ["finish_reason": "stop"],
            "hostile": ["served_model": "m\u{1B}[2J\n***REDACTED***", "finish_reason": "stop"],
        ]
        #expect(try said(batch, "r") == expected)
        let passes = try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["pass"] as? Bool }
        #expect(passes == [false, true, true, true])

        let rows = try batch.query(
            "SELECT served_model, served_fingerprint, finish_reason FROM results ORDER BY model = 'm' DESC LIMIT 1")
        #expect(rows == [["m-2026-11-29", "fp_1", "length"]])
        let shown = try await batch.run("show", "r", "-p", "a").expectSuccess().out
        #expect(shown.contains("\n    served by m-2026-11-29, fingerprint fp_1, finish reason length\n"), "\(shown)")
        #expect(shown.contains("\n    served by m\u{FFFD}[2J ***REDACTED***\n"), "\(shown)")
        #expect(shown.components(separatedBy: "served by").count == 3)
        let json = try await batch.run("show", "r", "-m", "m", "--json").expectSuccess().out
        #expect(
            json.contains(
                #""served_model":"m-2026-11-29","served_fingerprint":"fp_1","finish_reason":"length""#), "\(json)")
    }

    @Test func aReusedAnswerHasThatOfTheOriginal() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        let run = ["-m", "plain", "--executor", "shared", "--cache", "any", "--", "hi"]
        try await batch.run(["run", "--run", "first"] + run).expectSuccess()
        try await batch.run(["run", "--run", "second"] + run).expectSuccess()
        #expect(try server.requests().count == 1)
        #expect(try said(batch, "second") == said(batch, "first"))
        #expect(try said(batch, "second") == ["plain": ["served_model": "plain", "finish_reason": "stop"]])
    }

    @Test func nothingIsKnownOfAColdAnswer() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        try await batch.run(
            "run", "-m", "m", "--executor", "process", "--run", "r", "--assert", "finish-reason:length", "--", "hi"
        ).expectSuccess()
        #expect(try said(batch, "r") == ["m": [:]])
        let result = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        #expect(result.keys.contains("pass") && result["pass"] is NSNull)
        #expect(try await !batch.run("show", "r").expectSuccess().out.contains("served"))
    }
}
