import Foundation
import Testing

@testable import NllmCore

/// Rates of false alarms and of what is found, over many nights of simulated suites with seven earlier nights.
///
/// `NLLM_BATCH_SOAK=1` simulates 2,000 nights per row. Otherwise a row has 200, or 40 with a thousand prompts, and each
/// bound on a share s is wider by three standard deviations of a binomial share, 3·√(s·(1−s)/nights): where the true
/// share is s, one seed in about a thousand breaks it.
@Suite struct NightSimulationTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"

    /// One row of the table.
    struct Row: Sendable, CustomTestStringConvertible {
        var suite: SimulatedSuite
        var nights: Int { isLong ? 2000 : suite.prompts < 1000 ? 200 : 40 }
        /// The least share of nights on which `no_regression` has to fail; nil for a bound on false alarms.
        var leastFound: Double?

        init(_ prompts: Int, samples: Int, agree: Bool = false, broken: Int = 0, leastFound: Double? = nil) {
            suite = SimulatedSuite(prompts: prompts, samples: samples, samplesAgree: agree, broken: broken)
            self.leastFound = leastFound
        }

        var testDescription: String {
            "\(suite.prompts) prompts, \(suite.samples) samples\(suite.samplesAgree ? " that agree" : ""), "
                + "\(suite.broken) broken"
        }
    }

    private static let quiet = [50, 200, 1000].flatMap { prompts in
        [
            Row(prompts, samples: 1), Row(prompts, samples: 3), Row(prompts, samples: 3, agree: true),
        ]
    }
    private static let oneBroken = [50, 200, 1000].flatMap { prompts in
        [1, 3].map { Row(prompts, samples: $0, broken: 1, leastFound: 0.8) }
    }
    private static let manyBroken = [1, 3].map { Row(1000, samples: $0, broken: 20, leastFound: 0.95) }

    /// Three standard deviations of a share, or none in the long form.
    private static func noise(_ share: Double, nights: Int) -> Double {
        isLong ? 0 : 3 * (share * (1 - share) / Double(nights)).squareRoot()
    }

    @Test(arguments: quiet + oneBroken + manyBroken) func ratesAreAsPromised(row: Row) {
        var generator = AnswerGenerator(seed: 7)
        var (regressed, innocent) = (0, 0)
        for night in 0..<row.nights {
            let report = row.suite.night(seed: UInt64(night), using: &generator)
            #expect(!report.isOpen)
            regressed += report.regressed ? 1 : 0
            innocent += report.models[0].prompts.broken.count { !row.suite.isBroken($0.id) }
        }
        let share = Double(regressed) / Double(row.nights)
        let innocentsNamed = Double(innocent) / Double(row.nights)
        if let least = row.leastFound {
            #expect(share >= least - Self.noise(least, nights: row.nights))
        } else {
            #expect(share <= 0.07 + Self.noise(0.07, nights: row.nights))
        }
        #expect(innocentsNamed <= 0.05 + Self.noise(0.05, nights: row.nights))
        if Self.isLong { print("\(row.testDescription): fails \(share), innocents named \(innocentsNamed)") }
    }
}

/// A suite of which most prompts nearly always pass, some at every other time, and some seldom.
struct SimulatedSuite: Sendable {
    var prompts: Int
    var samples: Int
    /// Whether the samples of a night are all the same, as at temperature 0.
    var samplesAgree = false
    /// The number of prompts that hardly ever pass any more tonight.
    var broken = 0

    private static let earlierNights = 7

    /// The rate at which a prompt passes on a night without change.
    private func rate(_ prompt: Int) -> Double {
        let share = Double(prompt) / Double(prompts)
        return share < 0.85 ? 0.99 : share < 0.9 ? 0.5 : 0.05
    }

    private func rateTonight(_ prompt: Int) -> Double { prompt < broken ? 0.02 : rate(prompt) }

    func isBroken(_ id: String) -> Bool { Int(id).map { $0 < broken } ?? false }

    private func night(_ rate: Double, using generator: inout AnswerGenerator) -> PromptNight {
        var failures = 0
        for _ in 0..<(samplesAgree ? 1 : samples) where !passes(rate, using: &generator) { failures += 1 }
        return PromptNight(samples: samples, trials: samples, failures: failures * (samplesAgree ? samples : 1))
    }

    private func passes(_ rate: Double, using generator: inout AnswerGenerator) -> Bool {
        Double(generator.next() >> 11) * 0x1p-53 < rate
    }

    /// As many answers as a suspect may need; those after the one that decides are not looked at.
    private func confirming(_ prompt: Int, using generator: inout AnswerGenerator) -> [ConfirmingAnswer] {
        let most = RegressionRule().failuresToConfirm(prompts: prompts)
        return (0..<most).map { _ in passes(rateTonight(prompt), using: &generator) ? .passed : .failed }
    }

    /// A night with its history and all confirming answers.
    func night(seed: UInt64, using generator: inout AnswerGenerator) -> NightReport {
        var history = NightHistory(label: "m", prompts: [])
        for prompt in 0..<prompts {
            let earlier = (0..<Self.earlierNights).map { _ in night(rate(prompt), using: &generator) }
            let tonight = night(rateTonight(prompt), using: &generator)
            var known = PromptHistory(id: String(prompt), earlier: earlier, wasAskedLast: true, tonight: tonight)
            if known.isSuspect { known.confirming = confirming(prompt, using: &generator) }
            history.prompts.append(known)
        }
        return NightReport([history], seed: seed)
    }
}
