import Foundation
import SystemPackage
import Testing

/// The OpenAI-compatible test server on this machine; its models are registered in a user folder for `llm`.
///
/// What a behaviour can say is documented at the top of loopback_server.py.
final class LoopbackServer: Sendable {
    let userPath: String
    let port: Int
    private let folder: String
    private let process: RunningProcess
    /// The server ends when this is closed, and so with the tests, however they end.
    private let lifeline: FileDescriptor

    /// - Parameter behaviours: by model name, as JSON.
    /// - Throws: when the server does not start.
    init(_ behaviours: String) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-server-" + UUID().uuidString
        userPath = folder + "/llm-user"
        try FileManager.default.createDirectory(atPath: userPath, withIntermediateDirectories: true)
        ScratchFolders.add([folder])
        try Data(behaviours.utf8).write(to: URL(filePath: folder + "/behaviours.json"))
        let pipe = try FileDescriptor.pipe()
        lifeline = pipe.writeEnd
        let (lines, send) = AsyncStream.makeStream(of: String.self)
        process = try await RunningProcess(
            Batch.venv + "/python",
            [
                Batch.packageRoot + "/Tests/Support/loopback_server.py", "--behaviours", folder + "/behaviours.json",
                "--log", folder + "/log.jsonl", "--user-path", userPath,
            ],
            directory: folder, environment: ProcessInfo.processInfo.environment, inputDescriptor: pipe.readEnd
        ) { send.yield($0) }
        var port: Int?
        for await line in lines {
            port = (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Int])?["port"]
            break
        }
        self.port = try #require(port)
    }

    deinit {
        try? lifeline.close()
        ScratchFolders.remove([folder])
    }

    /// One request that the server has received.
    struct Request {
        var model: String
        var prompt: String
        var system: String?
        var time: Double
    }

    /// The lines of the server's log, each an object.
    func log() throws -> [[String: Any]] {
        let data = (try? Data(contentsOf: URL(filePath: folder + "/log.jsonl"))) ?? Data()
        return try data.split(separator: 0x0A).map { line in
            try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        }
    }

    /// All requests so far, in their order.
    func requests() throws -> [Request] {
        try log().compactMap { entry in
            guard entry["n"] != nil, let model = entry["model"] as? String, let prompt = entry["prompt"] as? String,
                let time = entry["t"] as? Double
            else { return nil }
            return Request(model: model, prompt: prompt, system: entry["system"] as? String, time: time)
        }
    }

    /// Lets the models answer whose behaviour is to wait until `go`.
    func release() throws { try Data().write(to: URL(filePath: folder + "/go")) }

    /// Gives the models other behaviours, each prompt beginning anew.
    func change(_ behaviours: String) async throws {
        let script = """
            import sys, urllib.request
            urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/behaviours", sys.argv[2].encode()).read()
            """
        let process = try await RunningProcess(
            Batch.venv + "/python", ["-c", script, String(port), behaviours], directory: folder,
            environment: ProcessInfo.processInfo.environment)
        try await process.result().requireSuccess()
    }

    /// The statuses of all requests that have ended, by model.
    func statuses() throws -> [String: [Int]] {
        let log = try log()
        var models: [Int: String] = [:]
        var statuses: [String: [Int]] = [:]
        for entry in log {
            if let number = entry["n"] as? Int { models[number] = entry["model"] as? String }
            guard let end = entry["end"] as? Int, let model = models[end], let status = entry["status"] as? Int else {
                continue
            }
            statuses[model, default: []].append(status)
        }
        return statuses
    }

    /// How many requests there were for each prompt.
    func requestsByPrompt() throws -> [String: Int] {
        try requests().reduce(into: [:]) { $0[$1.prompt, default: 0] += 1 }
    }
}
