import Foundation
import Testing

/// What warm Pythons and their worker hold open does not grow, however many cells they run and however often one dies.
@Suite(.enabled(if: OSProcess.tellsAll)) struct DescriptorTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"

    /// What one look at a worker and its warm Python showed.
    private struct Sample {
        var worker: Int
        var bridge: Int
        var kilobytes: Int
    }

    @Test(arguments: [("shared", 1000, 10_000), ("fork", 300, 1500)])
    func overManyCellsNoDescriptorStaysOpen(executor: String, few: Int, many: Int) async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        let count = Self.isLong ? many : few
        try batch.write((1...count).map { "\"prompt \($0)\"\n" }.joined(), to: "prompts.jsonl")
        try await batch.run("enqueue", "prompts.jsonl", "--no-check", "-m", "good", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "-j", "4", "--executor", executor)
        var bridge: pid_t?
        try await eventually("the first answers are there") {
            bridge = OSProcess.bridges(of: worker, in: batch).first
            return try bridge != nil && server.requests().count > 10
        }
        let samples = try await samples(of: worker.pid, try #require(bridge))
        try await worker.result().expectSuccess()
        #expect(try server.requestsByPrompt().values.allSatisfy { $0 == 1 })

        // Each moment's number depends on what is just starting and ending; half of the moments have no more than this.
        try #require(samples.count > 20)
        let early = samples.prefix(samples.count / 2)
        let late = samples.dropFirst(samples.count / 2)
        let figures = "\(executor), \(count) cells: \(Self.summary(early)); then \(Self.summary(late))"
        #expect(Self.median(late.map(\.worker)) <= Self.median(early.map(\.worker)) + 4, "\(figures)")
        #expect(Self.median(late.map(\.bridge)) <= Self.median(early.map(\.bridge)) + 4, "\(figures)")
        if Self.isLong { print(figures) }
    }

    /// Looks at both until one is gone.
    private func samples(of worker: pid_t, _ bridge: pid_t) async throws -> [Sample] {
        var samples: [Sample] = []
        try await eventually("the run has ended", within: .seconds(1800)) {
            // A process that has ended and was not reaped yet has no descriptors.
            guard let held = OSProcess.descriptors(of: worker), held > 0, let open = OSProcess.descriptors(of: bridge),
                open > 0, let kilobytes = OSProcess.residentKilobytes(of: bridge)
            else { return true }
            samples.append(Sample(worker: held, bridge: open, kilobytes: kilobytes))
            return false
        }
        return samples
    }

    private static func median(_ numbers: [Int]) -> Int { numbers.sorted()[numbers.count / 2] }

    private static func summary(_ samples: ArraySlice<Sample>) -> String {
        let (held, open) = (median(samples.map(\.worker)), median(samples.map(\.bridge)))
        return "worker \(held) files, Python \(open) files and \(median(samples.map(\.kilobytes)) / 1024) MB"
    }

    @Test func warmPythonsThatDieLeaveNothingOpenInTheirWorker() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch.violent(server)
        // In `shared` it takes its Python with it, twice; then, in `fork`, only itself.
        let deadly = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        let waiting = """
            import os, time
            open("waiting-%d", "w").close()
            while not os.path.exists("go-%d"): time.sleep(0.01)
            """
        let codes = [1, 2].flatMap { number in
            ["\(deadly) # \(number)", waiting.replacing("%d", with: String(number))]
        }
        try batch.write(prompts: codes.map { ["prompt": $0] })
        try await batch.run(
            "enqueue", "prompts.jsonl", "--no-check", "-m", "code", "--run", "main", "--retries", "0"
        ).expectSuccess()
        let worker = try await batch.start("work", "-j", "1", "--executor", "shared")
        var counts: [Int] = []
        for number in [1, 2] {
            try await eventually("cell \(number) waits") { batch.exists("waiting-\(number)") }
            counts.append(OSProcess.descriptors(of: worker.pid) ?? 0)
            try batch.write("", to: "go-\(number)")
        }
        let work = try await worker.result()
        #expect(work.code == 1, "\(work.err)")
        let failures = try batch.query(
            "SELECT status, failure_kind FROM cells JOIN attempts ON cell_id = cells.id")
        #expect(failures.count { $0 == ["error", "crashed"] } == 2)
        #expect(failures.count { $0 == ["error", ""] } == 4)
        #expect(counts[1] <= counts[0] + 1, "\(counts)")
    }
}
