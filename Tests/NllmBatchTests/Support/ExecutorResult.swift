import Foundation

/// What stands in a result and must not depend on the executor.
struct ExecutorResult {
    var status: String?
    var text: String?
    var exitCode: Int?
    var kind: String?
    var message: String?
    var httpStatus: Int?
    var retryAfter: Double?
    var tokens: [Int]
    var errorOutput: String?
    var command: [String]?

    /// A line of results.jsonl, without what a pattern finds in its texts.
    init(_ line: [String: Any], removing pattern: String?) {
        func text(_ value: Any?) -> String? {
            guard let pattern else { return value as? String }
            return (value as? String)?.replacingOccurrences(of: pattern, with: "", options: .regularExpression)
        }
        let failure = line["failure"] as? [String: Any]
        let meta = line["meta"] as? [String: Any]
        status = line["status"] as? String
        self.text = text(line["text"])
        exitCode = line["exit_code"] as? Int
        kind = failure?["kind"] as? String
        message = text(failure?["message"])
        httpStatus = failure?["http_status"] as? Int
        retryAfter = failure?["retry_after"] as? Double
        tokens = ["tokens_input", "tokens_output"].compactMap { meta?[$0] as? Int }
        errorOutput = text(line["stderr_tail"])
        command = line["command"] as? [String]
    }

    /// The fields in which another differs, byte by byte, with the beginnings of both values.
    func differences(from other: Self) -> [String] {
        zip(Mirror(reflecting: self).children, Mirror(reflecting: other).children).compactMap { mine, theirs in
            let (one, two) = (String(describing: mine.value), String(describing: theirs.value))
            guard !one.utf8.elementsEqual(two.utf8) else { return nil }
            return "\(mine.label ?? "?"): \(one.prefix(200)), not \(two.prefix(200))"
        }
    }
}
