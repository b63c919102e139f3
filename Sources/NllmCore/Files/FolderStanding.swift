#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The state of a run's folder, determined before anything is written into it or removed from it.
///
/// A folder with the right name is not sufficient: another user, or a run of another database, may have created it.
enum FolderStanding: Equatable {
    case missing
    /// It contains nothing but files that a killed process was writing.
    case empty
    /// It contains the run's own files.
    case own
    /// It must not be touched, with the reason, in words that follow its name or the name of something in it.
    case foreign(path: String, reason: String)

    /// The state of a folder for a new run; it is never the run's own.
    static func ofNewRun(_ path: String) -> FolderStanding {
        let (standing, _) = outside(path)
        return standing == .own ? .foreign(path: path, reason: inUse) : standing
    }

    /// Why a new run cannot use a folder that is not empty.
    static let inUse = "already holds something"

    /// The state of a folder as far as it does not depend on the run; `own` if it contains anything.
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
            // The results of a run that does not have any yet.
            if name == "results.jsonl", folder.status(of: name)?.size == 0 { return }
            if !RunFiles.unfinished.contains(name) { isEmpty = false }
        }
        guard isEmpty else { return (.own, folder) }
        return link.kind == .link ? (.foreign(path: path, reason: "is a link"), nil) : (.empty, folder)
    }

    /// Whether a file belongs to this process's user, or to the owner that the file system gives to everything created
    /// there.
    private static func isOurs(_ status: FileStatus, beside path: String) -> Bool {
        if status.owner == geteuid() { return true }
        let probe = "\(AbsolutePath.parent(path))/.nllm-batch-\(getpid())"
        guard mkdir(probe, PrivateFiles.folderMode) == 0 else { return false }
        defer { rmdir(probe) }
        return FileStatus(probe)?.owner == status.owner
    }
}
