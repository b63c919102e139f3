/// What a value at a path must be: `equals`, `contains`, `regex`, `>=`, `<=`, `>`, `<`, or `exists`.
enum PathComparison: Sendable {
    case equals(JSONIdentity)
    /// A text in a text, or a value in a list.
    case contains(JSONIdentity, text: TextSearch?)
    case regex(Pattern)
    /// Numbers alone have an order.
    case order(String, DecimalNumber)
    /// Whether there is a value at all; null is one.
    case exists(Bool)

    /// The names, in the order of messages.
    static let names = ["equals", "contains", "regex", ">=", "<=", ">", "<", "exists"]

    /// - Parameters:
    ///   - name: one of ``names``.
    ///   - operand: what the value is compared with.
    /// - Throws: if the operand is of no use to the comparison.
    init(_ name: String, _ operand: JSONValue) throws(PathProblem) {
        switch name {
        case "equals": self = .equals(JSONIdentity(operand))
        case "contains": self = .contains(JSONIdentity(operand), text: operand.scalarText.map(TextSearch.init))
        case "regex":
            guard let text = operand.scalarText, !text.isEmpty else {
                throw PathProblem(message: "has a `regex` that is not a text, or empty")
            }
            do throws(PatternProblem) {
                self = .regex(try Pattern(text))
            } catch {
                throw PathProblem(message: "has a \(error.plainText)")
            }
        case "exists":
            guard case .bool(let exists) = operand else {
                throw PathProblem(message: "has `exists` that is neither true nor false")
            }
            self = .exists(exists)
        default:
            guard Self.names.contains(name) else {
                throw PathProblem(message: "has no comparison `\(name)`; use one of \(Self.names.quotedList)")
            }
            guard let number = operand.scalarText.flatMap({ DecimalNumber($0) }) else {
                throw PathProblem(message: "compares `\(name)` with something that is not a number")
            }
            self = .order(name, number)
        }
    }

    /// Whether a value is as it must be.
    func holds(for value: JSONValue) throws(Undecided) -> Bool {
        switch self {
        case .exists(let exists): return exists
        case .equals(let wanted): return JSONIdentity(value) == wanted
        case .contains(let wanted, let text):
            if case .array(let elements) = value { return elements.contains { JSONIdentity($0) == wanted } }
            guard case .string(let whole) = value, let text else { return false }
            return text.isFound(in: whole)
        case .regex(let pattern):
            guard let text = value.scalarText else { return false }
            return try pattern.matches(text)
        case .order(let name, let wanted):
            guard case .number(let text) = value, let number = DecimalNumber(text) else { return false }
            switch name {
            case ">=": return number >= wanted
            case "<=": return number <= wanted
            case ">": return number > wanted
            default: return number < wanted
            }
        }
    }
}
