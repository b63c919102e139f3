#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What `llm -u` writes to standard error: a line for each step of an answer, with its tokens if the provider gave any.
struct UsageReport {
    private static let prefix = Array("Token usage: ".utf8)

    /// What follows the prefix in each line that starts with it.
    private let steps: [ArraySlice<UInt8>]

    /// Finds the lines in all of standard error.
    init(stderr bytes: [UInt8]) {
        var steps: [ArraySlice<UInt8>] = []
        let prefix = Self.prefix
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            var start = 0
            while start < raw.count {
                let end = memchr(base + start, 0x0A, raw.count - start).map { UnsafeRawPointer($0) - base } ?? raw.count
                if end - start >= prefix.count, memcmp(base + start, prefix, prefix.count) == 0 {
                    steps.append(bytes[(start + prefix.count)..<end])
                }
                start = end + 1
            }
        }
        self.steps = steps
    }

    /// Whether a line of standard error is a part of such a report.
    static func hasLine(_ line: String) -> Bool { line.utf8.starts(with: prefix) }

    /// Whether the server gave no number at all.
    var isBlank: Bool {
        !steps.isEmpty && steps.allSatisfy { !$0.contains(where: \.isDigit) }
    }

    /// The tokens of all steps; nil if no line names a number.
    var usage: Usage? { Usage(steps: steps.map(Self.usage)) }

    /// Reads `1,234 input, 16 output, {"cached": 3}`.
    private static func usage(_ step: ArraySlice<UInt8>) -> Usage {
        var usage = Usage()
        let brace = step.firstIndex(of: UInt8(ascii: "{")) ?? step.endIndex
        var part: [ArraySlice<UInt8>] = []
        for word in step[..<brace].split(separator: UInt8(ascii: " ")) {
            let endsPart = word.last == UInt8(ascii: ",") && word.endIndex < brace
            let word = endsPart ? word.dropLast() : word
            if !word.isEmpty { part.append(word) }
            guard endsPart else { continue }
            add(part, to: &usage)
            part = []
        }
        add(part, to: &usage)
        if brace < step.endIndex {
            usage.details = try? JSONParser.parse(String(decoding: step[brace...], as: UTF8.self))
        }
        return usage
    }

    /// Adds a number and what it counts.
    private static func add(_ part: [ArraySlice<UInt8>], to usage: inout Usage) {
        guard part.count == 2,
            let number = Int(String(decoding: part[0].filter { $0 != UInt8(ascii: ",") }, as: UTF8.self)),
            Usage.counts.contains(number)
        else { return }
        if part[1].elementsEqual("input".utf8) { usage.input = (usage.input ?? 0) + number }
        if part[1].elementsEqual("output".utf8) { usage.output = (usage.output ?? 0) + number }
    }
}
