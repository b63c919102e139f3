/// What a column of a table of tests says.
enum TestColumn: Sendable, Equatable {
    case variable(String)
    /// An assertion, by its number; nil for `__expected`.
    case expected(Int?)
    /// The threshold of an assertion; nil for that of all.
    case expectedThreshold(Int?)
    case description, prefix, suffix, answer, metric, threshold
    /// A key of the metadata, and whether its cells are lists.
    case metadata(String, isList: Bool)

    private static let names: [String: TestColumn] = [
        "__expected": .expected(nil), "__description": .description, "__prefix": .prefix, "__suffix": .suffix,
        "__providerOutput": .answer, "__metric": .metric, "__threshold": .threshold,
    ]

    /// - Parameter name: the column's name.
    /// - Throws: for a name that begins as promptfoo's do and is none of them.
    init(_ name: String) throws(AssertionProblem) {
        guard name.hasPrefix("__") else {
            self = .variable(name)
            return
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if let column = Self.names[name] {
            self = column
        } else if let number = Self.number(name) {
            self = .expected(number)
        } else if parts.count == 2, parts[0] == "__metadata", !parts[1].isEmpty {
            let isList = parts[1].hasSuffix("[]")
            self = .metadata(isList ? String(parts[1].dropLast(2)) : parts[1], isList: isList)
        } else if parts.count == 3, parts[0] == "__config" {
            guard parts[1] == "__expected" || Self.number(parts[1]) != nil, parts[2] == "threshold" else {
                throw AssertionProblem("unknown column `\(name)`; write `__config:__expected2:threshold`")
            }
            self = .expectedThreshold(Self.number(parts[1]))
        } else {
            let known = Self.names.keys.sorted() + ["__metadata:KEY", "__config:__expected1:threshold"]
            throw AssertionProblem(UnknownKey.message(name, in: "the names of columns", known: known))
        }
    }

    /// The number of `__expected2`; nil for any other name.
    private static func number(_ name: String) -> Int? {
        guard name.hasPrefix("__expected"), let number = Int(name.dropFirst(10)), number > 0 else { return nil }
        return number
    }
}
