import Foundation
import Testing

/// Files of every format with something wrong in them are read, or refused with a place, and never half-entered.
///
/// `NLLM_BATCH_SOAK=1` makes it long.
@Suite struct FormatFuzzTests {
    private static let count = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1" ? 5000 : 20

    /// A format: its file, what a sound one holds, and the bytes that mean something in it.
    struct Format: Sendable, CustomTestStringConvertible {
        var file: String
        var sound: String
        var marks: [String]
        var options: [String] = []
        var testDescription: String { file + options.joined() }
    }

    private static let formats = [
        Format(
            file: "p.csv",
            sound: "id,prompt,options,samples\r\na,\"Say \"\"hi\"\",\r\nplease\",\"{\"\"t\"\": 1}\",2\r\nb,plain,,\r\n",
            marks: ["\"", ",", "\r", "\n", "\r\n", ";", "\t", "\"\"", "sep=;\n", "{", "}"]),
        Format(
            file: "p.tsv", sound: "id\tprompt\tmetadata\na\t\"x\ty\"\t[1]\nb\tplain\t\n",
            marks: ["\"", "\t", "\r", "\n", ",", "\"\"", "[", "]"]),
        Format(
            file: "p.json",
            sound:
                "[\n  {\"id\": \"a\", \"prompt\": \"x \\\"y\\\" \\ud83d\\ude00\"},\n  \"z\", {\"prompt\": \"p\", \"vars\": {}}\n]\n",
            marks: ["\"", ",", "[", "]", "{", "}", ":", "\\", "\n", "\\u", "\"prompt\"", "1e5", "null"]),
        Format(
            file: "p.jsonl",
            sound: "{\"id\": \"a\", \"prompt\": \"x\"}\n\n\"z\"\n{\n \"prompt\": \"p\",\n \"samples\": 2\n}\n",
            marks: ["\"", ",", "{", "}", ":", "\\", "\n", "\r", "[", "]", "\"prompt\"", "true"]),
        Format(
            file: "openai.jsonl",
            sound: #"{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m", "#
                + #""messages": [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", "#
                + #""text": "x"}]}], "max_tokens": 5, "response_format": {"type": "json_schema", "json_schema": "#
                + #"{"name": "n", "schema": {"type": "object"}}}}}"# + "\n",
            marks: ["\"", ",", "{", "}", "[", "]", "\"body\"", "\"role\"", "null", "\n", "\"user\""]),
        Format(
            file: "anthropic.jsonl",
            sound: #"{"custom_id": "a", "params": {"model": "m", "max_tokens": 5, "system": [{"type": "text", "#
                + #""text": "s"}], "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, "#
                + #"{"role": "user", "content": [{"type": "text", "text": "z"}]}]}}"# + "\n",
            marks: ["\"", ",", "{", "}", "[", "]", "\"params\"", "\"content\"", "1", "\n", "\"assistant\""]),
        Format(
            file: "gemini.jsonl",
            sound: #"{"key": "a", "request": {"systemInstruction": {"parts": [{"text": "s"}]}, "contents": [{"role": "#
                + #""user", "parts": [{"text": "x"}]}], "generationConfig": {"temperature": 0.5, "responseMimeType": "#
                + #""application/json", "responseSchema": {"type": "object"}}}}"# + "\n",
            marks: ["\"", ",", "{", "}", "[", "]", "\"request\"", "\"parts\"", "null", "\n", "\"model\""]),
        Format(
            file: "chats.jsonl",
            sound: #"{"id": "a", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "x"}]}"#
                + "\n" + #"{"id": "b", "conversations": [{"from": "human", "value": "x"}]}"# + "\n"
                + #"{"id": "c", "turns": ["one", "two"]}"# + "\n",
            marks: ["\"", ",", "{", "}", "[", "]", "\"role\"", "\"turns\"", "\"from\"", "\n", "\"gpt\""]),
        Format(file: "-", sound: "id,prompt\na,b\n{\"prompt\":\"x\"}\n", marks: ["\"", ",", "{", "}", "[", "\n"]),
        Format(
            file: "p.md", sound: "---\nid: a\noptions: {t: 1}\ntags: [x]\n---\nText\n",
            marks: ["---\n", ":", "\n", "\t", "{", "}", "[", "&a", "*a", "\"", "- "]),
        Format(file: "p.txt", sound: "one\r\n\ntwo\n", marks: ["\n", "\r", "{", "\""], options: ["--lines"]),
    ]

    /// Bytes that mean something in every format.
    private static let oddities: [[UInt8]] = [
        [0], [0xFF], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0xC3], [0x1F, 0x8B], [0xED, 0xA0, 0x80],
        Array(repeating: 0x5B, count: 600), Array(repeating: 0x78, count: 70_000),
    ]

    /// The sound content with some changes.
    private static func mutated(_ format: Format, _ numbers: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(format.sound.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
            let place = Int.random(in: 0...bytes.count, using: &numbers)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &numbers))
            switch Int.random(in: 0..<7, using: &numbers) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 2, 3:
                bytes.insert(contentsOf: Array((format.marks.randomElement(using: &numbers) ?? "").utf8), at: place)
            case 4: bytes.insert(contentsOf: oddities.randomElement(using: &numbers) ?? [], at: place)
            case 5: bytes.removeSubrange(place...)
            default: bytes += bytes[..<place]
            }
        }
        return bytes
    }

    @Test(arguments: formats.indices) func aDamagedFileIsReadOrRefusedAsAWhole(index: Int) async throws {
        let format = Self.formats[index]
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        var numbers = SeededGenerator(UInt64(index))
        var codes: [Int32: Int] = [:]
        for round in 0..<Self.count {
            let content = Self.mutated(format, &numbers)
            try batch.write(Data(content), to: format.file == "-" ? "input" : format.file)
            let run = "r\(round)"
            let arguments = ["enqueue", format.file, "-m", "m", "--no-check", "--run", run] + format.options
            let command = #"exec "$0" "$@"\#(format.file == "-" ? " < input" : "")"#
            let result = try await batch.command("/bin/sh", ["-c", command, Batch.binary] + arguments)
            let name = Comment(
                rawValue:
                    "round \(round): \(String(decoding: content.prefix(500), as: UTF8.self).debugDescription)\n\(result.err)"
            )
            codes[result.code, default: 0] += 1
            try expect(result, of: format, run, batch, name)
        }
        // Otherwise nothing was tried.
        #expect(codes[0, default: 0] > 0, "\(codes)")
        // Nearly everything is a text.
        #expect(codes[65, default: 0] > 0 || format.file == "p.md", "\(codes)")
    }

    private func expect(
        _ result: Batch.Result, of format: Format, _ run: String, _ batch: Batch, _ name: Comment
    ) throws {
        // Text with a prompt per line may turn out to be JSON.
        #expect([0, 65].contains(result.code) || result.code == 64 && !format.options.isEmpty, name)
        let entered =
            batch.exists("nllm-runs/batch.db")
            ? try batch.query("SELECT count(*) FROM runs WHERE name = '\(run)'") : [["0"]]
        #expect(entered == [[result.code == 0 ? "1" : "0"]], name)
        guard result.code == 65 else { return }
        for line in result.err.split(separator: "\n") where !line.hasPrefix("and ") {
            #expect(line.hasPrefix(format.file + ":"), name)
        }
    }
}
