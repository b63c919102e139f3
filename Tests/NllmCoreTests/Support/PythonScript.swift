import Foundation
import Testing

@testable import NllmCore

/// Scripts of Tests/Support in the Python of `.venv`.
enum PythonScript {
    /// What a script prints on standard output for its standard input; its exit code must be one of those allowed.
    static func output(
        _ name: String, arguments: [String] = [], input: Data = Data(), status: ClosedRange<Int32> = 0...0
    ) throws -> Data {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-script-" + UUID().uuidString
        defer { for end in [".in", ".out"] { try? FileManager.default.removeItem(atPath: path + end) } }
        // Files instead of pipes, which a script that writes before it has read everything would fill.
        try input.write(to: URL(filePath: path + ".in"))
        try Data().write(to: URL(filePath: path + ".out"))
        let process = Process()
        process.executableURL = URL(filePath: root + "/.venv/bin/python")
        process.arguments = ["\(root)/Tests/Support/\(name)"] + arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: path + ".in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path + ".out"))
        try process.run()
        process.waitUntilExit()
        try #require(status.contains(process.terminationStatus))
        return try Data(contentsOf: URL(filePath: path + ".out"))
    }
}
