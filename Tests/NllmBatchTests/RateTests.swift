import Foundation
import Testing

/// How fast requests are made: as fast as is allowed, and no faster.
///
/// `NLLM_BATCH_SOAK=1` makes it long.
@Suite struct RateTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"

    private func prompts(_ count: Int) -> String { (1...count).map { "\"prompt \($0)\"\n" }.joined() }

    /// The most requests that any stretch of so many seconds has.
    private func most(_ times: [Double], in seconds: Double) -> Int {
        let times = times.sorted()
        var (most, first) = (0, 0)
        for (index, time) in times.enumerated() {
            while times[first] <= time - seconds { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test(arguments: [0, 200]) func aProviderThatRefusesWhatIsTooFastIsAskedAtItsOwnPace(delay: Int) async throws {
        let server = try await LoopbackServer(#"{"m": {"rate": 20, "delay_ms": \#(delay)}}"#)
        let batch = try Batch(userPath: server.userPath)
        let cells = Self.isLong ? 2000 : 100
        try batch.write(prompts(cells), to: "p.jsonl")
        try await batch.run(
            "run", "p.jsonl", "--no-check", "-m", "m", "--run", "r", "--executor", "shared", "-j", "64",
            "--retries", "20"
        ).expectSuccess()
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").allSatisfy { $0["status"] as? String == "ok" })
        let statuses = try server.statuses()["m"] ?? []
        #expect(statuses.count { $0 == 200 } == cells)
        // Each that was refused is asked again.
        let refused = statuses.count { $0 == 429 }
        let attempts = try batch.query(
            "SELECT coalesce(failure_kind, 'ok'), count(*) FROM attempts GROUP BY 1 ORDER BY 1")
        #expect(attempts == [["ok", String(cells)], ["rate_limited", String(refused)]].filter { $0[1] != "0" })
        // The first refusals come in a burst; how many they are in a short run depends on how busy the machine is.
        if Self.isLong { #expect(refused <= cells / 20, "\(refused) refused") }
    }

    @Test func twoWorkersKeepOneRateTogetherByTheServersClock() async throws {
        let server = try await LoopbackServer(#"{"m": {"delay_ms": 20, "until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(prompts(Self.isLong ? 2000 : 100), to: "p.jsonl")
        _ = try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "r")
        let start = Date().timeIntervalSince1970
        let first = try await batch.start("work", "--rpm", "600", "--executor", "shared", "-j", "16")
        let second = try await batch.start("work", "--rpm", "600", "--executor", "shared", "-j", "16")
        try await eventually("both are at work") { try batch.query("SELECT count(*) FROM workers") == [["2"]] }
        try server.release()
        try await first.result().expectSuccess()
        try await second.result().expectSuccess()
        let times = try server.requests().map(\.time).sorted()
        #expect(times.count == (Self.isLong ? 2000 : 100))
        // 9.7 a second and what a bucket saves up: however late they arrive, no more than were let through.
        for (index, time) in times.enumerated() {
            #expect(Double(index + 1) <= 9.7 * (time - start) + 6 + 1, "\(time - start) s after the start")
        }
        if Self.isLong {
            #expect(most(times, in: 60) <= 600)
            // A second and a half for requests that arrive late.
            #expect(most(times, in: 5) <= 49 + 6 + 15)
        }
        let workers = try batch.query("SELECT count(DISTINCT worker_id) FROM attempts")
        #expect(workers == [["2"]])
        #expect(try batch.query("SELECT count(*) FROM limits") == [["0"]])
    }

    @Test func whatTheProviderAsksForHoldsOneModelAloneAndSurvivesAKill() async throws {
        let server = try await LoopbackServer(
            #"{"held": {"fail": {"status": 429, "retry_after": 120, "times": 1}}, "free": {"delay_ms": 100}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(prompts(60), to: "p.jsonl")
        _ = try await batch.run("enqueue", "p.jsonl", "--no-check", "-m", "held", "-m", "free", "--run", "r")
        let worker = try await batch.start("work", "--executor", "shared", "-j", "4")
        try await eventually("the hold is recorded and the other model goes on") {
            let held = try? batch.query("SELECT held_until FROM throttles WHERE model = 'held'")
            return try held?.first?.first?.isEmpty == false && (server.statuses()["free"] ?? []).count >= 3
        }
        worker.signal(SIGKILL)
        _ = try await worker.result()
        let before = try server.requests().count { $0.model == "held" }
        #expect(before <= 8)
        let status = try await batch.run("status", "r")
        #expect(status.out.contains("held: the provider asked to wait: "))

        let again = try await batch.run("work", "--executor", "shared", "-j", "4", "--max-wait", "30")
        #expect(again.code == 1)
        #expect(again.err.contains("held: 60 cells left, the provider asked to wait: "))
        #expect(try server.requests().count { $0.model == "held" } == before)
        #expect(try batch.query("SELECT ok FROM progress WHERE model = 'free'") == [["60"]])
        let json = try await batch.run("status", "r", "--json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
        let held = try #require((object["models"] as? [[String: Any]])?.first)
        let waits = try #require(held["waits"] as? [String: Any])
        #expect(waits["for"] as? String == "retry_after")
        #expect((waits["until"] as? String)?.hasSuffix("Z") == true)
    }

    @Test func limitsOfAGroupFromTheConfigurationHoldForAllOfItsModels() async throws {
        let server = try await LoopbackServer(
            #"{"a1": {"until": "go"}, "a2": {"until": "go"}, "b": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            "batch:\n  limits:\n    key: {models: [\"a*\"], concurrency: 2}\n    b: {concurrency: 3}\n",
            to: ".nllm-config.yaml")
        try batch.write(prompts(12), to: "p.jsonl")
        let run = try await batch.start(
            "run", "p.jsonl", "-m", "a1", "-m", "a2", "-m", "b", "--executor", "shared", "-j", "16")
        try await eventually("as many are under way as may be") {
            try mostAtATime(server) { $0.hasPrefix("a") } == 2 && mostAtATime(server) { $0 == "b" } == 3
        }
        try server.release()
        try await run.result().expectSuccess()
        #expect(try mostAtATime(server) { $0.hasPrefix("a") } == 2)
        #expect(try mostAtATime(server) { $0 == "b" } == 3)
    }

    /// The most requests to such models that were under way at a time, by the server's log.
    private func mostAtATime(_ server: LoopbackServer, _ isMeant: (String) -> Bool) throws -> Int {
        var (running, most): (Set<Int>, Int) = ([], 0)
        for entry in try server.log() {
            if let end = entry["end"] as? Int { running.remove(end) }
            guard let number = entry["n"] as? Int, let model = entry["model"] as? String, isMeant(model) else {
                continue
            }
            running.insert(number)
            most = max(most, running.count)
        }
        return most
    }
}
