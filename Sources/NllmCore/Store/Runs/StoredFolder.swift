/// Folders as stored in the database: relative to its own folder if they are at or below it, so that a folder that is
/// copied or moved with its database takes its runs along.
enum StoredFolder {
    /// The text for a folder; `.` for the database's own.
    ///
    /// - Parameters:
    ///   - folder: an absolute path.
    ///   - database: the folder of the database's file.
    /// - Returns: the folder itself if it is elsewhere.
    static func text(_ folder: String, database: String) -> String {
        let (real, base) = (AbsolutePath.real(folder), AbsolutePath.real(database))
        if real == base { return "." }
        let prefix = base == "/" ? base : base + "/"
        return real.hasPrefix(prefix) ? String(real.dropFirst(prefix.count)) : folder
    }

    /// The absolute path for a result of ``text(_:database:)``.
    ///
    /// - Throws: if it leads upwards or is not a path; a modified database may contain anything.
    static func path(_ text: String, database: String) throws(DamagedValue) -> String {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        guard !text.isEmpty, !text.utf8.contains(0), !components.contains("..") else {
            throw DamagedValue("the folder of a run cannot be one")
        }
        if text.hasPrefix("/") { return text }
        return text == "." ? database : (database == "/" ? "" : database) + "/" + text
    }
}
