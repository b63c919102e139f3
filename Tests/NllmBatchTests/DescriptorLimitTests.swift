import Foundation
import Testing

/// What happens where a process may have few files open, or few threads: it works, or says on one line what is needed.
@Suite(.enabled(if: OSProcess.tellsAll)) struct DescriptorLimitTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"
    /// Below 12 the system may not be able to start a program at all.
    private static let limits =
        isLong ? Array(3...80) : [4, 10, 12, 24, 27, 28]

    /// Runs nllm-batch with a limit on open files that can't be raised.
    private func run(_ batch: Batch, limit: Int, _ arguments: [String]) async throws -> Batch.Result {
        let script = #"ulimit -n "$0"; exec "$@""#
        return try await batch.command("/bin/sh", ["-c", script, String(limit), Batch.binary] + arguments)
    }

    /// Whether it worked; a failure has to be a line that says what is needed, or the system's own on starting a program.
    private func works(_ result: Batch.Result, _ name: String, limit: Int) -> Bool {
        if result.code == 0 { return true }
        let lines = result.err.split(separator: "\n")
        if result.code == 127 {
            #expect(limit < 12 && lines.count == 1, "\(limit) \(name): \(result.err)")
            return false
        }
        #expect(result.code == 64 && lines.count == 1, "\(limit) \(name): \(result.code) \(result.err)")
        let line = result.err
        let isClear =
            line.hasPrefix("error: at most \(limit) files may be open, but ") && line.contains(" needs ")
            || line.hasPrefix("error: `--concurrency` is ") && line.contains("open files only ")
        #expect(isClear && !line.contains(" 0 cells"), "\(limit) \(name): \(line)")
        #expect(result.out.isEmpty)
        return false
    }

    @Test func everyCommandWorksOrSaysHowManyFilesItNeeds() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"prompt\"\n", to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "-m", "good", "--run", "first").requireSuccess()
        let commands: [(name: String, least: Int, arguments: [String])] = [
            ("list", 13, ["list"]), ("status", 13, ["status"]), ("show", 13, ["show", "first"]),
            ("config", 13, ["config", "show"]), ("doctor", 28, ["doctor"]),
            ("dry", 28, ["run", "--dry-run", "prompts.jsonl", "-m", "good"]),
            ("enqueue", 28, ["enqueue", "prompts.jsonl", "-m", "good"]),
        ]
        for limit in Self.limits {
            let enqueued = try batch.query("SELECT count(*) FROM runs")
            for (name, least, arguments) in commands {
                let result = try await run(batch, limit: limit, arguments)
                // More may be open already where the tests themselves are run.
                if limit < least {
                    #expect(!works(result, name, limit: limit))
                } else {
                    _ = works(result, name, limit: limit)
                }
            }
            if limit < 28 { #expect(try batch.query("SELECT count(*) FROM runs") == enqueued) }
        }
        #expect(try server.requests().isEmpty)
    }

    @Test(arguments: ["process", "fork", "shared"])
    func aWorkerRunsAsManyCellsAsFit(executor: String) async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        let cells = executor == "process" ? 2 : 12
        try batch.write((1...cells).map { "\"prompt \($0)\"\n" }.joined(), to: "prompts.jsonl")
        var runs = 0
        for (limit, concurrency) in [(28, 1), (38, 1), (42, 1), (56, 4), (60, 4), (60, 200)] {
            let arguments = ["-m", "good", "-j", String(concurrency), "--executor", executor, "--raw", "--new"]
            let before = try server.requests().count
            let result = try await run(batch, limit: limit, ["run", "prompts.jsonl"] + arguments)
            if works(result, executor, limit: limit) {
                runs += 1
                #expect(try server.requests().count == before + cells)
            } else {
                #expect(limit < 42 || limit == 56 || concurrency == 200, "\(limit): \(result.err)")
                #expect(try server.requests().count == before)
            }
        }
        #expect(runs == 2)
        #expect(try batch.query("SELECT count(*) FROM runs") == [["2"]])
    }

    /// Each thread takes its stack of what a process may map.
    @Test(arguments: ["list", "work"]) func withoutMemoryForThreadsACommandEndsWithOneLine(command: String) async throws
    {
        let batch = try Batch()
        let script = #"ulimit -v 250000; exec "$0" "$@""#
        let result = try await batch.command("/bin/sh", ["-c", script, Batch.binary, command])
        #expect(result.code == 75, "\(result.err)")
        #expect(result.err.hasPrefix("error: only "))
        #expect(result.err.hasSuffix("raise the limit with `ulimit -v`\n"), "\(result.err)")
    }

    /// The limit on processes and threads does not hold for root, and counts all of a user's; so another user runs these.
    @Test(.enabled(if: getuid() == 0)) func withoutThreadsEveryCommandEndsWithOneLine() async throws {
        let batch = try Batch()
        try batch.write("\"prompt\"\n", to: "prompts.jsonl")
        // A folder that the other user can't read does not matter: nothing is read before the check.
        let binary = "/tmp/nllm-batch-threads-" + UUID().uuidString
        try FileManager.default.copyItem(atPath: Batch.binary, toPath: binary)
        defer { try? FileManager.default.removeItem(atPath: binary) }
        for limit in Self.isLong ? Array(1...33) : [1, 2, 4, 31] {
            for arguments in [["list"], ["enqueue", "prompts.jsonl", "-m", "x"], ["--help"]] {
                let result = try await batch.command(
                    "/usr/bin/setpriv",
                    [
                        "--reuid=54321", "--regid=54321", "--clear-groups", "prlimit", "--nproc=\(limit)", binary,
                    ] + arguments)
                #expect(result.code == 75, "\(limit): \(result.err)")
                #expect(result.err.hasPrefix("error: only "))
                #expect(result.err.hasSuffix("raise the limit with `ulimit -u`\n"))
            }
        }
    }
}
