import Foundation

/// Watches how much memory a process and all that it has started take together, as Linux tells it.
final class ProcessMemory: Sendable {
    private let task: Task<Int, Never>

    /// Looks at it again and again until it is gone.
    init(of root: pid_t) {
        task = Task.detached {
            var peak = 0
            while FileManager.default.fileExists(atPath: "/proc/\(root)/statm"), !Task.isCancelled {
                peak = max(peak, Self.family(of: root).map(Self.resident).reduce(0, +))
                try? await Task.sleep(for: .milliseconds(100))
            }
            return peak
        }
    }

    /// The most that was seen, in megabytes; nil where the system does not tell.
    func megabytes() async -> Int? {
        #if os(Linux)
            return await task.value >> 20
        #else
            task.cancel()
            return nil
        #endif
    }

    private static func family(of root: pid_t) -> Set<pid_t> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let parents = names.compactMap { pid_t($0) }.compactMap { pid in parent(of: pid).map { (pid, $0) } }
        var family: Set = [root]
        var size = 0
        while family.count > size {
            size = family.count
            for (pid, parent) in parents where family.contains(parent) { family.insert(pid) }
        }
        return family
    }

    private static func parent(of pid: pid_t) -> pid_t? {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // A program's name may hold anything but stands in parentheses.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 2 ? pid_t(fields[2]) : nil
    }

    private static func resident(_ pid: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)) ?? ""
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }
}
