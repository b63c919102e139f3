import Foundation
import Testing

/// What monitoring and accounts read: `metrics`, `work --metrics` and `usage`.
@Suite struct MetricsTests {
    /// A run `r` with a good answer, a failed one and one with a price for each of two models.
    private func scene() async throws -> Batch {
        let batch = try Batch.scripted()
        try batch.write("\"one\"\n\"unless fixed\"\n{\"prompt\":\"json\",\"assert\":[\"contains:b\"]}\n", to: "p.jsonl")
        try batch.write("costs: {m: {input_per_1k: 1, output_per_1k: 2}}\n", to: ".nllm-config.yaml")
        try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "-m", "n[x=\"1\"]", "--run", "r", "--retries", "0", "-q", "--no-check"
        ).expectSuccess()
        return batch
    }

    /// The samples of a text in Prometheus' format, as its own library reads them.
    private func samples(_ text: String, _ batch: Batch) async throws -> [String: Double] {
        let script = """
            import json, sys
            from prometheus_client.parser import text_string_to_metric_families
            for family in text_string_to_metric_families(sys.stdin.read()):
                for sample in family.samples:
                    labels = ",".join(v for k, v in sample.labels.items() if k != "run")
                    print(json.dumps([f"{sample.name}{{{labels}}}", str(sample.value)]))
            """
        let read = try await batch.command(
            Batch.venv + "/python", ["-c", script], input: text,
            environment: ["PYTHONPATH": Batch.venv + "/../notebooks"]
        ).requireSuccess()
        let pairs = try read.lines.map { line in
            let pair = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
            return (try #require(pair[0] as? String), try #require((pair[1] as? String).flatMap(Double.init)))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    @Test func metricsAreWhatPrometheusReads() async throws {
        let batch = try await scene()
        let before = try await samples(batch.run("metrics").expectSuccess().out, batch)
        #expect(before["nllm_batch_cells{m,pending}"] == 3 && before["nllm_batch_run_finished{}"] == 0)
        #expect(before["nllm_batch_wait_seconds{m,worker}"] == .infinity)
        let work = try await batch.run("work", "--metrics", "nllm.prom", "--executor", "process", "-q")
        #expect(work.code == 1)
        let file = String(decoding: try batch.read("nllm.prom"), as: UTF8.self)
        #expect(try await batch.run("metrics", "r").expectSuccess().out == file)
        let after = try await samples(file, batch)
        let n = "n[x=\"1\"]"
        for model in ["m", n] {
            #expect(after["nllm_batch_cells{\(model),ok}"] == 2 && after["nllm_batch_cells{\(model),error}"] == 1)
            #expect(after["nllm_batch_attempts_total{\(model),ok}"] == 2)
            #expect(after["nllm_batch_failures_total{\(model),request}"] == 1)
            #expect(after["nllm_batch_tokens_total{\(model),input}"] == 1234)
            #expect(after["nllm_batch_answer_seconds_count{\(model)}"] == 2)
            #expect(after["nllm_batch_answer_seconds_bucket{\(model),+Inf}"] == 2)
            #expect(after["nllm_batch_pass_rate{\(model)}"] == 1)
        }
        #expect(after["nllm_batch_cost_dollars_total{m}"] == 1.266)
        #expect(after["nllm_batch_cost_dollars_total{\(n)}"] == nil)
        #expect(after["nllm_batch_run_finished{}"] == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: batch.directory).filter { $0.hasSuffix(".tmp") } == [])
        try await batch.refuses(
            "work", "--metrics", "nowhere/x.prom", code: 73,
            error: "error: cannot create nowhere/x.prom: no such file or directory; "
                + "choose another place with --outdir or --db")
    }

    @Test(arguments: ["nllm-runs/batch.db", "p.jsonl", "/dev/null", "nllm-runs"])
    func nothingButMetricsIsReplaced(path: String) async throws {
        let batch = try await scene()
        let before = try batch.read("p.jsonl")
        let work = try await batch.run("work", "r", "--metrics", path, "--executor", "process", "-q")
        #expect(work.code == 73 && work.err.contains("cannot create \(path)"), "\(work.err)")
        #expect(try batch.read("p.jsonl") == before)
        #expect(try batch.query("SELECT sum(pending) FROM counters") == [["6"]])
    }

    @Test func usageAddsUpRequests() async throws {
        let batch = try await scene()
        try await batch.refuses(
            "usage", "--by", "week", code: 64,
            error: """
                error: The value 'week' is invalid for '--by <what>': `--by` is `week` but must be one of model, run, day, \
                series; see `nllm-batch usage --help`
                """)
        #expect(try await batch.run("usage").err == "no requests yet\n")
        #expect(try await batch.run("work", "--executor", "process", "-q").code == 1)
        _ = try await batch.run(
            "run", "p.jsonl", "-m", "m", "--run", "again", "--cache", "any", "-q", "--executor", "process",
            "--no-check",
            "--retries", "0", "--series", "nightly")
        func usage(_ more: String...) async throws -> [[String: Any]] {
            try await batch.run(["usage", "--json"] + more).expectSuccess().lines.map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
        let models = try await usage()
        #expect(models.map { $0["name"] as? String } == ["m", "n[x=\"1\"]"])
        #expect(models.map { $0["requests"] as? Int } == [4, 3] && models.map { $0["failed"] as? Int } == [2, 1])
        #expect(models[0]["reused"] as? Int == 2 && models[0]["tokens_input"] as? Int == 1234)
        #expect(models[0]["cost_estimated"] as? Double == 1.266 && models[1]["cost_estimated"] is NSNull)
        #expect(models.map { $0["unpriced"] as? Int } == [1, 2])
        #expect(try await usage("--by", "run").map { $0["name"] as? String } == ["r", "again"])
        #expect(try await usage("--by", "day", "--since", "1h").count == 1)
        #expect(try await usage("--by", "series").map { $0["name"] as? String } == [nil, "nightly"])
        let text = try await batch.run("usage").expectSuccess()
        #expect(text.lines[0] == "model     requests  failed  reused  tokens in  tokens out     cost")
        #expect(text.lines[1] == "m                4       2       2       1.2k          16  ≥ $1.27")
        #expect(text.lines[3].hasPrefix("total            7       3       2"))
        try batch.execute("UPDATE attempts SET finished_at = finished_at - 7200000", in: "nllm-runs/batch.db")
        #expect(try await usage("--since", "1h").isEmpty)
    }
}
