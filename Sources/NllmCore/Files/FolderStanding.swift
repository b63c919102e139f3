#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What a run's folder is, before anything is written into it or removed from it.
///
/// A folder of the right name is not enough: somebody else may have made it, or a run of another database.
enum FolderStanding: Equatable {
    case missing
    /// Nothing is in it but files that a killed process was writing.
    case empty
    /// The run's own files are in it.
    case own
    /// It is not to be touched, and why, in words that follow its name or that of something in it.
    case foreign(path: String, reason: String)

    /// Looks at a folder that a new run is to have; it is never the run's own.
    static func ofNewRun(_ path: String) -> FolderStanding {
        let (standing, _) = outside(path)
        return standing == .own ? .foreign(path: path, reason: inUse) : standing
    }

    /// Why a new run can't have a folder that holds something.
    static let inUse = "already holds something"

    /// What can be said of a folder without knowing the run; `own` if there is anything in it.
    static func outside(_ path: String) -> (FolderStanding, OpenFolder?) {
        guard let link = FileStatus(path) else { return (.missing, nil) }
        guard let status = FileStatus(path, followingLinks: true), status.kind == .directory else {
            return (.foreign(path: path, reason: "is not a folder"), nil)
        }
        guard isOurs(status, beside: path), isOurs(link, beside: path) else {
            return (.foreign(path: path, reason: "belongs to another user"), nil)
        }
        guard let folder = OpenFolder(path, followingLinks: true) else {
            return (.foreign(path: path, reason: "can't be read"), nil)
        }
        var isEmpty = true
        folder.forEachName { name in
            // The results of a run that has none yet.
            if name == "results.jsonl", folder.status(of: name)?.size == 0 { return }
            if !RunFiles.unfinished.contains(name) { isEmpty = false }
        }
        guard isEmpty else { return (.own, folder) }
        return link.kind == .link ? (.foreign(path: path, reason: "is a link"), nil) : (.empty, folder)
    }

    /// Whether a file belongs to this process's user, or to whom the file system gives everything that is made there.
    private static func isOurs(_ status: FileStatus, beside path: String) -> Bool {
        if status.owner == geteuid() { return true }
        let probe = "\(AbsolutePath.parent(path))/.nllm-batch-\(getpid())"
        guard mkdir(probe, PrivateFiles.folderMode) == 0 else { return false }
        defer { rmdir(probe) }
        return FileStatus(probe)?.owner == status.owner
    }
}
