import Foundation
import NllmCore
import Testing

/// Every line of our JSON is one line to whoever reads lines, and every record's value is what it was.
@Suite struct LineReaderTests {
    private static let breaks = "\u{B}\u{C}\u{1C}\u{1D}\u{1E}\u{85}\u{2028}\u{2029}\r\n"

    @Test func recordsAreWholeLinesToReadersThatSplitAtMoreThanLineFeeds() async throws {
        let text = "one\(Self.breaks)two\u{7F}\u{9F}é\u{E2}"
        let behaviours = JSONValue.object([.init("good", .object([.init("answer", .string(text))]))])
        let server = try await LoopbackServer(behaviours.description)
        let batch = try Batch(userPath: server.userPath)
        let prompt = JSONValue.object([
            .init("id", .string("x")), .init("prompt", .string("hi\(Self.breaks)")),
            .init("metadata", .object([.init("k\u{2028}", .string(text))])),
        ])
        try batch.write(prompt.description, to: "p.jsonl")
        let run = try await batch.run("run", "p.jsonl", "-m", "good", "--run", "r", "--json").expectSuccess()
        let files = ["nllm-runs/r/results.jsonl", "nllm-runs/r/results/good.json", "nllm-runs/r/manifest.json"]
        for file in files {
            let scalars = String(decoding: try batch.read(file), as: UTF8.self).unicodeScalars
            let isRaw = scalars.contains { (0x7F...0x9F).contains($0.value) || [0x2028, 0x2029].contains($0.value) }
            #expect(!isRaw, "\(file)")
        }
        let script = """
            import json, re, sys
            data = open(sys.argv[1], encoding="utf-8", newline="").read()
            # Python's idea of a line, and that of Node's readline.
            for lines in (data.splitlines(), re.split("\\\\r\\\\n|[\\\\n\\\\r\\u2028\\u2029]", data)[:-1]):
                for line in lines:
                    record = json.loads(line)
                    print(json.dumps([record["text"], record["metadata"]]))
            """
        let read = try await batch.command(
            Batch.venv + "/python", ["-c", script, batch.directory + "/nllm-runs/r/results.jsonl"]
        ).expectSuccess()
        #expect(read.lines.count == 2)
        for line in read.lines {
            let values = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any]
            // `llm` ends an answer with a line feed of its own.
            #expect((values?.first as? String)?.hasPrefix(text) == true)
            #expect(values?.last as? [String: String] == ["k\u{2028}": text])
        }
        #expect(run.out.unicodeScalars.allSatisfy { !(0x7F...0x9F).contains($0.value) && $0 != "\u{2028}" })
    }
}
