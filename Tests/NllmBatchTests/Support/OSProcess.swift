import Foundation

/// What the system says of processes that tests have caused.
enum OSProcess {
    /// Whether no such process runs any more; one that nobody has reaped yet is gone, too.
    static func isGone(_ pid: pid_t) -> Bool {
        guard kill(pid, 0) == 0 || errno == EPERM else { return true }
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        let state = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ").dropFirst().first
        return state == "Z" || state == "X"
    }

    /// The processes that a worker of this scratch folder has started and that still run.
    static func marked(in batch: Batch) -> [pid_t] {
        let home = Data("HOME=\(batch.directory)".utf8)
        // Where there is no such directory, as on macOS, none can be found.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
            let variables = environment.split(separator: 0)
            return variables.contains(home) && variables.contains { $0.starts(with: Data("NLLM_BATCH_WORKER=".utf8)) }
                && !isGone(pid)
        }
    }
}
