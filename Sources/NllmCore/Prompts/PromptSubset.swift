internal import Crypto

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Which prompts of the sources are taken: those with some ids, then some at random, then the first ones.
public struct PromptSubset: Sendable, Equatable {
    /// Ids, or patterns of a shell for them; empty for all.
    public var only: [String] = []
    /// The number of prompts that are taken at random; nil for all.
    public var pick: Int?
    /// What the choice depends on, besides the ids.
    public var seed = 1
    /// The number of prompts that are taken from the beginning; nil for all.
    public var limit: Int?

    /// All prompts are taken.
    public init() {}

    /// Whether all prompts are taken.
    var isAll: Bool { only.isEmpty && pick == nil && limit == nil }

    var identity: [String] {
        only.map { "only " + $0 } + (pick.map { ["pick \($0) \(seed)"] } ?? []) + (limit.map { ["limit \($0)"] } ?? [])
    }

    /// The texts of `only` that no id matches.
    func unmatched(_ ids: [String]) -> [String] {
        only.filter { pattern in !ids.contains { Self.matches($0, pattern) } }
    }

    /// The ids that are taken, in their order.
    func chosen(_ ids: [String]) -> [String] {
        var ids = only.isEmpty ? ids : ids.filter { id in only.contains { Self.matches(id, $0) } }
        if let pick, pick < ids.count {
            // By a digest of each id, so that the choice changes little when prompts are added.
            let ranked = ids.map { (rank: Array(SHA256.hash(data: Array("\(seed) \($0)".utf8))), id: $0) }
                .sorted { $0.rank.lexicographicallyPrecedes($1.rank) }
            let picked = Set(ranked.prefix(pick).map(\.id))
            ids = ids.filter(picked.contains)
        }
        return limit.map { Array(ids.prefix($0)) } ?? ids
    }

    private static func matches(_ id: String, _ pattern: String) -> Bool {
        id == pattern || fnmatch(pattern, id, 0) == 0
    }
}
