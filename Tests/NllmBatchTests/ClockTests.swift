import Foundation
import Testing

#if os(Linux)
    /// A clock that is set while cells wait or run.
    @Suite struct ClockTests {
        /// The worker that comes after a clock was set back goes on at once, however its predecessor waited.
        @Test(arguments: [#"{"status": 500, "times": 1}"#, #"{"status": 429, "retry_after": 4, "times": 1}"#])
        func whatWaitedForTomorrowIsDoneToday(step: String) async throws {
            let server = try await LoopbackServer(
                #"{"fails-once": {"fail": \#(step)}, "slow": {"hang": true, "times": 1}}"#)
            let batch = try Batch(userPath: server.userPath)
            try batch.write("\"one\"\n", to: "p.jsonl")
            let enqueue = [
                "enqueue", "p.jsonl", "--no-check", "-m", "fails-once", "-m", "slow", "--run", "r", "--samples", "2",
            ]
            try await batch.run(enqueue).expectSuccess()
            let clock = try await ShiftedClock(ahead: 30 * 3600, in: batch)
            let worker = try await batch.start(
                Batch.binary, ["work", "--executor", "fork", "--grace", "0"], environment: clock.environment)
            try await eventually("a cell has failed and others hang") {
                let failed = try batch.query("SELECT count(*) FROM attempts WHERE failure_kind IS NOT NULL")
                let hanging = try server.requests().count { $0.model == "slow" }
                return failed != [["0"]] && hanging == 2
            }
            worker.signal(SIGINT)
            _ = try await worker.result()
            let work = try await batch.run("work", "r", "--executor", "fork", "--json").expectSuccess()
            #expect(work.err.contains(/r: 4 ok in [0-9.]+ m?s\n/), "\(work.err)")
            #expect(!work.err.contains(" h"), "\(work.err)")
            let wrong = try batch.query(
                "SELECT * FROM attempts WHERE duration_ms NOT BETWEEN 0 AND 600000 OR abs(duration_ms - (finished_at - started_at)) > 1"
            )
            #expect(wrong == [])
            #expect(work.out.contains(#""rate_per_second":null,"eta_seconds":null"#))
        }

        @Test(arguments: [("process", -18_000), ("fork", 25_200), ("fork", -630_720_000)] as [(String, Int64)])
        func aClockThatIsSetInMidRunChangesNoDuration(executor: String, step: Int64) async throws {
            let server = try await LoopbackServer(#"{"good": {}}"#)
            let batch = try Batch.violent(server)
            let code = """
                import os, time
                open("started", "w").close()
                while not os.path.exists("go"): time.sleep(0.02)
                say("at last")
                """
            try batch.write(prompts: [["prompt": code], ["prompt": "say('1')"], ["prompt": "say('2')"]])
            try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "code", "--run", "r").expectSuccess()
            let clock = try await ShiftedClock(ahead: 0, in: batch)
            let worker = try await batch.start(
                Batch.binary, ["work", "-j", "1", "--executor", executor], environment: clock.environment)
            try await eventually("a cell is in flight") { batch.exists("started") }
            try clock.set(ahead: step)
            // Longer than the worker takes to look.
            try await Task.sleep(for: .seconds(1))
            try batch.write("", to: "go")
            let work = try await worker.result().expectSuccess()
            #expect(work.err.contains(/r: 3 ok in [0-9.]+ m?s\n/), "\(work.err)")
            let attempts = try batch.query("SELECT duration_ms, finished_at - started_at FROM attempts")
            #expect(attempts.count == 3)
            for attempt in attempts {
                // Times are cut to whole milliseconds, each by itself.
                let (duration, span) = (Int(attempt[0]) ?? -1, Int(attempt[1]) ?? -9)
                #expect(abs(duration - span) <= 1)
                #expect((1...600_000).contains(Int(attempt[0]) ?? -1), "\(attempts)")
            }
        }
    }
#endif
