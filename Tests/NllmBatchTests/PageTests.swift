import Foundation
import Testing

/// `export --format html` writes a run as one file; Tests/Page looks at it in a browser.
@Suite struct PageTests {
    @Test func aPageIsWrittenWholeOrNotAtAll() async throws {
        let batch = try Batch()
        try batch.write(#"{"id": "a", "prompt": "</script><b>one"}"# + "\n\"two\"\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let export = try await batch.run("export", "--format", "html", "-o", "page.html").expectSuccess()
        #expect(export.out == "" && export.err == "")
        let page = try batch.read("page.html")
        let text = String(decoding: page, as: UTF8.self)
        #expect(text.hasPrefix("<!DOCTYPE html>\n") && text.hasSuffix("</body>\n</html>\n"))
        #expect(text.contains("default-src 'none'") && text.contains("<title>r</title>"))
        // Data are in base64, so that nothing of them is markup; the script names their elements once.
        #expect(text.split(separator: "data-block=").count == 5 && !text.contains("<b>one"))
        // The same run gives the same bytes, and a stream those of a file.
        #expect(try await batch.run("export", "r", "--format", "html", "--baseline", "r").expectSuccess().out != text)
        #expect(try await batch.run("export", "r", "--format", "html").expectSuccess().out == text)
        #expect(try batch.files(below: ".").keys.filter { $0.contains("page.html") }.count == 1)
    }

    @Test(arguments: [
        (["--baseline", "r"], 64, "`--baseline` applies to --format html"),
        (["--format", "html", "--model", "m"], 64, "the page holds all cells"),
        (["--format", "html", "--baseline", "gone"], 66, "`gone`"),
        (["--format", "html", "-o", "no/such/folder.html"], 73, "no/such/folder.html"),
        (["--format", "html", "-o", "."], 73, "is a directory"),
    ])
    func whatCannotBeIsSaid(arguments: [String], code: Int32, message: String) async throws {
        let batch = try Batch()
        try batch.write("\"one\"\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let result = try await batch.run(["export", "r"] + arguments)
        #expect(result.code == code && result.out == "")
        #expect(result.err.contains(message), "\(result.err)")
    }
}
