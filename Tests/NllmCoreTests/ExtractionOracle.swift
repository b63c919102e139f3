import Foundation
import Testing

@testable import NllmCore

/// What the Python script of the same name says about a text: see its beginning.
struct ExtractionOracle {
    let nllm: JSONValue?
    let expected: JSONValue?
    let isExcused: Bool

    /// The answers for all texts, from one run of the script.
    static func answers(for texts: [String]) throws -> [ExtractionOracle] {
        let lines = texts.map { JSONWriter.line(.string($0)) + [0x0A] }
        let output = try PythonScript.output("nllm_extraction_oracle.py", input: Data(lines.joined()))
        return try output.split(separator: 0x0A).map { line in
            let answer = try JSONParser.parse(line)
            return ExtractionOracle(
                nllm: answer["nllm"].flatMap { $0 == .null ? nil : $0 },
                expected: answer["expected"].flatMap { $0 == .null ? nil : $0 },
                isExcused: answer["excused"] == .bool(true))
        }
    }
}

extension JSONValue {
    /// The value as Python has it: of several members of one name the last, in no order; numbers by their value.
    var pythonic: JSONValue {
        switch self {
        case .number(let text): .number(Double(text).map { "\($0)" } ?? text)
        case .array(let elements): .array(elements.map(\.pythonic))
        case .object(let members):
            .object(
                Dictionary(members.map { ($0.name, $0.value.pythonic) }) { $1 }
                    .sorted { $0.key < $1.key }.map { Member($0.key, $0.value) })
        default: self
        }
    }

    /// Whether this is the other value, as Python has them, or has it anywhere inside.
    func contains(_ other: JSONValue) -> Bool {
        if pythonic == other.pythonic { return true }
        return switch self {
        case .array(let elements): elements.contains { $0.contains(other) }
        case .object(let members): members.contains { $0.value.contains(other) }
        default: false
        }
    }
}
