import Foundation
import Testing

@testable import NllmCore

/// What the Python script of the same name says about a text: see its beginning.
struct ExtractionOracle {
    let nllm: JSONValue?
    let expected: JSONValue?
    let isExcused: Bool

    private static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The answers for all texts, from one run of the script.
    static func answers(for texts: [String]) throws -> [ExtractionOracle] {
        let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-oracle-" + UUID().uuidString
        defer { for end in [".in", ".out"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let lines = texts.map { JSONWriter.line(.string($0)) + [0x0A] }
        try Data(lines.joined()).write(to: URL(filePath: path + ".in"))
        try Data().write(to: URL(filePath: path + ".out"))
        let process = Process()
        process.executableURL = URL(filePath: packageRoot + "/.venv/bin/python")
        process.arguments = [packageRoot + "/Tests/Support/nllm_extraction_oracle.py"]
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: path + ".in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path + ".out"))
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try Data(contentsOf: URL(filePath: path + ".out")).split(separator: 0x0A).map { line in
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
