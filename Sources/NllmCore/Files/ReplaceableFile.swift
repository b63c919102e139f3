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
            throw .cannotCreate(path: path, reason: "not a regular file; name another one")
        case .regular: break
        }
        try checkIsNoDatabase(path)
        guard let beginning, let start = start(of: path), !start.starts(with: beginning.utf8) else { return }
        throw .cannotCreate(path: path, reason: "has other contents than expected; name another file")
    }

    /// Throws if a database is at the path, which must not be appended to either.
    static func checkIsNoDatabase(_ path: String) throws(NllmError) {
        guard start(of: path)?.starts(with: database) == true else { return }
        throw .cannotCreate(path: path, reason: "is a database; name another file")
    }

    private static func start(of path: String) -> ArraySlice<UInt8>? { try? FileReader(path: path).next() }
}
