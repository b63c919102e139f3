import Foundation
import Testing

/// A scratch folder with everything a test of the built binary needs; it goes when the test is over.
///
/// `llm` runs in a user folder of its own, so that neither the tests nor the user's own `llm` see each other.
final class Batch: Sendable {
    /// What a finished command left.
    struct Result: Sendable {
        var code: Int32
        var out: String
        var err: String

        /// The lines of standard output.
        var lines: [String] { out.split(separator: "\n").map(String.init) }
    }

    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static var binary: String {
        ProcessInfo.processInfo.environment["NLLM_BATCH_BINARY"] ?? packageRoot + "/.build/debug/nllm-batch"
    }
    static let venv = packageRoot + "/.venv/bin"

    /// The folder that commands run in.
    let directory: String
    let environment: [String: String]
    private let llm: String?

    /// - Parameters:
    ///   - llm: a folder to be first in PATH, with another program called `llm`, which goes with this; nil for the real
    ///     one.
    ///   - userPath: llm's folder; nil for a new one with a migrated log database.
    ///   - extra: more environment.
    /// - Throws: when the folder can't be made.
    init(llm: String? = nil, userPath: String? = nil, extra: [String: String] = [:]) throws {
        self.llm = llm
        directory = FileManager.default.temporaryDirectory.path + "/nllm-batch-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var environment = ProcessInfo.processInfo.environment
        for name in ["NLLM_BATCH_DB", "LLM_MODEL", "OPENAI_API_KEY"] { environment[name] = nil }
        environment["PATH"] = [llm, Self.venv, "/usr/local/bin:/usr/bin:/bin"].compactMap(\.self).joined(separator: ":")
        environment["LLM_USER_PATH"] = userPath ?? directory + "/llm-user"
        environment["HOME"] = directory
        // Shared, because most tests of `llm`'s models start from the same ones.
        environment["XDG_CACHE_HOME"] = Self.packageRoot + "/.build/test-cache"
        environment.merge(extra) { _, new in new }
        self.environment = environment
        ScratchFolders.add([directory, llm].compactMap(\.self))
    }

    deinit { ScratchFolders.remove([directory, llm].compactMap(\.self)) }

    /// Runs nllm-batch to its end.
    func run(_ arguments: String..., input: String = "") async throws -> Result {
        try await run(arguments, input: input)
    }

    /// Runs nllm-batch to its end.
    func run(_ arguments: [String], input: String = "", environment extra: [String: String] = [:]) async throws
        -> Result
    {
        try await command(Self.binary, arguments, input: input, environment: extra)
    }

    /// Runs any program to its end in the scratch folder, with the same environment.
    func command(
        _ path: String, _ arguments: [String], input: String = "", environment extra: [String: String] = [:]
    ) async throws -> Result {
        let process = try await start(path, arguments, input: input, environment: extra)
        let result = try await process.result()
        if path == Self.binary { try Self.record(arguments, result) }
        return result
    }

    /// Keeps what a command has printed as JSON, to be held against its schema when all tests have ended.
    private static func record(_ arguments: [String], _ result: Result) throws {
        guard let folder = ProcessInfo.processInfo.environment["NLLM_BATCH_OUTPUTS"], arguments.contains("--json")
        else { return }
        let output = ["arguments": arguments, "out": result.out] as [String: Any]
        try JSONSerialization.data(withJSONObject: output)
            .write(to: URL(filePath: "\(folder)/\(UUID().uuidString).json"))
    }

    /// Starts nllm-batch and returns while it runs.
    func start(_ arguments: String...) async throws -> RunningProcess { try await start(Self.binary, arguments) }

    /// Starts any program and returns while it runs.
    func start(
        _ path: String, _ arguments: [String], input: String = "", environment extra: [String: String] = [:]
    ) async throws -> RunningProcess {
        let merged = environment.merging(extra) { _, new in new }
        return try await RunningProcess(path, arguments, directory: directory, environment: merged, input: input)
    }

    /// Starts nllm-batch, whose standard error can be read while it runs; see ``said()``.
    func startAudibly(_ arguments: String...) async throws -> RunningProcess {
        try await start("/bin/sh", ["-c", #"exec "$0" "$@" 2> stderr.txt"#, Self.binary] + arguments)
    }

    /// What the command that was started by ``startAudibly(_:)`` has said so far.
    func said() -> String { String(decoding: (try? read("stderr.txt")) ?? Data(), as: UTF8.self) }

    // MARK: Files

    /// Writes a file below the scratch folder and returns its absolute path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Data(text.utf8), to: name) }

    /// Writes a file below the scratch folder and returns its absolute path.
    @discardableResult
    func write(_ data: Data, to name: String) throws -> String {
        let path = directory + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try data.write(to: URL(filePath: path))
        return path
    }

    /// Writes an executable shell script called `llm` and returns its folder, for ``init(llm:userPath:extra:)``.
    static func fakeLLM(_ script: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-llm-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(("#!/bin/sh\n" + script + "\n").utf8).write(to: URL(filePath: folder + "/llm"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/llm")
        return folder
    }

    /// The bytes of a file below the scratch folder.
    func read(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: directory + "/" + name)) }

    /// Whether something stands below the scratch folder.
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: directory + "/" + name) }

    /// The objects of a file with one JSON object a line.
    func jsonLines(_ name: String) throws -> [[String: Any]] {
        try read(name).split(separator: 0x0A).map { line in
            try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        }
    }

    /// All files below a folder with their bytes, by relative path.
    func files(below name: String) throws -> [String: Data] {
        var found: [String: Data] = [:]
        let root = directory + "/" + name
        for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isDirectory)
            if !isDirectory.boolValue { found[path] = try Data(contentsOf: URL(filePath: root + "/" + path)) }
        }
        return found
    }

    /// Takes the lock under which artifacts are written into a folder below the scratch folder, until it is closed.
    func lock(_ name: String) async throws -> Int32 {
        let folder = open(directory + "/" + name, O_RDONLY | O_CLOEXEC)
        try #require(folder >= 0)
        try await eventually("\(name) is free") { flock(folder, LOCK_EX | LOCK_NB) == 0 }
        return folder
    }
}
