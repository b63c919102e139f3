import Foundation
import Testing

@testable import NllmCore

/// Files of every format with something wrong in them are read, or refused with a place, and never half-entered.
///
/// `NLLM_BATCH_SOAK=1` makes it long.
@Suite struct FormatFuzzTests {
    private static let count = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1" ? 5000 : 60

    /// A format: its file, what a sound one holds, and the bytes that mean something in it.
    struct Format: Sendable, CustomTestStringConvertible {
        var file: String
        var sound: String
        var marks: [String]
        var hasLines = false
        var testDescription: String { file + (hasLines ? " by lines" : "") }
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
        Format(file: "piped", sound: "id,prompt\na,b\n{\"prompt\":\"x\"}\n", marks: ["\"", ",", "{", "}", "[", "\n"]),
        Format(
            file: "p.md", sound: "---\nid: a\noptions: {t: 1}\ntags: [x]\n---\nText\n",
            marks: ["---\n", ":", "\n", "\t", "{", "}", "[", "&a", "*a", "\"", "- "]),
        Format(file: "p.txt", sound: "one\r\n\ntwo\n", marks: ["\n", "\r", "{", "\""], hasLines: true),
    ]

    /// Bytes that mean something in every format.
    private static let oddities: [[UInt8]] = [
        [0], [0xFF], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0xC3], [0x1F, 0x8B], [0xED, 0xA0, 0x80],
        Array(repeating: 0x5B, count: 600), Array(repeating: 0x78, count: 70_000),
    ]

    /// The sound content with some changes.
    private static func mutated(_ format: Format, _ numbers: inout SplitMix64) -> [UInt8] {
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
        let scratch = ScratchFolder()
        let path = scratch.path + "/" + format.file
        var numbers = SplitMix64(seed: UInt64(index))
        var (read, refused) = (0, 0)
        for round in 0..<Self.count {
            let content = Self.mutated(format, &numbers)
            try Data(content).write(to: URL(filePath: path))
            let shown = "round \(round): " + String(decoding: content.prefix(500), as: UTF8.self).debugDescription
            switch try await enqueue(path, format, run: "r\(round)", in: scratch.path) {
            case .read(let store):
                read += 1
                let cells = try await store.progress(of: try await store.run("r\(round)")).counts.total
                #expect(cells > 0, "\(shown)")
            case .refused(let problems):
                refused += 1
                let areInPlace = problems.allSatisfy { $0.file == path && ($0.line ?? 1) > 0 }
                #expect(areInPlace && !problems.isEmpty, "\(problems) \(shown)")
            }
        }
        // Otherwise nothing was tried. Nearly everything is a text.
        #expect(read > 0 && (refused > 0 || format.file == "p.md"))
        let runs = try await Store(path: scratch.path + "/batch.db").runs()
        #expect(runs.count == read)
    }

    private enum Outcome {
        case read(Store)
        case refused([InputProblem])
    }

    /// Enqueues a file as a run of its own.
    private func enqueue(_ path: String, _ format: Format, run: String, in folder: String) async throws -> Outcome {
        let source = try PromptSource(path, lines: format.hasLines)
        var request = EnqueueRequest(sources: [source], configuration: Configuration())
        request.models = ["m"]
        request.checksModels = false
        request.target = .named(run)
        request.settings.outdir = folder
        request.settings.files = ArtifactFiles.nothing
        do throws(NllmError) {
            return .read(try await Enqueuer(databasePath: folder + "/batch.db").enqueue(request).store)
        } catch {
            switch error {
            case .badInput(let problems, _): return .refused(problems)
            // Text with a prompt per line may turn out to be JSON.
            case .usage where format.hasLines: return .refused([InputProblem(file: path, message: "JSON")])
            default: throw error
            }
        }
    }
}
