#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A problem with llm's own log database with which no `llm` works.
struct LogFlaw: Sendable, Equatable {
    /// The database's file.
    var path: String
    /// The message of SQLite or the system, in one line.
    var detail: String
    /// Whether `doctor --fix` can replace it, because it holds no answers.
    var isFixable: Bool

    /// The flaw as shown to the user: what it is, which file, and what to do.
    var error: NllmError {
        if has("locked") { return .busy(database: path) }
        return .llmUnusable(reason: "llm's log \(path) \(finding); \(remedy)")
    }

    private var finding: String {
        if isOutside { return "cannot be used (\(detail))" }
        let kind = has("malformed", "not a database") ? "is damaged" : "is half migrated"
        return "\(kind) (\(detail)), so that no llm works"
    }

    private var remedy: String {
        if has("is full") { return "free some space on its disk" }
        if existing.isEmpty || isOutside && !has("folder", "regular file") {
            return "make it a file that can be written, or name another folder with LLM_USER_PATH"
        }
        if isFixable { return "it holds no answers; `nllm-batch doctor --fix` puts a new one in its place" }
        return "move it away with: \(moves) && llm logs status (its answers stay in the moved file; "
            + "a new log is made when it is next needed)"
    }

    /// Whether the flaw is not in the file's content but in its place.
    private var isOutside: Bool {
        has(
            "unable to open", "readonly", "disk I/O error", "is full", "it is a folder", "regular file",
            "Permission denied", "File exists", "Not a directory", "Read-only file system", "No such file")
    }

    private func has(_ phrases: String...) -> Bool { phrases.contains { detail.contains($0) } }

    /// What must be moved: the file, and what SQLite keeps beside it.
    private var existing: [String] {
        ["", "-journal", "-wal", "-shm"].filter { Self.exists(path + $0) }
    }

    private var moves: String {
        let places = [path + ".broken"] + (2...99).map { "\(path).broken-\($0)" }
        let place = places.first { !Self.exists($0) } ?? path + ".\(getpid())"
        return existing.map { ShellWord.line(["mv", path + $0, place + $0]) }.joined(separator: " && ")
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
