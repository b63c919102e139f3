/// What an assertion of a type is written with, beside `type`, `weight` and `metric`.
struct AssertionForm {
    /// What `value` may be.
    enum Value {
        case none
        /// Any value but null.
        case anything
        /// A text, a number or a boolean.
        case text(mayBeEmpty: Bool)
        /// A text that is not empty, or a list of such texts.
        case texts
        /// A JSON Schema, or nothing.
        case schema
        /// A whole number, or bounds for one.
        case count
        /// A path and what is compared.
        case path
    }

    /// What `threshold` may be.
    enum Threshold {
        case none
        /// 0 to 1.
        case score
        /// 0 or more.
        case amount
        /// 0 or more, and never left out.
        case limit
    }

    /// What another member may be.
    enum Property {
        case oneOf([String])
        case flag
        /// A number from 0 on.
        case amount
    }

    var value: Value
    var threshold = Threshold.none
    /// The other members, by name, in the order in which they are written.
    var properties: KeyValuePairs<String, Property> = [:]

    /// Whether `value` cannot be left out.
    var needsValue: Bool {
        switch value {
        case .none, .schema: false
        default: true
        }
    }
}

extension AssertionType {
    var form: AssertionForm {
        switch self {
        case .equals: AssertionForm(value: .anything)
        case .contains, .icontains, .startsWith, .regex, .finishReason: AssertionForm(value: .text(mayBeEmpty: false))
        case .containsAny, .containsAll, .icontainsAny, .icontainsAll: AssertionForm(value: .texts)
        case .isJSON, .containsJSON: AssertionForm(value: .schema)
        case .jsonPath: AssertionForm(value: .path)
        case .wordCount, .length: AssertionForm(value: .count)
        case .levenshtein: AssertionForm(value: .text(mayBeEmpty: true), threshold: .amount)
        case .rougeN: AssertionForm(value: .text(mayBeEmpty: false), threshold: .score)
        case .f1, .similar: AssertionForm(value: .texts, threshold: .score)
        case .latency, .cost: AssertionForm(value: .none, threshold: .limit)
        case .match:
            AssertionForm(
                value: .texts,
                properties: [
                    "location": .oneOf(["begin", "end", "any", "exact"]), "ignore_case": .flag, "numeric": .flag,
                    "tolerance": .amount,
                ])
        case .answer:
            AssertionForm(value: .texts, properties: ["pattern": .oneOf(["letter", "word", "line"])])
        case .choice: AssertionForm(value: .texts)
        case .llmRubric, .factuality, .modelGradedClosedQA:
            AssertionForm(value: .text(mayBeEmpty: false), threshold: .score)
        case .command: AssertionForm(value: .texts, threshold: .score)
        case .set: AssertionForm(value: .none, threshold: .score)
        }
    }
}

extension AssertionForm.Property {
    /// What is wrong with a value, in words that follow the member's name; nil if nothing is.
    func flaw(in value: JSONValue) -> String? {
        switch (self, value) {
        case (.oneOf(let names), .string(let name)) where !names.contains(name):
            "must be one of \(names.quotedList), not `\(name)`" + NearestName.hint(name, among: names)
        case (.oneOf, .string), (.flag, .bool): nil
        case (.oneOf(let names), _): "must be one of \(names.quotedList), is \(value.kind)"
        case (.flag, _): "must be true or false, is \(value.kind)"
        case (.amount, _): value.amountFlaw(0...(.greatestFiniteMagnitude))
        }
    }
}

extension JSONValue {
    /// What is wrong with a number that must be in a range, in words that follow its name; nil if nothing is.
    func amountFlaw(_ range: ClosedRange<Double>) -> String? {
        let words = range.upperBound == 1 ? "a number from 0 to 1" : "a number from 0 on"
        guard case .number(let text) = self else { return "must be \(words), is \(kind)" }
        return range.contains(doubleValue ?? .nan) ? nil : "must be \(words), is \(text)"
    }
}
