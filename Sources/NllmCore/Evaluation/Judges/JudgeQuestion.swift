internal import Crypto

/// What a judge is asked about one answer by one assertion.
struct JudgeQuestion: Sendable, Hashable {
    /// The prompt for the judge: instructions, then the question, its variables, the assertion's value and the answer,
    /// each inside the answer's fence.
    let text: String

    /// - Parameters:
    ///   - assertion: one of a type that a model decides (``AssertionType/isJudged``).
    ///   - question: the prompt that was answered.
    ///   - variables: those of the prompt, an object.
    ///   - answer: the answer, which is passed on as it is, whatever it contains.
    ///   - secret: the secret of the answer's fence.
    /// - Throws: for a variable that is missing or is no text, for a value that is empty when filled in, and for a type
    ///   that needs no judge.
    init(
        _ assertion: Assertion, question: String, variables: JSONValue, answer: String, secret: [UInt8]
    ) throws(AssertionProblem) {
        guard assertion.type.isJudged else { throw AssertionProblem("`\(assertion.name)` needs no judge") }
        var filled = assertion
        filled.value = try assertion.filledValue(with: variables)
        try filled.checkValue()
        let fence = JudgeFence(secret: secret, answer: answer)
        var parts = [
            JudgeTemplate.instructions(for: assertion.type, mark: fence.mark), fence.block("QUESTION", question),
        ]
        if variables != .object([]) { parts.append(fence.block("VARIABLES", JSONWriter.text(variables))) }
        parts.append(fence.block(JudgeTemplate.valueName(assertion.type), filled.value?.scalarText ?? ""))
        parts.append(fence.block("ANSWER", answer))
        text = parts.joined(separator: "\n")
    }

    /// What identifies the question to a judge, by its content, in 16 hexadecimal digits.
    ///
    /// - Parameters:
    ///   - label: the judge's label.
    ///   - name: the judge's name for `llm`.
    ///   - options: the judge's options, in any order.
    /// - Returns: the digits.
    func id(label: String, name: String, options: [ModelOption]) -> String {
        let options = ModelOption.merged(options).sorted { $0.name < $1.name }
        let parts: [JSONValue] = [
            .integer(JudgeTemplate.version), .string(label), .string(name), ModelOption.json(options), .string(text),
        ]
        return Hexadecimal.text(SHA256.hash(data: JSONWriter.stored(.array(parts))).prefix(8))
    }

    /// The answer in the text of a question; nil if it is none.
    static func answer(in text: String) -> String? {
        let length = 32
        guard text.hasSuffix("\n"), let mark = text.dropLast().split(separator: " ").last, mark.count == length else {
            return nil
        }
        let (begin, end) = ("BEGIN ANSWER \(mark)\n", "\nEND ANSWER \(mark)\n")
        guard text.hasSuffix(end), let start = text.firstRange(of: begin)
        else { return nil }
        let stop = text.utf8.index(text.endIndex, offsetBy: -end.utf8.count)
        return start.upperBound <= stop ? String(text[start.upperBound..<stop]) : ""
    }
}
