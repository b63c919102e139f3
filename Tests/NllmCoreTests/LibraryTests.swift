import Testing

@testable import NllmCore

@Suite struct LibraryTests {
    private static let totals: [(cells: [String: Int], ended: [(String, String)], ok: [String], failed: [String])] = [
        ([:], [], [], []),
        (["a": 1], [("a", "ok")], ["a"], []),
        (["a": 1], [("a", "error")], [], ["a"]),
        (["a": 1, "b": 1], [("b", "ok"), ("a", "timeout")], ["b"], ["a"]),
        (["a": 2, "b": 2], [("a", "ok"), ("b", "ok"), ("a", "error"), ("b", "ok")], ["b"], ["a"]),
        // Cells without a result: the run was stopped.
        (["a": 2, "b": 1], [("a", "ok")], [], []),
        (["a": 2, "b": 1], [("a", "error")], [], ["a"]),
    ]

    private func result(_ model: String, _ status: String, text: String = "") throws -> NllmResult {
        try #require(
            NllmResult(
                .object([
                    .init("model", .string(model)), .init("status", .string(status)), .init("text", .string(text)),
                ])))
    }

    private func results(_ cells: [String: Int], _ results: [NllmResult]) -> NllmResults {
        NllmResults(run: "r", folder: nil, results: results, manifest: .null, cellCounts: cells)
    }

    @Test func totalsFollowFromTheResultsAndTheCells() throws {
        for (cells, ended, ok, failed) in Self.totals {
            let results = results(cells, try ended.map { try result($0.0, $0.1) })
            let total = cells.values.reduce(0, +)
            let good = ended.count { $0.1 == "ok" }
            #expect(results.totalCount == total, "\(ended)")
            #expect(results.successCount == good, "\(ended)")
            #expect(results.success == (good == total), "\(ended)")
            #expect(results.exitCode == (good == total ? 0 : 1), "\(ended)")
            #expect(results.successfulModels == ok, "\(ended)")
            #expect(results.failedModels == failed, "\(ended)")
        }
    }

    @Test func theResultOfAModelIsItsFirst() throws {
        let ended = [try result("a", "ok", text: "1"), try result("b", "ok", text: "2"), try result("a", "ok")]
        let results = results(["a": 2, "b": 1], ended)
        #expect(results.result(for: "a")?.text == "1")
        #expect(results.result(for: "b")?.text == "2")
        #expect(results.result(for: "c") == nil)
    }

    @Test func optionsOutOfRangeAreRefused() {
        let refused: [(change: (inout NllmOptions) -> Void, message: String)] = [
            ({ $0.concurrency = 0 }, "`concurrency` is 0 but must be 1 to 1024"),
            ({ $0.retries = -1 }, "`retries` is -1 but must be 0 to 1000"),
            ({ $0.timeout = -0.5 }, "`timeout` is -0.5 but must be 0.0 to 3155760000.0"),
            ({ $0.maxMemory = 1 }, "`maxMemory` is 1 but must be 16 to 1000000"),
            ({ $0.maxAnswer = 0 }, "`maxAnswer` is 0 but must be 1 to 256"),
            ({ $0.maxWait = -1 }, "`maxWait` is -1.0 but must be 0.0 to 2592000.0"),
            ({ $0.maxCost = .nan }, "`maxCost` is nan but must be 0.0 to 1000000000.0"),
            ({ $0.maxTokensTotal = 0 }, "`maxTokensTotal` is 0 but must be 1 to 1000000000000"),
            ({ $0.priority = 1001 }, "`priority` is 1001 but must be -1000 to 1000"),
            ({ $0.cache = -1 }, "`cache` is -1.0 but must be 0.0 to 3155760000.0"),
            (
                { $0.failOn = [.empty, .auth] },
                "`failOn` holds `auth` but may hold `truncated`, `filtered`, `empty`, separated by commas"
            ),
            (
                { $0.budgetWindow = 60 },
                "`budgetWindow` limits nothing by itself; set `maxCost` or `maxTokensTotal`"
            ),
            (
                { $0.limits = [Limit(name: "m", kind: .requests, amount: 0, models: ["m"])] },
                "`limits: rpm of m` is 0.0 but must be 1.0 to 1000000.0"
            ),
            (
                { $0.limits = [Limit(name: "m", kind: .requests, amount: 1)] },
                "`limits`: `m` needs a name and models; only Limit.ofAllModels is without models"
            ),
            ({ $0.outdir = "" }, "`outdir` is empty; name a path, or leave it nil"),
        ]
        for (change, message) in refused {
            var options = NllmOptions()
            change(&options)
            #expect(throws: NllmError.usage(message)) { _ = try options.configuration() }
        }
    }

    @Test func limitsReachTheWorkerAndTheRun() throws {
        var options = NllmOptions()
        let limit = Limit(name: Limit.ofAllModels, kind: .requests, amount: 5)
        options.limits = [limit]
        (options.maxWait, options.maxCost, options.maxTokensTotal, options.budgetWindow) = (1, 2, 3, 60)
        (options.failOn, options.cache, options.priority) = ([.empty], 4, 5)
        let work = options.workOptions(runs: [], configuration: Configuration())
        #expect(work.limits == [limit])
        #expect(
            [work.maxWait, work.maxCost, work.maxTokensTotal.map(Double.init), work.budgetWindow] == [1, 2, 3, 60])
        let request = options.request([], arguments: [], configuration: Configuration())
        let settings = RunSettings(request)
        #expect(settings.failOn == [.empty])
        #expect(settings.cache == 4)
        #expect(settings.priority == 5)
    }
}
