import Foundation
import Testing

/// What is reported of speed and of the time left is what the server's books say.
///
/// Both are measured by the same clock, so that it holds on a busy machine as well; single samples may be off where the
/// machine has held something up, their median may not.
@Suite struct SpeedTests {
    /// Cells by model, and how long a request of it takes in milliseconds; two are in flight at a time.
    private static let models: [(name: String, cells: Int, delay: Int)] = [
        ("fast", 200, 150), ("slow", 60, 1000), ("failing", 50, 600), ("held", 20, 400),
    ]

    /// How far off a median may be: beside other tests, cells go faster or slower as these begin and end, which nobody
    /// can know.
    private static let tolerance = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1" ? 0.1 : 0.3

    /// What `status` said at a time.
    private struct Sample {
        var time: Double
        var status: [String: Any]
    }

    /// A request that was answered or refused for good.
    private struct Entry {
        var begin: Double
        var end: Double
    }

    private func behaviours(held: String) -> String {
        let models = Self.models.map { model in
            let fail = model.name == "failing" ? #", "fail": {"status": 400}"# : model.name == "held" ? held : ""
            return "\"\(model.name)\": {\"delay_ms\": \(model.delay)\(fail)}"
        }
        return "{\(models.joined(separator: ", "))}"
    }

    /// Works on all cells, lets the held model answer once it is held, and returns what `status` said meanwhile.
    private func samples(_ server: LoopbackServer, _ batch: Batch) async throws -> [Sample] {
        let prompts = Self.models.flatMap { model in
            (1...model.cells).map { "{\"prompt\": \"\(model.name) \($0)\", \"models\": [\"\(model.name)\"]}\n" }
        }
        try batch.write(prompts.joined(), to: "p.jsonl")
        let limits = Self.models.flatMap { ["-m", $0.name, "--model-concurrency", "\($0.name)=2"] }
        let worker = try await batch.start(
            Batch.binary, ["run", "p.jsonl", "--no-check", "--run", "r", "--executor", "shared", "-j", "16"] + limits)
        try await eventually("the model is held") {
            try (server.statuses()["held"] ?? []).count == 2
        }
        try await server.change(behaviours(held: ""))
        var samples: [Sample] = []
        while true {
            try await Task.sleep(for: .milliseconds(500))
            let json = try await batch.run("status", "r", "--json").expectSuccess().out
            let status = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            if status["finished_at"] is String { break }
            samples.append(Sample(time: Date().timeIntervalSince1970, status: status))
        }
        #expect(try await worker.result().code == 1)
        return samples
    }

    /// The requests that were not told to wait, by model.
    private func books(_ server: LoopbackServer) throws -> [String: [Entry]] {
        var begun: [Int: (model: String, time: Double)] = [:]
        var books: [String: [Entry]] = [:]
        for line in try server.log() {
            let time = try #require(line["t"] as? Double)
            if let number = line["n"] as? Int, let model = line["model"] as? String { begun[number] = (model, time) }
            guard let number = line["end"] as? Int, let begin = begun[number], line["status"] as? Int != 429 else {
                continue
            }
            books[begin.model, default: []].append(Entry(begin: begin.time, end: time))
        }
        return books
    }

    private func median(_ values: [Double]) throws -> Double {
        try #require(!values.isEmpty)
        return values.sorted()[values.count / 2]
    }

    @Test func ratesAndTheTimeLeftAreThoseOfTheServersBooks() async throws {
        let server = try await LoopbackServer(
            behaviours(held: #", "fail": {"status": 429, "retry_after": 12, "message": "slow down"}"#))
        let batch = try Batch(userPath: server.userPath)
        let samples = try await samples(server, batch)
        let books = try books(server)
        for model in Self.models {
            let entries = try #require(books[model.name])
            #expect(entries.count == model.cells)
            try expect(model.name, samples, entries)
        }
        try expectEnd(samples, books)
        let slow = try #require(books["slow"])
        let latency = try #require(try document("slow", samples[samples.count - 1])["latency_p50_seconds"] as? Double)
        #expect(try abs(latency / median(slow.map { $0.end - $0.begin }) - 1) < Self.tolerance)
    }

    /// Expects the time left of the run to be that of its slowest model, and not to be said before all are known.
    private func expectEnd(_ samples: [Sample], _ books: [String: [Entry]]) throws {
        let end = try #require(books.values.joined().map(\.end).max())
        var left: [Double] = []
        for sample in samples {
            let said = sample.status["eta_seconds"] as? Double
            let documents = try Self.models.map { try document($0.name, sample) }
            let known = documents.allSatisfy { $0["rate_per_second"] is Double }
            #expect(!known || said == documents.compactMap { $0["eta_seconds"] as? Double }.max())
            #expect(known || said == nil)
            if let said, end - sample.time > 5 { left.append(said / (end - sample.time)) }
        }
        #expect(try abs(median(left) - 1) < Self.tolerance, "\(left)")
    }

    private func document(_ model: String, _ sample: Sample) throws -> [String: Any] {
        let models = try #require(sample.status["models"] as? [[String: Any]])
        return try #require(models.first { $0["model"] as? String == model })
    }

    /// Expects a model's rate and time left, from when it was known until its last cell, to be those of the books.
    private func expect(_ model: String, _ samples: [Sample], _ entries: [Entry]) throws {
        var (rates, left): ([Double], [Double]) = ([], [])
        for sample in samples {
            let document = try document(model, sample)
            guard let rate = document["rate_per_second"] as? Double, let eta = document["eta_seconds"] as? Double else {
                continue
            }
            let done = entries.filter { $0.end <= sample.time }
            guard let begin = done.map(\.begin).min(), let end = done.map(\.end).max() else { continue }
            let booked = Double(done.count) / (end - begin)
            rates.append(rate / booked)
            // What the server has recorded may have ended since.
            let counts = try #require(document["counts"] as? [String: Int])
            let cells = Double(counts["pending", default: 0]) + Double(counts["running", default: 0]) / 2
            // It is said in whole seconds.
            left.append(eta / max(1, (cells / rate).rounded(.up)))
        }
        #expect(try abs(median(rates) - 1) < Self.tolerance, "\(model): \(rates)")
        #expect(try abs(median(left) - 1) < Self.tolerance, "\(model): \(left)")
    }
}
