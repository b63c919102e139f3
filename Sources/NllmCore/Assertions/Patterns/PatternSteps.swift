internal import CPCRE2

/// Counts the steps of one search, and ends it when there are too many.
///
/// PCRE2's own match limit counts neither characters that one item of a pattern passes over, nor anything from one start
/// to the next, so that `\s+$` on a million spaces would take 10¹² steps. PCRE2 calls ``callout`` before each item of the
/// pattern instead, which makes it a step of its own and one more per 16 bytes that were passed over since the last.
struct PatternSteps {
    /// What is left.
    private(set) var left: Int
    /// The place in the subject at the last step.
    private var position = 0
    /// Whether items may compare what groups have captured, which takes time of its own.
    private let comparesGroups: Bool
    /// What a step counts, besides what it passes over.
    private let cost: Int

    /// - Parameters:
    ///   - count: the number of steps.
    ///   - comparesGroups: whether the pattern refers back to its groups.
    ///   - repeats: how many characters an item may pass over in vain.
    init(_ count: Int, comparesGroups: Bool, repeats: Int) {
        left = count
        self.comparesGroups = comparesGroups
        cost = 1 + repeats / 64
    }

    /// The largest number of times that an item of a pattern has to be repeated, as in `a{1000}`.
    ///
    /// When there are too few, PCRE2 has looked at all of them without a step.
    static func repeats(in pattern: String) -> Int {
        pattern.utf8.split(separator: UInt8(ascii: "{")).dropFirst(pattern.utf8.first == UInt8(ascii: "{") ? 0 : 1)
            .compactMap { Int(String(decoding: $0.prefix { $0.isDigit }, as: UTF8.self)) }.max() ?? 0
    }

    /// The steps that any search in a text of this many bytes may take beside what it is given.
    ///
    /// So a search whose time is proportional to the text ends with a result, however long the text is.
    static func free(bytes: Int) -> Int { 64 + 4 * bytes }

    /// What PCRE2 calls with a pointer to the steps of the search.
    static let callout:
        @convention(c) (UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?) -> Int32 =
            { block, steps in
                guard let block, let steps else { return PCRE2_ERROR_CALLOUT }
                return steps.assumingMemoryBound(to: PatternSteps.self).pointee.count(block)
            }

    /// Counts a step; returns an error of PCRE2 when there are none left.
    private mutating func count(_ block: UnsafePointer<pcre2_callout_block_8>) -> Int32 {
        let place = block.pointee.current_position
        left &-= cost &+ abs(place &- position) / 16
        position = place
        if comparesGroups { countGroups(block) }
        return left < 0 ? PCRE2_ERROR_CALLOUT : 0
    }

    /// Counts what a reference to the groups that have matched may compare.
    private mutating func countGroups(_ block: UnsafePointer<pcre2_callout_block_8>) {
        guard let offsets = block.pointee.offset_vector else { return }
        for group in 1..<max(1, Int(block.pointee.capture_top)) {
            left -= abs(offsets[2 * group + 1] - offsets[2 * group]) / 256
        }
    }
}
