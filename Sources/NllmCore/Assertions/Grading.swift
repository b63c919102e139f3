/// What an answer is checked against: the assertions of its prompt, and what they have to reach together.
public struct Grading: Sendable, Hashable {
    var assertions: [Assertion] = []
    /// The least score, from 0 to 1; nil if each assertion has to pass.
    var threshold: Double?

    /// Nothing is checked.
    public init() {}

    init(_ assertions: [Assertion], threshold: Double? = nil) {
        (self.assertions, self.threshold) = (assertions, threshold)
    }

    /// Reads assertions as `--assert` takes them, such as `contains:Paris`.
    public init(lines: [String]) throws(NllmError) {
        for line in lines {
            do throws(AssertionProblem) {
                assertions.append(try Assertion(text: line))
            } catch {
                throw .usage("`--assert \(line)`: \(error.message)")
            }
        }
    }

    /// Reads the result of ``json``.
    init(json: JSONValue) throws(AssertionProblem) {
        self.init(try Assertion.list(json: json["assert"] ?? .array([])), threshold: json["threshold"]?.doubleValue)
    }

    /// Whether nothing is checked.
    var isEmpty: Bool { assertions.isEmpty }

    /// An object with `assert`, a list, and perhaps `threshold`, whose members always stand in the same order.
    var json: JSONValue {
        let threshold = threshold.map { [JSONValue.Member("threshold", .number(String($0)))] } ?? []
        return .object([.init("assert", .array(assertions.map(\.json)))] + threshold)
    }

    /// These assertions, and then others.
    func adding(_ other: Grading) -> Grading { Grading(assertions + other.assertions, threshold: threshold) }

    /// What identifies runs that check the same; empty without assertions.
    var identity: [String] { isEmpty ? [] : ["assert " + JSONWriter.text(json)] }
}
