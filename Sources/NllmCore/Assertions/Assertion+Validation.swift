/// What an assertion must be like, however it was written.
extension Assertion {
    /// Checks the value and the threshold against the type's form, and compiles patterns, schemas and paths.
    ///
    /// What holds variables is checked as far as that is possible without their values.
    func validate() throws(AssertionProblem) {
        try checkThreshold()
        let hasVariables = try !templates().allSatisfy(\.variables.isEmpty)
        try checkValue()
        if property("tolerance") != nil, property("numeric") != .bool(true) {
            throw AssertionProblem(type, "tolerance", "needs `numeric: true`")
        }
        // A file's content is checked when it has been read.
        if !hasVariables, file == nil { _ = try rule() }
    }

    private func checkThreshold() throws(AssertionProblem) {
        switch type.form.threshold {
        case .none where threshold != nil:
            throw AssertionProblem(type, "threshold", "means nothing; leave it out")
        case .limit where threshold == nil:
            throw AssertionProblem(
                "`\(name)` needs a `threshold`, in \(type == .cost ? "US dollars" : "milliseconds"); on one line "
                    + "`\(name)(\(type == .cost ? "0.01" : "1000"))`")
        case .score:
            guard let threshold, !(0...1).contains(threshold) else { return }
            throw AssertionProblem(type, "threshold", "must be a number from 0 to 1, is \(threshold.shortest)")
        default: return
        }
    }

    /// Checks what kind of value it is.
    func checkValue() throws(AssertionProblem) {
        switch (type.form.value, value) {
        case (.none, nil), (.schema, nil), (.anything, .some): return
        case (.none, .some):
            throw AssertionProblem("`\(name)` takes no `value`; its limit is the `threshold`")
        case (.text(let mayBeEmpty), let value?):
            guard let text = value.scalarText else {
                throw AssertionProblem(type, "value", "must be a text, is \(value.kind)")
            }
            if text.isEmpty, !mayBeEmpty { throw AssertionProblem(type, "value", "must not be empty") }
        case (.texts, .array(let elements)?):
            if elements.isEmpty { throw AssertionProblem(type, "value", "must not be empty") }
            for element in elements { try checkText(element) }
        case (.texts, let value?): try checkText(value)
        case (.schema, .some), (.count, .some), (.path, .some): return
        case (.text, nil), (.texts, nil), (.anything, nil), (.count, nil), (.path, nil):
            throw AssertionProblem("`\(name)` needs a `value`\(valueHint)")
        }
    }

    private var valueHint: String {
        switch type {
        case .wordCount, .length: ", a number or {min, max}"
        case .jsonPath: ", such as `$.price >= 10`"
        case .containsAny, .containsAll, .icontainsAny, .icontainsAll: ", a list of texts"
        default: ""
        }
    }

    private func checkText(_ value: JSONValue) throws(AssertionProblem) {
        guard let text = value.scalarText else {
            throw AssertionProblem(type, "value", "must be a text or a list of texts, holds \(value.kind)")
        }
        if text.isEmpty { throw AssertionProblem(type, "value", "must not be empty, nor hold empty texts") }
    }
}

extension JSONValue {
    /// The text of a string, number or boolean; nil for any other value.
    var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    /// The value for a message, cut off where it is long.
    var excerptText: String { Excerpt.of(scalarText ?? description) }

    /// The texts of a value that may be one text or a list of them.
    var scalarTexts: [String] {
        guard case .array(let elements) = self else { return scalarText.map { [$0] } ?? [] }
        return elements.compactMap(\.scalarText)
    }
}
