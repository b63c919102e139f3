import Foundation

extension OSProcess {
    /// Whether this system tells what these tests have to see of other processes.
    static let tellsAll = FileManager.default.fileExists(atPath: "/proc/self/environ")

    /// The warm Pythons that a worker holds.
    static func bridges(of worker: RunningProcess, in batch: Batch) -> [pid_t] {
        marked(in: batch).filter { pid in
            let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
            let isWarm = environment.split(separator: 0).contains { $0.starts(with: Data("NLLM_BATCH_BRIDGE=".utf8)) }
            return isWarm && parent(of: pid) == worker.pid
        }
    }

    /// The children that a worker's warm Pythons have forked.
    static func forkedChildren(of worker: RunningProcess, in batch: Batch) -> [pid_t] {
        let bridges = Set(bridges(of: worker, in: batch))
        return marked(in: batch).filter { pid in parent(of: pid).map(bridges.contains) == true }
    }

    /// How many files a process has open; nil when it is gone.
    static func descriptors(of pid: pid_t) -> Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    /// The memory that a process occupies, in kilobytes; nil when it is gone.
    static func residentKilobytes(of pid: pid_t) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    private static func parent(of pid: pid_t) -> pid_t? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else { return nil }
        return stat[name...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) }
    }
}

extension Batch {
    /// A scratch folder whose `llm` has a plugin with models that run their prompts, and that runs `code` when a warm
    /// Python loads it.
    static func violent(_ server: LoopbackServer, atImport code: String = "") throws -> Batch {
        try Batch(
            userPath: server.userPath,
            extra: ["PYTHONPATH": packageRoot + "/Tests/Support/plugin", "NLLM_TEST_IMPORT": code])
    }

    /// Writes prompts to `prompts.jsonl`.
    func write(prompts: [[String: Any]]) throws {
        let lines = try prompts.map { try JSONSerialization.data(withJSONObject: $0) + Data("\n".utf8) }
        try write(Data(lines.joined()), to: "prompts.jsonl")
    }
}
