import Foundation
import Testing

@testable import NllmCore

/// A night in the XML of JUnit.
@Suite struct JUnitReportTests {
    private static func document(_ report: JUnitReport) -> String {
        var bytes: [UInt8] = []
        report.write { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is wrong with documents by the schema, and by their own counts.
    private static func flaws(_ documents: [String]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nllm-batch-junit-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try documents.enumerated().map { number, document in
            let path = folder.appending(path: "\(number).xml")
            try Data(document.utf8).write(to: path)
            return path.path
        }
        return String(
            decoding: try PythonScript.output("validate_junit.py", arguments: paths, status: 0...1), as: UTF8.self)
    }

    private static let cases = [
        NightCase(label: "gpt", id: "q1", kind: .failed, reason: "equals: not `4`", answer: "It is\n5", seconds: 1.25),
        NightCase(label: "gpt", id: "q5", sample: 2, kind: .failed, reason: "a < b", answer: "", seconds: 0.5),
        NightCase(label: "gpt", id: "q6", kind: .error, reason: "rate_limited: too many requests", seconds: 0.0004),
        NightCase(label: "gpt", id: "q7", kind: .noVerdict, reason: "the judge said nothing"),
        NightCase(label: "gpt", id: "q8", kind: .passed, seconds: 3),
        NightCase(label: "gpt", id: "q9", kind: .passed, isChanged: true, seconds: 2),
        NightCase(label: "unknown", id: "q1", kind: .failed),
    ]

    private static func report(listsAll: Bool = false) throws -> JUnitReport {
        var report = JUnitReport(try NightScene.night(), listsAll: listsAll)
        for cell in cases { report.add(cell) }
        return report
    }

    @Test func reportsAreValidAndCountRight() throws {
        let documents = [Self.document(try Self.report()), Self.document(try Self.report(listsAll: true))]
        #expect(try Self.flaws(documents) == "")
        // The check itself finds something.
        let wrong = documents[0].replacing("tests=\"5\"", with: "tests=\"6\"")
        #expect(try Self.flaws([wrong]).contains("tests is 6, not 5"))
        #expect(try Self.flaws([documents[0].replacing("<skipped", with: "<omitted")]).contains("Unexpected child"))
    }

    @Test func cellsThatPassedAreLeftOutUnlessTheyChanged() throws {
        let document = Self.document(try Self.report())
        #expect(document.contains("<testcase name=\"q9\" classname=\"gpt\" time=\"2.000\"/>"))
        #expect(!document.contains("\"q8\""))
        #expect(Self.document(try Self.report(listsAll: true)).contains("name=\"q8\""))
    }

    @Test func eachKindHasItsElement() throws {
        let document = Self.document(try Self.report())
        #expect(
            document.contains(
                """
                    <testcase name="q1" classname="gpt" time="1.250">
                      <failure type="broken" message="equals: not `4`">prompt: q1&#10;broken since tonight&#10;equals: not \
                `4`&#10;answer: It is 5</failure>
                    </testcase>
                """))
        #expect(
            document.contains(
                """
                    <testcase name="q5 #2" classname="gpt" time="0.500">
                      <failure type="assertion" message="a &lt; b">prompt: q5&#10;a &lt; b</failure>
                """))
        #expect(document.contains("<error type=\"provider\" message=\"rate_limited: too many requests\">"))
        #expect(document.contains("<skipped message=\"no verdict: the judge said nothing\"/>"))
        #expect(
            document.contains(
                "<testsuite name=\"gpt\" tests=\"5\" failures=\"2\" errors=\"1\" time=\"3.750\" skipped=\"1\""))
        #expect(document.contains("<testsuite name=\"unknown\" tests=\"1\" failures=\"1\""))
    }

    @Test func eachGateIsATestCase() throws {
        let night = try NightScene.night()
        let document = Self.document(JUnitReport(night))
        #expect(document.contains("<testcase name=\"pass_rate &gt;= 0.9\" classname=\"gates\"/>"))
        #expect(document.contains("<failure type=\"gate\" message=\"gpt: worse: 5.7 points"))
        #expect(document.contains("<error type=\"gate\" message=\"unknown metric `tune`"))
        #expect(document.contains("<testsuites name=\"nightly.yaml\" tests=\"3\" failures=\"1\" errors=\"1\""))
        #expect(
            document.contains(
                "<property name=\"verdict\" value=\"FAILED: 1 of 3 gates failed, 1 cannot be evaluated\"/>"))
        #expect(document.contains("<system-out>gpt: the provider serves another model</system-out>"))
    }

    @Test func aNightWithoutAnythingHasATestCase() throws {
        let run = NightRun(name: "r", createdAt: NightScene.created, evaluatedAt: NightScene.evaluated)
        let document = Self.document(JUnitReport(NightResult(run: run)))
        #expect(document.contains("<testcase name=\"no gate\" classname=\"gates\"/>"))
        #expect(try Self.flaws([document]) == "")
    }

    @Test func answersAreShortAndHoldNoSecrets() throws {
        let key = "sk-" + "proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
        var report = JUnitReport(try NightScene.night())
        let answer = "key \(key) " + String(repeating: "y", count: 5000)
        report.add(NightCase(label: "gpt", id: "q", kind: .failed, reason: "\(key) is wrong", answer: answer))
        let document = Self.document(report)
        #expect(!document.contains("abcdefghij"))
        #expect(document.contains("***REDACTED*** is wrong"))
        #expect(document.filter { $0 == "y" }.count < 250)
    }

    @Test func anyTextsGiveValidReports() throws {
        let documents = (0..<40).map { (seed: UInt64) -> String in
            let night = HostileNight.night(seed: seed)
            var report = JUnitReport(night, listsAll: seed.isMultiple(of: 2))
            var generator = SplitMix64(seed: seed)
            func text() -> String { HostileNight.texts.randomElement(using: &generator) ?? "" }
            let kinds: [NightCase.Kind] = [.passed, .failed, .error, .noVerdict]
            for number in 0..<50 {
                report.add(
                    NightCase(
                        label: night.models.first?.label ?? text(), id: text(), sample: 1 + number % 3,
                        kind: kinds[number % 4], isChanged: number % 5 == 0, reason: text(), answer: text(),
                        seconds: [nil, 0, 1.0005, -1, 1e300, .nan, .infinity, 123_456.789][number % 8]))
            }
            return Self.document(report)
        }
        #expect(try Self.flaws(documents) == "")
    }
}
