import Foundation
import Testing

#if os(Linux)
    /// A clock that is set while cells wait or run.
    ///
    /// It takes Debian's `faketime`, which `scripts/setup` installs.
    @Suite struct ClockTests {
        /// What gives a program a clock of its own, as far as it is not its steady one.
        ///
        /// The program has to be started by another one, such as `env`: what changes the environment at its start moves
        /// it to where Swift does not find the arguments.
        private func clock(_ offset: String, in batch: Batch) async throws -> [String: String] {
            let found = try await batch.command("/usr/bin/faketime", ["-f", "+0", "/usr/bin/printenv", "LD_PRELOAD"])
            try #require(found.code == 0, "\(found.err)")
            try batch.write(offset + "\n", to: "clock")
            return [
                "LD_PRELOAD": found.out.trimmingCharacters(in: .newlines), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_TIMESTAMP_FILE": batch.directory + "/clock", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            ]
        }

        private func set(_ offset: String, in batch: Batch) throws {
            try batch.write(offset + "\n", to: "new-clock")
            rename(batch.directory + "/new-clock", batch.directory + "/clock")
        }

        /// The worker that comes after a clock was set back goes on at once, however its predecessor waited.
        @Test(arguments: [#"{"status": 500, "times": 1}"#, #"{"status": 429, "retry_after": 4, "times": 1}"#])
        func whatWaitedForTomorrowIsDoneToday(step: String) async throws {
            let server = try await LoopbackServer(
                #"{"fails-once": {"fail": \#(step)}, "slow": {"hang": true, "times": 1}}"#)
            let batch = try Batch(userPath: server.userPath)
            try batch.write("\"one\"\n", to: "p.jsonl")
            let enqueue = ["enqueue", "p.jsonl", "-m", "fails-once", "-m", "slow", "--run", "r", "--samples", "2"]
            #expect(try await batch.run(enqueue).code == 0)
            let environment = try await clock("+30h", in: batch)
            let worker = try await batch.start(
                "/usr/bin/env", [Batch.binary, "work", "--executor", "fork", "--grace", "0"], environment: environment)
            try await eventually("a cell has failed and others hang") {
                let failed = try await batch.query("SELECT count(*) FROM attempts WHERE failure_kind IS NOT NULL")
                let hanging = try server.requests().count { $0.model == "slow" }
                return failed != [["0"]] && hanging == 2
            }
            worker.signal(SIGINT)
            _ = try await worker.result()
            let work = try await batch.run("work", "r", "--executor", "fork", "--json")
            #expect(work.code == 0, "\(work.err)")
            #expect(work.err.hasSuffix("r: 4 ok\n  artifacts: \(batch.directory)/nllm-runs/r\n"), "\(work.err)")
            #expect(!work.err.contains(" h"), "\(work.err)")
            let wrong = try await batch.query(
                "SELECT * FROM attempts WHERE duration_ms NOT BETWEEN 0 AND 600000 OR duration_ms <> finished_at - started_at"
            )
            #expect(wrong == [])
            #expect(work.out.contains(#""rate_per_second":null,"eta_seconds":null"#))
        }

        @Test(arguments: ["process", "fork"], ["-5h", "+7h", "-20y"])
        func aClockThatIsSetInMidRunChangesNoDuration(executor: String, step: String) async throws {
            let server = try await LoopbackServer(#"{"good": {}}"#)
            let batch = try Batch.violent(server)
            let code = """
                import os, time
                open("started", "w").close()
                while not os.path.exists("go"): time.sleep(0.02)
                say("at last")
                """
            try batch.write(prompts: [["prompt": code], ["prompt": "say('1')"], ["prompt": "say('2')"]])
            #expect(try await batch.run("enqueue", "prompts.jsonl", "-m", "code", "--run", "r").code == 0)
            let environment = try await clock("+0", in: batch)
            let worker = try await batch.start(
                "/usr/bin/env", [Batch.binary, "work", "-j", "1", "--executor", executor], environment: environment)
            try await eventually("a cell is in flight") { batch.exists("started") }
            try set(step, in: batch)
            // Longer than the worker takes to look.
            try await Task.sleep(for: .seconds(1))
            try batch.write("", to: "go")
            let work = try await worker.result()
            #expect(work.code == 0, "\(work.err)")
            #expect(work.err.hasSuffix("r: 3 ok\n  artifacts: \(batch.directory)/nllm-runs/r\n"), "\(work.err)")
            let attempts = try await batch.query("SELECT duration_ms, finished_at - started_at FROM attempts")
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
