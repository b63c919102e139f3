extension FailureClassifier {
    /// Whether a database on this machine failed, such as llm's own log, rather than the provider.
    ///
    /// A provider may use the same words. So the exception's class decides if it is known, otherwise the place of the
    /// words: at the end of a traceback, or as all that `llm` prints.
    ///
    /// - Parameters:
    ///   - stderr: what `llm` wrote.
    ///   - error: what it raised, if that is known.
    /// - Returns: whether a local database failed.
    static func isLocalDatabase(stderr: String, error: ProviderError? = nil) -> Bool {
        if let error, isDatabaseClass(error.name) { return true }
        let lines = stderr.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        let traceback = lines.lastIndex { $0 == "Traceback (most recent call last):" }
        // `llm` shows a provider's message after this, and prints no traceback then.
        if let shown = lines.lastIndex(where: { $0.hasPrefix("Error: ") }), shown >= traceback ?? 0 {
            return error == nil && isDatabaseMessage(message(stderr))
        }
        if error == nil, let last = lines.last, isDatabaseClass(String(last.prefix { $0 != ":" })) { return true }
        // Failures of llm's migrations and of its folder have other classes as well.
        return traceback.map { start in lines[start...].contains(where: isLogFrame) } ?? false
    }

    private static func isDatabaseClass(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let modules = ["sqlite3", "pysqlite3", "sqlean", "sqlite_utils"]
        guard parts.count > 1, modules.contains(String(parts[0])) else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    }

    private static func isLogFrame(_ line: Substring) -> Bool {
        guard line.hasPrefix("  File \"") else { return false }
        return line.contains("/llm/migrations.py\"") || line.hasSuffix(", in user_dir")
    }

    /// Whether a message is one of SQLite's, from its first to its last word.
    private static func isDatabaseMessage(_ text: String) -> Bool {
        if messages.contains(text) { return true }
        // A name follows.
        if messageStarts.contains(where: { text.hasPrefix($0) && !text.dropFirst($0.count).contains(" ") }) {
            return true
        }
        let words = text.split(separator: " ")
        return words.count == 4 && words[2...] == ["already", "exists"]
            && ["table", "index", "view", "trigger"].contains(words[0])
    }

    private static let messages: Set = [
        "database is locked", "database table is locked", "database schema is locked", "database is busy",
        "database disk image is malformed", "file is not a database", "file is encrypted or is not a database",
        "unable to open database file", "attempt to write a readonly database", "disk I/O error",
        "database or disk is full",
    ]

    private static let messageStarts = [
        "no such table: ", "no such column: ", "no such index: ", "duplicate column name: ",
        "database table is locked: ", "UNIQUE constraint failed: _llm_migrations.", "malformed database schema ",
    ]
}
