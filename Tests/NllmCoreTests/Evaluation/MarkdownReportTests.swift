import Foundation
import Testing

@testable import NllmCore

/// A night as Markdown.
@Suite struct MarkdownReportTests {
    @Test func aNightIsShownFromItsVerdictToItsAnswers() throws {
        var night = try NightScene.night()
        night.gates[1].reason = "gpt: 2 broken: `q2`, `q1`"
        let text = MarkdownReport.text(night)
        let since = Timestamp.local(Date(milliseconds: 1_763_900_000_000)).prefix(10)
        #expect(text.hasPrefix("## FAILED: 1 of 3 gates failed, 1 cannot be evaluated: nightly.yaml\n\n54 cells, "))
        #expect(
            text.contains(
                "\n\n| gate | result | reason |\n| --- | --- | --- |\n| no\\_regression | failed | gpt: 2 broken: "))
        #expect(text.contains("\n| metric(\"tune\") &#62;= 1 | cannot be evaluated | "))
        #expect(text.contains("\n| gpt | 92.5% (85–97.5) | "))
        #expect(text.contains("\n\n**gpt: 2 broken**\n\n- q2, since \(since)\n- q1, since tonight\n"))
        #expect(text.contains("\n\n**q1, gpt**: equals: not \\`4\\`\n\n```text\nIt is 5\n```\n"))
    }

    @Test(arguments: [
        ("a|b", "a&#124;b"), ("a\\|b", "a\\\\&#124;b"), ("<b>&amp;", "&#60;b&#62;&#38;amp;"), ("`x`", "\\`x\\`"),
        ("[x](y)", "\\[x\\](y)"), ("![x](y)", "\\!\\[x\\](y)"), ("a\nb", "a b"), ("# x", "\\# x"), ("- x", "\\- x"),
        ("1. x", "1\\. x"), ("1) x", "1\\) x"), ("v1.2", "v1.2"), ("1.2 s", "1.2 s"), ("-3", "\\-3"),
        ("https://x.y", "https&#58;//x.y"), ("www.x.y", "www&#46;x.y"),
        ("  x", "x"), ("@all", "\\@all"), ("---", "\\---"), ("a - b = c", "a - b = c"), ("$x$", "\\$x\\$"),
    ]) func textsMeanNothingToMarkdown(text: String, escaped: String) {
        #expect(MarkdownText.escape(text) == escaped)
    }

    @Test(arguments: [("plain", 3), ("``` code ```", 4), ("a\n`````\n", 6), ("", 3), ("`````````", 10)])
    func answersStayInTheirFences(answer: String, backquotes: Int) {
        let lines = MarkdownText.block(answer).split(separator: "\n", omittingEmptySubsequences: false)
        let fence = String(repeating: "`", count: backquotes)
        #expect(lines.first == "\(fence)text")
        #expect(lines.last == "\(fence)")
        #expect(!lines.dropFirst().dropLast().contains { $0.contains(fence) })
    }

    /// Lines outside of fences, with the number of fences that are left open at the end.
    private static func outside(_ text: String) -> (lines: [Substring], open: Int) {
        var lines: [Substring] = []
        var fence: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = fence {
                if line == open { fence = nil }
            } else if line.hasPrefix("```") {
                fence = line.prefix { $0 == "`" }
            } else {
                lines.append(line)
            }
        }
        return (lines, fence == nil ? 0 : 1)
    }

    @Test(arguments: 0..<30) func nothingBreaksOutOfTheReport(seed: UInt64) {
        let night = HostileNight.night(seed: seed)
        for limit in [MarkdownReport.limit, 3000] {
            let text = MarkdownReport.text(night, limit: limit)
            #expect(text.utf8.count <= limit)
            let (lines, open) = Self.outside(text)
            #expect(open == 0)
            #expect(lines.filter { $0.hasPrefix("#") }.count == 1)
            for line in lines {
                #expect(!line.contains("<") && !line.replacing("\\]", with: "").contains("]"))
                #expect(String(line).printable == line)
                guard line.hasPrefix("|") else { continue }
                // Rows have the cells of their headings: 3 or 7.
                #expect([4, 8].contains(line.filter { $0 == "|" }.count))
            }
        }
    }

    @Test func aReportThatIsTooLongSaysSo() throws {
        var night = try NightScene.night()
        night.models = (0..<9000).map { number in
            NightModel(facts: NightModel.Facts(label: "model \(number) " + String(repeating: "x", count: 100)))
        }
        let text = MarkdownReport.text(night)
        #expect(text.utf8.count <= 900_000)
        #expect(text.utf8.count > 899_000)
        #expect(text.hasSuffix("|\n\n_Cut off at 900 kB; see the rest with `nllm-batch gate --json`._\n"))
        #expect(!MarkdownReport.text(try NightScene.night()).contains("Cut off"))
    }

    @Test func longListsAreCounted() throws {
        var night = try NightScene.night()
        night.models[0].comparison?.flaky = (0..<5000).map { "q\($0)" }
        let text = MarkdownReport.text(night)
        #expect(text.contains("\n**gpt: 5000 flaky**\n\n- q0\n"))
        #expect(text.contains("\n- q49\n- and 4950 more\n"))
    }
}
