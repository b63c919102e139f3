import Foundation
import Testing

/// Files of any size are read in little memory, and not much slower than their JSON lines.
///
/// `NLLM_BATCH_SOAK=1` takes an array of 1 GB and a table of 200 MB, and compares speeds.
@Suite struct FormatMemoryTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"
    /// The most memory that reading takes, in megabytes.
    private static let mostMemory = 100
    private static let text = String(repeating: "Say \"hi\", please;\n", count: 50)

    /// A form of the same rows: its name, how it begins and ends, and what stands between rows.
    struct Form: Sendable, CustomTestStringConvertible {
        var file: String
        /// Megabytes in the long form.
        var size: Int
        var start = ""
        var separator = "\n"
        var end = "\n"
        var isTable = false
        var testDescription: String { file }

        /// A row with its number.
        func row(_ number: Int) -> String {
            isTable
                ? "\(number),\"\(FormatMemoryTests.text.replacing("\"", with: "\"\""))\(number)\""
                : "{\"id\": \"\(number)\", \"prompt\": \""
                    + FormatMemoryTests.text.replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\(number)\"}"
        }
    }

    private static let forms = [
        Form(file: "p.json", size: 1024, start: "[", separator: ", ", end: "]"),
        Form(file: "p.csv", size: 200, start: "id,prompt\n", isTable: true),
    ]

    /// Writes as many rows as make a size in megabytes, and returns their number.
    private func write(_ form: Form, rows: Int?, size: Int, to path: String) throws -> Int {
        _ = FileManager.default.createFile(atPath: path, contents: Data(form.start.utf8))
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seekToEnd()
        var (number, written) = (0, 0)
        while rows.map({ number < $0 }) ?? (written < size << 20) {
            var piece = ""
            repeat {
                piece += (number == 0 ? "" : form.separator) + form.row(number)
                number += 1
            } while piece.utf8.count < 1 << 20 && number != rows
            written += piece.utf8.count
            try file.write(contentsOf: Data(piece.utf8))
        }
        try file.write(contentsOf: Data(form.end.utf8))
        try file.close()
        return number
    }

    private func enqueue(_ file: String, _ batch: Batch) async throws -> (seconds: Double, megabytes: Int?) {
        let clock = ContinuousClock()
        let start = clock.now
        let process = try await batch.start(
            "enqueue", file, "-m", "m", "--no-check", "--run", file, "--files", "none")
        let memory = ProcessMemory(of: process.pid)
        try await process.result().requireSuccess()
        let seconds = (clock.now - start) / .seconds(1)
        return (seconds, await memory.megabytes())
    }

    @Test(arguments: forms) func aLargeFileTakesLittleMemory(form: Form) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let size = Self.isLong ? form.size : 3
        let rows = try write(form, rows: nil, size: size, to: batch.directory + "/" + form.file)
        _ = try write(Form(file: "p.jsonl", size: 0), rows: rows, size: 0, to: batch.directory + "/p.jsonl")
        let lines = try await enqueue("p.jsonl", batch)
        let other = try await enqueue(form.file, batch)
        if let most = other.megabytes { #expect(most < Self.mostMemory) }
        if Self.isLong { #expect(other.seconds < 2 * lines.seconds) }
        let differing = try batch.query(
            """
            SELECT count(*), sum(a.key = b.key AND a.prompt_id <> b.prompt_id) FROM cells a
            JOIN cells b ON a.key = b.key AND a.run_id < b.run_id
            """)
        #expect(differing == [["\(rows)", "\(rows)"]])
    }
}
