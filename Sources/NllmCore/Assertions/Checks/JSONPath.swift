/// A path to values in JSON, with the parts of RFC 9535 that a check needs: `$`, `.name`, `['name']`, `[0]`, `[-1]`, `[*]`,
/// `.*`, and `..` before any of them for all levels below.
struct JSONPath: Sendable, Hashable {
    private enum Step: Hashable {
        case name(String)
        /// From 0; negative from the end.
        case index(Int)
        case all
        /// The values on all levels below, and the value itself.
        case descendants
    }

    /// The most values that a path selects, since every `..` may multiply them.
    static let limit = 100_000

    private var steps: [Step] = []

    /// - Parameter text: a path from its `$` to its end.
    /// - Throws: what is wrong with it, in words that follow its name.
    init(_ text: some StringProtocol) throws(PathProblem) {
        var rest = text.unicodeScalars[...]
        guard rest.popFirst() == "$" else { throw PathProblem(message: "must begin with `$`") }
        while let next = rest.popFirst() {
            switch next {
            case "[": steps.append(try Self.bracket(&rest))
            case ".":
                if rest.first == "." {
                    rest.removeFirst()
                    steps.append(.descendants)
                    if rest.first == "[" { continue }
                }
                steps.append(try Self.name(&rest))
            default: throw PathProblem(message: "has `\(next)` where `.` or `[` is expected")
            }
        }
    }

    private static func name<Rest>(_ rest: inout Rest) throws(PathProblem) -> Step
    where Rest: BidirectionalCollection<Unicode.Scalar>, Rest.SubSequence == Rest {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty else { throw PathProblem(message: "has a `.` without a name behind it") }
        rest = rest[name.endIndex...]
        var text = ""
        text.unicodeScalars.append(contentsOf: name)
        return text == "*" ? .all : .name(text)
    }

    /// What stands between brackets, of which the first has been taken.
    private static func bracket<Rest>(_ rest: inout Rest) throws(PathProblem) -> Step
    where Rest: BidirectionalCollection<Unicode.Scalar>, Rest.SubSequence == Rest {
        var text = ""
        if let quote = rest.first, quote == "'" || quote == "\"" {
            rest = rest.dropFirst()
            text.unicodeScalars.append(contentsOf: rest.prefix { $0 != quote })
            rest = rest.drop { $0 != quote }.dropFirst()
            guard rest.first == "]" else {
                throw PathProblem(message: "has a name in `[` that is not closed by `\(quote)]`")
            }
            rest = rest.dropFirst()
            return .name(text)
        }
        text.unicodeScalars.append(contentsOf: rest.prefix { $0 != "]" })
        rest = rest.drop { $0 != "]" }
        guard rest.first == "]" else { throw PathProblem(message: "has a `[` that is not closed") }
        rest = rest.dropFirst()
        if text == "*" { return .all }
        guard let index = Int(text) else {
            throw PathProblem(message: "has `[\(text)]`; a number, `*` or a name in quotes can stand there")
        }
        return .index(index)
    }

    /// The values at the path, in their order; nil if there are over ``limit``.
    func values(in root: JSONValue) -> [JSONValue]? {
        var values = [root]
        for step in steps {
            var next: [JSONValue] = []
            for value in values {
                switch step {
                case .descendants: next += Self.levels(of: value)
                default: next += Self.children(of: value, step)
                }
                if next.count > Self.limit { return nil }
            }
            values = next
        }
        return values
    }

    private static func children(of value: JSONValue, _ step: Step) -> [JSONValue] {
        switch (step, value) {
        case (.name(let name), .object): value.member(name).map { [$0] } ?? []
        case (.index(let index), .array(let elements)):
            elements.indices.contains(index < 0 ? elements.count + index : index)
                ? [elements[index < 0 ? elements.count + index : index]] : []
        case (.all, .array(let elements)): elements
        case (.all, .object(let members)): members.map(\.value)
        default: []
        }
    }

    /// The value and all values in it, from the outside in.
    private static func levels(of value: JSONValue) -> [JSONValue] {
        var (found, index) = ([value], 0)
        while index < found.count, found.count <= limit {
            found += children(of: found[index], .all)
            index += 1
        }
        return found
    }
}

/// Why a text is not a path.
struct PathProblem: PlainError, Equatable {
    /// What is wrong, in words that follow the path.
    var message: String

    var plainText: String { message }
}
