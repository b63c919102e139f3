internal import FoundationEssentials
internal import SystemPackage

/// What a user's program says about an answer.
///
/// The answer is on its standard input, what it answers stands as JSON in the file that its last argument names. It prints
/// true, false, a score from 0 to 1, or an object with `pass`, `score` and `reason`; everything else is no verdict.
enum CommandVerdict {
    private static let timeout = Duration.seconds(60)

    /// - Parameters:
    ///   - assertion: one of type `command`.
    ///   - answer: the answer.
    ///   - directory: where relative paths start.
    /// - Returns: the verdict; none if the program says nothing usable.
    static func of(_ assertion: Assertion, on answer: UngradedAnswer, directory: String) async -> Verdict {
        do throws(AssertionProblem) {
            let value = try assertion.filledValue(with: answer.vars ?? .object([]))
            let words = value?.stringValue.map { [$0] } ?? value?.stringValues ?? []
            guard let name = words.first else { throw AssertionProblem("`command` names no program") }
            guard let program = program(name, in: directory) else {
                throw AssertionProblem("`\(name)`: no such program")
            }
            let result = try await run([program] + words.dropFirst(), on: answer)
            guard let code = result.code else { throw AssertionProblem("`\(name)` was killed, or took too long") }
            guard code == 0 else {
                let said = String(result.error.suffix(200)).oneLine
                throw AssertionProblem("`\(name)` ended with exit code \(code)" + (said.isEmpty ? "" : ": \(said)"))
            }
            return verdict(result.output, of: name, by: assertion)
        } catch {
            return .none(Redaction.redact(error.message).oneLine)
        }
    }

    private static func program(_ name: String, in directory: String) -> String? {
        guard name.contains("/") else { return ProgramSearch.find(name) }
        let path = name.hasPrefix("/") ? name : directory + "/" + name
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    private static func run(
        _ command: [String], on answer: UngradedAnswer
    ) async throws(AssertionProblem) -> ShortCommand.Result {
        do throws(NllmError) {
            return try await TemporaryFolder.with { folder throws(NllmError) in
                do {
                    let (text, context) = (folder + "/answer", folder + "/context.json")
                    try AtomicFile.write(Array(answer.text.utf8), to: text)
                    try AtomicFile.write(JSONWriter.document(answer.context), to: context)
                    return try await ShortCommand.run(
                        command + [context], timeout: timeout,
                        input: try .open(text, .readOnly, options: .closeOnExec))
                } catch {
                    throw NllmError.inputOutput(what: command[0], reason: ErrorText.reason(error))
                }
            }
        } catch {
            throw AssertionProblem(error.description)
        }
    }

    /// What was printed, as a verdict.
    private static func verdict(_ output: String, of name: String, by assertion: Assertion) -> Verdict {
        let text = output.trimmed
        guard let json = try? JSONParser.parse(text),
            let verdict = verdict(json, threshold: assertion.threshold)
        else {
            let printed = text.isEmpty ? "nothing" : "`\(text.oneLine.shortened(to: 100))`"
            return .none("`\(name)` printed \(printed), not true, false, a score from 0 to 1 or an object")
        }
        guard assertion.isNegated else { return verdict }
        return verdict.negated(reason: verdict.reason)
    }

    private static func verdict(_ json: JSONValue, threshold: Double?) -> Verdict? {
        switch json {
        case .bool(let passed): return .passed(passed, reason: passed ? "" : "the program said false")
        case .number:
            guard let score = json.doubleValue, (0...1).contains(score) else { return nil }
            let least = threshold ?? 0
            let passed = threshold == nil ? score > 0 : score >= least
            return .scored(score, passed: passed, reason: passed ? "" : "the program's score is \(score)")
        case .object:
            guard case .bool(let passed)? = json["pass"] else { return nil }
            let score = json["score"].map(\.doubleValue) ?? (passed ? 1 : 0)
            guard let score, (0...1).contains(score) else { return nil }
            let reaches = threshold.map { score >= $0 } ?? true
            let reason = json["reason"]?.stringValue?.oneLine.shortened(to: 500) ?? ""
            return .scored(score, passed: passed && reaches, reason: reason)
        default: return nil
        }
    }
}

extension UngradedAnswer {
    /// What the answer answers, for a program.
    fileprivate var context: JSONValue {
        .object([
            .init("prompt_id", .string(prompt)), .init("model", .string(label)), .init("sample", .integer(sample)),
            .init("prompt", .string(question)), .init("vars", vars ?? .object([])),
        ])
    }
}
