internal import CPCRE2

/// A compiled regular expression in the syntax of Perl (PCRE2), which threads may share.
///
/// A search ends after a number of steps, whatever the pattern and the text are (``PatternSteps``), and takes at most
/// ``heapLimit`` of memory. There is no just-in-time compiler: its limits are others, and searches would not end alike.
final class Pattern: Sendable {
    /// The number of steps of one search, beside those that are free.
    static let stepLimit = 10_000_000
    /// In KiB.
    private static let heapLimit: UInt32 = 128 << 10

    /// What a pattern is written in.
    enum Syntax: Sendable {
        /// PCRE2's own, with the Unicode meaning of `\d`, `\w`, `\s` and `\b`.
        case perl
        /// JavaScript's, as ``ECMAPattern`` translates it.
        case ecma
    }

    // A compiled pattern is not changed after this: any number of threads may read it.
    private nonisolated(unsafe) let code: OpaquePointer
    /// Whether the pattern refers back to its groups.
    private let comparesGroups: Bool
    /// How many characters an item may pass over in vain.
    private let repeats: Int

    /// Compiles a pattern.
    ///
    /// - Parameters:
    ///   - text: the pattern.
    ///   - ignoresCase: whether letters match those of the other case.
    ///   - syntax: what the pattern is written in.
    /// - Throws: what is wrong with it.
    init(_ text: String, ignoresCase: Bool = false, syntax: Syntax = .perl) throws(PatternProblem) {
        var options = PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C
        if ignoresCase { options |= PCRE2_CASELESS }
        switch syntax {
        case .perl: options |= PCRE2_UCP
        case .ecma: options |= PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF
        }
        var source = syntax == .ecma ? try ECMAPattern.translate(text) : text
        var (error, offset) = (Int32(0), 0)
        let code = source.withUTF8 { bytes in
            pcre2_compile_8(bytes.baseAddress ?? Self.empty, bytes.count, options, &error, &offset, nil)
        }
        guard let code else {
            let characters = source.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 }
            throw PatternProblem(message: Self.message(error), offset: syntax == .ecma ? nil : characters)
        }
        self.code = code
        var highest = UInt32(0)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_BACKREFMAX), &highest)
        comparesGroups = highest > 0
        // PCRE2 takes no larger number.
        repeats = min(PatternSteps.repeats(in: source), 65_535)
    }

    deinit { pcre2_code_free_8(code) }

    /// Whether the pattern matches anywhere in a text; an error if the search has used up its steps.
    func matches(_ text: String) throws(Undecided) -> Bool {
        var steps = Self.stepLimit
        return try matches(text, steps: &steps)
    }

    /// Whether the pattern matches anywhere in a text; an error if the search has used up the steps of all searches of a
    /// check.
    func matches(_ text: String, steps: inout Int) throws(Undecided) -> Bool {
        try search(text, steps: &steps) { _, _ in true } ?? false
    }

    /// The first match in a text; nil if there is none.
    ///
    /// - Parameter text: where to search.
    /// - Returns: the matched text, then that of each group; nil for a group that took no part.
    /// - Throws: if the search has used up its steps.
    func captures(in text: String) throws(Undecided) -> [String?]? {
        var steps = Self.stepLimit
        return try search(text, steps: &steps, found: Self.groups)
    }

    /// The texts between a match's offsets, an offset pair for each group.
    private static func groups(_ bytes: UnsafeBufferPointer<UInt8>, _ offsets: UnsafeBufferPointer<Int>) -> [String?] {
        (0..<offsets.count / 2).map { group in
            let (start, end) = (offsets[2 * group], offsets[2 * group + 1])
            // A group that took no part has PCRE2_UNSET, all bits set; `\K` may move a start behind its end.
            guard start >= 0, end >= start, end <= bytes.count else { return nil }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }

    /// What `found` makes of the text's bytes and the first match's offsets; nil if there is no match.
    private func search<Found>(
        _ text: String, steps: inout Int,
        found: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Int>) -> Found
    ) throws(Undecided) -> Found? {
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil),
            let context = pcre2_match_context_create_8(nil)
        else { throw Undecided(reason: "no memory for a search") }
        defer {
            pcre2_match_context_free_8(context)
            pcre2_match_data_free_8(data)
        }
        pcre2_set_match_limit_8(context, UInt32(Self.stepLimit))
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        var text = text
        let free = PatternSteps.free(bytes: text.utf8.count)
        var counter = PatternSteps(max(0, steps) + free, comparesGroups: comparesGroups, repeats: repeats)
        let (result, value) = text.withUTF8 { bytes -> (Int32, Found?) in
            let result = withUnsafeMutablePointer(to: &counter) { counter in
                pcre2_set_callout_8(context, PatternSteps.callout, counter)
                // Swift's strings are always valid UTF-8.
                return pcre2_match_8(
                    code, bytes.baseAddress ?? Self.empty, bytes.count, 0, PCRE2_NO_UTF_CHECK, data, context)
            }
            guard result > 0, let offsets = pcre2_get_ovector_pointer_8(data) else { return (result, nil) }
            let pairs = Int(pcre2_get_ovector_count_8(data))
            return (result, found(bytes, UnsafeBufferPointer(start: offsets, count: 2 * pairs)))
        }
        steps = min(steps, counter.left)
        if result == PCRE2_ERROR_NOMATCH { return nil }
        guard let value else { throw Undecided(reason: Self.reason(result)) }
        return value
    }

    private static func reason(_ error: Int32) -> String {
        switch error {
        case PCRE2_ERROR_CALLOUT, PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT:
            "the pattern takes too many steps"
        case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_NOMEMORY:
            "the pattern takes too much memory"
        default: "the pattern could not be searched for: \(message(error))"
        }
    }

    /// PCRE2's words for an error.
    private static func message(_ error: Int32) -> String {
        // The longest message of PCRE2 10.47 has 130 bytes.
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "error \(error)"
    }

    /// A place for texts without bytes, which may have none.
    private nonisolated(unsafe) static let empty = UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))
}
