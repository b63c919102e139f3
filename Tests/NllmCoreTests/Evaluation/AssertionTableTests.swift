import Foundation
import Testing

@testable import NllmCore

/// Runs Tests/Fixtures/assertions.json, whose first element says what its rows mean.
@Suite struct AssertionTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let json: JSONValue
        var testDescription: String { json["name"]?.stringValue ?? "" }
    }

    private static func rows() -> [Row] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/assertions.json")
        guard let data = try? Data(contentsOf: file), case .array(let rows)? = try? JSONParser.parse(data) else {
            return []
        }
        return rows.dropFirst().map { Row(json: $0) }
    }

    @Test func thereAreRows() { #expect(Self.rows().count > 500) }

    @Test(arguments: rows()) func aRowHolds(row: Row) throws {
        let row = row.json
        let answer = answer(row)
        let grader: Grader
        do {
            let assertion = try Assertion(json: try #require(row["assert"]))
            grader = try Grader([assertion], variables: answer.variables)
        } catch let error as AssertionProblem {
            // A hostile row without an expectation may be refused.
            if row["hostile"] != nil, row["pass"] == .null { return }
            let part = try #require(row["error"]?.stringValue, "refused: \(error.message)")
            #expect(error.message.lowercased().contains(part.lowercased()))
            return
        }
        #expect(row["error"] == nil, "not refused")
        let grade = grader.grade(answer) { _ in .none("decided elsewhere") }
        guard row["hostile"] == nil || row["pass"] != .null, row["error"] == nil else { return }
        check(grade.entries[0].verdict, row)
    }

    private func check(_ verdict: Verdict, _ row: JSONValue) {
        #expect(verdict.passed == row["pass"]?.flag, "\(verdict)")
        guard let score = row["score"] else { return }
        guard let number = score.doubleValue, let found = verdict.score else {
            #expect(score == .null && verdict.score == nil, "\(verdict)")
            return
        }
        #expect(abs(found - number) < 1e-9, "\(verdict)")
    }

    private func answer(_ row: JSONValue) -> CheckedAnswer {
        var text = row["answer"]?.stringValue ?? ""
        if let piece = row["answer"]?["repeat"] {
            text = String(repeating: piece["text"]?.stringValue ?? "", count: piece["times"]?.intValue ?? 0)
        }
        let isCached = row["cached"] == .bool(true)
        return CheckedAnswer(
            text: text, variables: row["vars"] ?? .object([]),
            durationMilliseconds: isCached ? nil : row["latency_ms"]?.intValue,
            cost: isCached ? nil : row["cost"]?.doubleValue, finishReason: row["finish_reason"]?.stringValue)
    }
}

extension JSONValue {
    fileprivate var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }
}
