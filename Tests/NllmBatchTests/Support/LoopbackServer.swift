import Foundation
import Testing

/// The OpenAI-compatible test server on this machine; its models are registered in a user folder for `llm`.
///
/// What a behaviour can say is documented at the top of loopback_server.py.
final class LoopbackServer: Sendable {
    let userPath: String
    let port: Int
    private let folder: String
    private let process: Process

    /// - Parameter behaviours: by model name, as JSON.
    init(_ behaviours: String) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-server-" + UUID().uuidString
        userPath = folder + "/llm-user"
        try FileManager.default.createDirectory(atPath: userPath, withIntermediateDirectories: true)
        try Data(behaviours.utf8).write(to: URL(filePath: folder + "/behaviours.json"))
        process = Process()
        process.executableURL = URL(filePath: Batch.venv + "/python")
        process.arguments = [
            Batch.packageRoot + "/Tests/Support/loopback_server.py", "--behaviours", folder + "/behaviours.json",
            "--log", folder + "/log.jsonl", "--user-path", userPath,
        ]
        let out = Pipe()
        process.standardOutput = out
        // It ends when this pipe does, and so with the test.
        process.standardInput = Pipe()
        try process.run()
        let line = try #require(try out.fileHandleForReading.read(upToCount: 100))
        let ready = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Int])
        port = try #require(ready["port"])
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// One request that the server has received.
    struct Request {
        var model: String
        var prompt: String
        var system: String?
        var time: Double
    }

    /// All requests so far, in their order.
    func requests() throws -> [Request] {
        let data = (try? Data(contentsOf: URL(filePath: folder + "/log.jsonl"))) ?? Data()
        return try data.split(separator: 0x0A).compactMap { line in
            let entry = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            guard entry["n"] != nil, let model = entry["model"] as? String, let prompt = entry["prompt"] as? String,
                let time = entry["t"] as? Double
            else { return nil }
            return Request(model: model, prompt: prompt, system: entry["system"] as? String, time: time)
        }
    }

    /// How many requests there were for each prompt.
    func requestsByPrompt() throws -> [String: Int] {
        try requests().reduce(into: [:]) { $0[$1.prompt, default: 0] += 1 }
    }
}
