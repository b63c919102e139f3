internal import FoundationEssentials

/// The prompts of a model that broke, and those that have to be asked on before that is known.
struct BrokenPrompts: Sendable, Hashable {
    /// A prompt that fails for certain.
    struct Broken: Sendable, Hashable {
        let id: String
        /// When it broke; nil if that is tonight.
        let since: Date?
    }

    /// Confirming answers without a verdict after which a prompt is given up.
    private static let mostWithoutVerdict = 2

    private(set) var broken: [Broken] = []
    /// The ids of suspects with a confirming answer that passed.
    private(set) var flaky: [String] = []
    /// The ids of suspects about which no confirming answer says anything.
    private(set) var unconfirmed: [String] = []
    /// The ids of suspects that need one more confirming answer each.
    private(set) var open: [String] = []
    /// The ids of suspects that are not asked on, because there are too many.
    private(set) var notAsked: [String] = []

    /// Judges the prompts of a model.
    ///
    /// - Parameters:
    ///   - history: the model's night and its history.
    ///   - confirm: the number of failures in a row that make a prompt broken.
    ///   - seed: decides which of too many suspects are asked on; the same for the whole night.
    init(_ history: NightHistory, confirm: Int, seed: UInt64) {
        for prompt in history.prompts where prompt.isStillBroken {
            broken.append(Broken(id: prompt.id, since: prompt.brokenSince))
        }
        let suspects = history.prompts.filter(\.isSuspect)
        let certain = suspects.filter { $0.tonight?.failures ?? 0 >= confirm }
        broken += certain.map { Broken(id: $0.id, since: nil) }
        let doubtful = suspects.filter { $0.tonight?.failures ?? 0 < confirm }
        let most = max(5, history.promptsTonight / 50)
        let asked = Self.choice(of: most, from: doubtful.map(\.id), seed: seed)
        for suspect in doubtful {
            if asked.contains(suspect.id) { settle(suspect, confirm: confirm) } else { notAsked.append(suspect.id) }
        }
    }

    /// At most that many ids, the same for the same seed, whatever the order of the ids.
    private static func choice(of most: Int, from ids: [String], seed: UInt64) -> Set<String> {
        guard ids.count > most else { return Set(ids) }
        var generator = SplitMix64(seed: seed)
        return Set(ids.sorted().shuffled(using: &generator).prefix(most))
    }

    private mutating func settle(_ suspect: PromptHistory, confirm: Int) {
        var (failures, withoutVerdict) = (suspect.tonight?.failures ?? 0, 0)
        for answer in suspect.confirming where failures < confirm {
            switch answer {
            case .passed: return flaky.append(suspect.id)
            case .failed: failures += 1
            case .noVerdict: withoutVerdict += 1
            }
        }
        if failures >= confirm {
            broken.append(Broken(id: suspect.id, since: nil))
        } else if suspect.confirmingIsOver || withoutVerdict >= Self.mostWithoutVerdict {
            unconfirmed.append(suspect.id)
        } else {
            open.append(suspect.id)
        }
    }
}
