/// A text with places for variables: `{{name}}`, `{{name.member}}` and `{{name | dump}}`, which writes JSON.
///
/// Nothing is escaped. A text without places stands for itself.
struct Template: Sendable, Hashable {
    private enum Part: Hashable {
        case text(String)
        /// A variable's value, as JSON or as it is.
        case variable(String, asJSON: Bool)
    }

    private var parts: [Part] = []

    /// - Parameter text: the text.
    /// - Throws: for a place that is not understood.
    init(_ text: String) throws(TemplateProblem) {
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw TemplateProblem(message: "`{{` without `}}`")
            }
            parts.append(try Self.variable(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }

    private static func variable(_ text: Substring) throws(TemplateProblem) -> Part {
        let words = text.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
        guard let name = words.first, !name.isEmpty, words.count < 3 else {
            throw TemplateProblem(message: "`{{\(text)}}` names no variable; write {{name}} or {{name | dump}}")
        }
        guard words.count == 1 || words[1] == "dump" else {
            throw TemplateProblem(message: "there is no `\(words[1])`, only {{\(name) | dump}}, which writes JSON")
        }
        return .variable(name, asJSON: words.count == 2)
    }

    /// The names of its variables, in their order, as often as they stand there.
    var variables: [String] {
        parts.compactMap { part in
            guard case .variable(let name, _) = part else { return nil }
            return name
        }
    }

    /// The text with the values of variables in it.
    ///
    /// - Parameter value: the value of a variable; nil if there is none.
    /// - Returns: the text.
    /// - Throws: for a variable that is missing or is no text.
    func filled(_ value: (String) -> JSONValue?) throws(TemplateFlaw) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .variable(let name, let asJSON):
                guard let value = value(name), value != .null else { throw TemplateFlaw(name: name, reason: .missing) }
                switch value {
                case _ where asJSON: result += JSONWriter.text(value)
                case .string(let text), .number(let text): result += text
                case .bool(let flag): result += flag ? "true" : "false"
                default: throw TemplateFlaw(name: name, reason: .structured(value.kind))
                }
            }
        }
        return result
    }
}

/// Why a text is not a template.
struct TemplateProblem: PlainError, Equatable {
    /// What is wrong, starting in lower case, and what to write.
    var message: String

    var plainText: String { message }
}

/// Why a template does not fit its variables.
struct TemplateFlaw: PlainError, Equatable {
    enum Reason: Equatable {
        case missing
        /// The value is a list or an object.
        case structured(String)
    }

    var name: String
    var reason: Reason

    /// What is wrong, for a user.
    var plainText: String {
        switch reason {
        case .missing: "no variable `\(name)`"
        case .structured(let kind): "`\(name)` is \(kind); write {{\(name) | dump}} for its JSON"
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }
}
