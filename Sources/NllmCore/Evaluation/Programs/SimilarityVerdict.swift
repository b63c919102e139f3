internal import FoundationEssentials
internal import SystemPackage

/// How similar an answer is to a text: the cosine of what `llm embed` gives for both, with llm's default embedding model.
enum SimilarityVerdict {
    private static let timeout = Duration.seconds(120)
    private static let usualThreshold = 0.75

    /// - Parameters:
    ///   - assertion: one of type `similar`.
    ///   - answer: the answer.
    /// - Returns: the verdict, by the most similar of its texts; none if `llm embed` gives nothing usable.
    static func of(_ assertion: Assertion, on answer: UngradedAnswer) async -> Verdict {
        do throws(AssertionProblem) {
            let value = try assertion.filledValue(with: answer.vars ?? .object([]))
            let texts = value?.stringValue.map { [$0] } ?? value?.stringValues ?? []
            let given = try await embedding(of: answer.text)
            var best = -1.0
            for text in texts { best = max(best, cosine(given, try await embedding(of: text))) }
            let least = assertion.threshold ?? usualThreshold
            let passed = best >= least
            let numbers = DecimalText.distinct(best, least, places: 3)
            let reason = "the similarity is \(numbers.0), \(passed ? "at least" : "below") \(numbers.1)"
            let verdict = Verdict.scored(best, passed: passed, reason: passed ? "" : reason)
            return assertion.isNegated ? verdict.negated(reason: passed ? reason : "") : verdict
        } catch {
            return .none(Redaction.redact(error.message).oneLine)
        }
    }

    private static func embedding(of text: String) async throws(AssertionProblem) -> [Double] {
        guard let llm = ProgramSearch.find("llm") else { throw AssertionProblem("`llm` is not in PATH") }
        let result: ShortCommand.Result
        do throws(NllmError) {
            result = try await TemporaryFolder.with { folder throws(NllmError) in
                do {
                    let file = folder + "/text"
                    try AtomicFile.write(Array(text.utf8), to: file)
                    return try await ShortCommand.run([llm, "embed", "-i", file, "-f", "json"], timeout: timeout)
                } catch {
                    throw NllmError.inputOutput(what: llm, reason: ErrorText.reason(error))
                }
            }
        } catch {
            throw AssertionProblem(error.description)
        }
        guard result.isSuccess, case .array(let numbers)? = try? JSONParser.parse(result.output) else {
            throw AssertionProblem("`llm embed`: \(String(result.error.suffix(200)).oneLine)")
        }
        return numbers.compactMap(\.doubleValue)
    }

    private static func cosine(_ first: [Double], _ second: [Double]) -> Double {
        guard first.count == second.count else { return -1 }
        let product = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
        let lengths = first.reduce(0) { $0 + $1 * $1 } * second.reduce(0) { $0 + $1 * $1 }
        return lengths > 0 ? product / lengths.squareRoot() : -1
    }
}
