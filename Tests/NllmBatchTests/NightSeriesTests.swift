import Foundation
import Testing

/// A long series without any change: how often a night counts as worse, and by which p-value.
@Suite struct NightSeriesTests {
    private static let isSoak = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] != nil
    private static let (nights, prompts) = isSoak ? (100, 200) : (10, 50)
    private static let historyLength = 7

    /// 85 % of the prompts fail once in a hundred times, 5 % every other time, 10 % mostly.
    private static func failureRate(_ prompt: Int) -> Double {
        switch prompt * 100 / prompts {
        case 0..<85: 0.01
        case 85..<90: 0.5
        default: 0.95
        }
    }

    /// The mid-p of the sum over prompts where tonight's value of each is equally likely to be any of its nightly ones.
    private static func pValue(_ tonight: [Bool], _ history: [[Bool]]) -> Double {
        var mass = [1.0]
        for prompt in tonight.indices {
            let values = history.map { $0[prompt] } + [tonight[prompt]]
            let share = Double(values.count { $0 }) / Double(values.count)
            var next = [Double](repeating: 0, count: mass.count + 1)
            for (sum, probability) in mass.enumerated() {
                next[sum] += probability * (1 - share)
                next[sum + 1] += probability * share
            }
            mass = next
        }
        let seen = tonight.count { $0 }
        return mass[..<seen].reduce(0, +) + mass[seen] / 2
    }

    @Test func unchangedNightsAreSeldomCalledWorse() async throws {
        var generator = SeededGenerator(20_261_129)
        let server = try await LoopbackServer(#"{"m": {"answer": "fine"}}"#)
        let batch = try Batch(userPath: server.userPath)
        let tests = (0..<Self.prompts).map { "  - {description: q\($0), vars: {n: '\($0)'}}\n" }.joined()
        try batch.write(
            """
            providers: [m]
            prompts: ['Question <{{n}}>']
            defaultTest: {assert: [{type: equals, value: fine}]}
            series: s
            tests:

            """ + tests, to: "s.yaml")
        var history: [[Bool]] = []
        var alarms = 0
        for night in 1...Self.nights {
            let passed = (0..<Self.prompts).map { Double.random(in: 0..<1, using: &generator) >= Self.failureRate($0) }
            // Wrong once, so that who is asked again answers well.
            let wrong = passed.indices.filter { !passed[$0] }.map { "[\"<\($0)>\", \"wrong\"]" }
            try await server.change(#"{"m": {"answer": "fine", "answers_once": [\#(wrong.joined(separator: ", "))]}}"#)
            try await batch.run(
                "run", "s.yaml", "--run", "n\(night)", "--executor", "shared", "--concurrency", "16", "--files", "none",
                "--quiet"
            ).expectSuccess()
            let stored = try batch.query(
                """
                SELECT regressed, result ->> '$.models[0].p', result ->> '$.models[0].drop',
                    json_array_length(result, '$.models[0].broken')
                FROM nights WHERE run = 'n\(night)'
                """)
            let row = try #require(stored.first)
            #expect(row[3] == "0")
            let recent = Array(history.suffix(Self.historyLength))
            if recent.isEmpty {
                #expect(row[0] == "0" && row[1].isEmpty)
                history.append(passed)
                continue
            }
            let p = Self.pValue(passed, recent)
            #expect(abs((Double(row[1]) ?? -1) - p) < 1e-9, "night \(night)")
            let isWorse = p < 0.03 && (Double(row[2]) ?? 0) >= 0
            #expect(row[0] == (isWorse ? "1" : "0"), "night \(night)")
            if isWorse { alarms += 1 } else { history.append(passed) }
        }
        #expect(alarms <= (Self.isSoak ? 8 : 2), "\(alarms) alarms in \(Self.nights) nights")
    }
}
