/// What `llm` stores in its own database and finds by name.
struct LLMLogLookup {
    /// The database, which may be missing.
    let path: String

    /// The hash of a fragment's content, by an alias or by the hash itself; nil if there is none.
    func fragment(_ name: String) -> String? {
        first(
            """
            SELECT hash AS found FROM fragments LEFT JOIN fragment_aliases ON fragments.id = fragment_aliases.fragment_id
            WHERE alias = ?1 OR hash = ?1 LIMIT 1
            """, name)
    }

    /// Whether a schema is stored under an id, which is the hash of its content.
    func hasSchema(_ id: String) -> Bool { first("SELECT id AS found FROM schemas WHERE id = ?1", id) != nil }

    /// The migrations recorded as done; nil if the database cannot be read, or is not one of `llm`'s.
    func migrations() -> Set<String>? {
        guard let database else { return nil }
        return (try? database.rows("SELECT name FROM _llm_migrations") { try $0.text("name") }).map(Set.init)
    }

    /// SQLite would wait for a pipe's writer.
    private var database: SQLiteConnection? {
        guard FileStatus(path, followingLinks: true)?.kind == .regular else { return nil }
        return try? SQLiteConnection(path: path, access: .readOnly)
    }

    /// A database that cannot be read has no entries; `llm` itself will report why.
    private func first(_ sql: String, _ name: String) -> String? {
        guard let database else { return nil }
        return (try? database.row(sql, name) { try $0.text("found") }) ?? nil
    }
}
