import Foundation

@testable import NllmCore

extension PromptNight {
    /// A night with a verdict on each sample.
    static func passed(_ passes: Int, of samples: Int = 1) -> PromptNight {
        PromptNight(samples: samples, trials: samples, failures: samples - passes)
    }

    /// A night without any verdict.
    static let silent = PromptNight(samples: 1, trials: 0, failures: 0)
}

extension PromptHistory {
    /// A prompt that every one of seven earlier nights asked once.
    static func asked(
        _ id: String, passes: Int = 7, tonight: PromptNight?, brokenSince: Date? = nil,
        confirming: [ConfirmingAnswer] = [], isOver: Bool = false
    ) -> PromptHistory {
        let earlier = (0..<7).map { PromptNight.passed($0 < passes ? 1 : 0) }
        return PromptHistory(
            id: id, earlier: earlier, wasAskedLast: true, tonight: tonight, brokenSince: brokenSince,
            confirming: confirming, confirmingIsOver: isOver)
    }

    /// A number of prompts that all passed, tonight as ever.
    static func steady(_ count: Int) -> [PromptHistory] {
        (0..<count).map { .asked("steady \($0)", tonight: .passed(1)) }
    }
}
