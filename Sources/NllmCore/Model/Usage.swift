#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The tokens of an answer, as `llm -u` reports them on standard error.
struct Usage: Sendable, Equatable {
    var input: Int?
    var output: Int?
    /// Other numbers that the provider reported, such as cached or reasoning tokens, summed like the rest.
    var details: JSONValue?

    /// A larger number of tokens is not a report.
    private static let most = 1_000_000_000_000
    private static let prefix = Array("Token usage: ".utf8)

    /// Sums the lines of all steps; nil if none has a number.
    init?(stderr: [UInt8]) {
        for line in Self.reports(stderr) { add(line) }
        if input == nil, output == nil { return nil }
    }

    /// Whether `llm` reported that the server provided nothing: a report without any number.
    static func isBlank(_ stderr: [UInt8]) -> Bool {
        let reports = reports(stderr)
        return !reports.isEmpty && reports.allSatisfy { !$0.contains { (0x30...0x39).contains($0) } }
    }

    /// Whether a line of standard error is such a report.
    static func isReport(_ line: String) -> Bool { line.utf8.starts(with: prefix) }

    /// The text after the prefix in each line that starts with it.
    private static func reports(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var reports: [ArraySlice<UInt8>] = []
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            var start = 0
            while start < raw.count {
                let end = memchr(base + start, 0x0A, raw.count - start).map { UnsafeRawPointer($0) - base } ?? raw.count
                if end - start >= prefix.count, memcmp(base + start, prefix, prefix.count) == 0 {
                    reports.append(bytes[(start + prefix.count)..<end])
                }
                start = end + 1
            }
        }
        return reports
    }

    /// Adds `1,234 input, 16 output, {"cached": 3}`.
    private mutating func add(_ report: ArraySlice<UInt8>) {
        let brace = report.firstIndex(of: UInt8(ascii: "{")) ?? report.endIndex
        var part: [ArraySlice<UInt8>] = []
        for word in report[..<brace].split(separator: UInt8(ascii: " ")) {
            let endsPart = word.last == UInt8(ascii: ",") && word.endIndex < brace
            let word = endsPart ? word.dropLast() : word
            if !word.isEmpty { part.append(word) }
            guard endsPart else { continue }
            add(part: part)
            part = []
        }
        add(part: part)
        guard brace < report.endIndex else { return }
        if let more = try? JSONParser.parse(String(decoding: report[brace...], as: UTF8.self)) {
            details = details.map { Self.sum($0, more) } ?? more
        }
    }

    /// Adds a number and its unit.
    private mutating func add(part: [ArraySlice<UInt8>]) {
        guard part.count == 2,
            let number = Int(String(decoding: part[0].filter { $0 != UInt8(ascii: ",") }, as: UTF8.self)),
            (0...Self.most).contains(number)
        else { return }
        if part[1].elementsEqual("input".utf8) { input = (input ?? 0) + number }
        if part[1].elementsEqual("output".utf8) { output = (output ?? 0) + number }
    }

    /// Adds numbers, appends lists, and does so member by member in objects; for anything else the later value applies.
    private static func sum(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        switch (first, second) {
        case (.number, .number):
            guard let first = first.intValue, let second = second.intValue else { return second }
            let (sum, overflow) = first.addingReportingOverflow(second)
            return overflow ? .integer(second) : .integer(sum)
        case (.array(let first), .array(let second)): return .array(first + second)
        case (.object(var members), .object(let others)):
            for other in others {
                if let index = members.firstIndex(where: { $0.name == other.name }) {
                    members[index].value = sum(members[index].value, other.value)
                } else {
                    members.append(other)
                }
            }
            return .object(members)
        default: return second
        }
    }
}
