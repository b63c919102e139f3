/// Checks a path at which an output is about to replace what is there.
enum ReplaceableFile {
    /// How a database begins.
    private static let database = Array("SQLite format 3\0".utf8)

    /// Throws if something other than a file, or a database, is at the path.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - beginning: how a file has to begin that is not empty; nil if any may be replaced.
    /// - Throws: what is there, and what to do.
    static func check(_ path: String, beginning: String? = nil) throws(NllmError) {
        switch FileStatus(path, followingLinks: true)?.kind {
        case nil: return
        case .directory: throw .cannotCreate(path: path, reason: "is a directory; name a file")
        case .link, .other:
            throw .cannotCreate(path: path, reason: "not a regular file; `-o -` writes to standard output")
        case .regular: break
        }
        guard let start = try? FileReader(path: path).next() else { return }
        if start.starts(with: database) { throw .cannotCreate(path: path, reason: "is a database; name another file") }
        guard let beginning, !start.starts(with: beginning.utf8) else { return }
        throw .cannotCreate(path: path, reason: "has other contents than expected; name another file")
    }
}
