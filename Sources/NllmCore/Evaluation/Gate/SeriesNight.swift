/// A finished night of a series, as far as later nights depend on it.
struct SeriesNight: Sendable, Hashable {
    /// The number of nights that a history has at most.
    static let mostInHistory = 7

    /// Whether `no_regression` failed on it.
    var regressed = false
    /// Whether it was taken as the new normal.
    var isAccepted = false
    /// The ids of the prompts for which alone it was taken as the new normal.
    var acceptedPrompts: Set<String> = []
    /// Whether it was finished, and its answers are scored under the assertions of tonight.
    var isComparable = true

    /// Whether it is the new normal for a prompt; nil means the whole night.
    func isAccepted(for prompt: String?) -> Bool {
        isAccepted || prompt.map(acceptedPrompts.contains) ?? false
    }

    /// The history: the last nights without a regression, from the last accepted night on, which counts in any case.
    ///
    /// - Parameters:
    ///   - nights: the finished nights before tonight, oldest first.
    ///   - prompt: the id of a prompt that nights may have been accepted for; nil for all others.
    /// - Returns: positions in `nights`, ascending.
    static func history(of nights: [SeriesNight], for prompt: String? = nil) -> [Int] {
        let start = nights.lastIndex { $0.isAccepted(for: prompt) }
        let usable = nights.indices.suffix(from: start ?? 0).filter { index in
            nights[index].isComparable && (index == start || !nights[index].regressed)
        }
        return usable.suffix(mostInHistory)
    }
}
