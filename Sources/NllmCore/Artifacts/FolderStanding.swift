internal import FoundationEssentials

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

    /// Largest manifest that is read; it holds the command line.
    private static let manifestLimit = 64 << 20

    /// Looks at a folder that a new run is to have; it is never the run's own.
    static func ofNewRun(_ path: String) -> FolderStanding {
        let (standing, _) = outside(path)
        return standing == .own ? .foreign(path: path, reason: inUse) : standing
    }

    /// Why a new run can't have a folder that holds something.
    static let inUse = "already holds something"

    /// Looks at a run's folder.
    static func of(_ run: Run, at path: String, in database: Database) throws -> FolderStanding {
        let (standing, folder) = outside(path)
        guard standing == .own, let folder else { return standing }
        for kind in RunFolder.Kind.allCases {
            guard let status = folder.status(of: kind.rawValue), status.kind != .directory else { continue }
            let reason = status.kind == .link ? "is a link" : "is not a folder"
            return .foreign(path: "\(path)/\(kind.rawValue)", reason: reason)
        }
        for name in RunFiles.top {
            guard let status = folder.status(of: name), status.kind != .regular else { continue }
            let reason = status.kind == .link ? "is a link" : "is not a regular file"
            return .foreign(path: "\(path)/\(name)", reason: reason)
        }
        if try holds(run, at: path, in: database) { return .own }
        return .foreign(path: path, reason: "holds files that are not this run's")
    }

    /// What can be said of a folder without knowing the run; `own` if there is anything in it.
    private static func outside(_ path: String) -> (FolderStanding, OpenFolder?) {
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

    /// Whether the manifest is this run's or, where that is gone, the first result.
    private static func holds(_ run: Run, at path: String, in database: Database) throws -> Bool {
        let folder = RunFolder(path: path, isByPrompt: false)
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try FileReader(path: folder.manifest).rest(limit: manifestLimit)
        } catch {
            return error.code == ENOENT ? try holdsResult(of: run, at: folder.lines, in: database) : false
        }
        guard let bytes, let manifest = try? JSONParser.parse(bytes[...]) else { return false }
        return manifest["run"]?.stringValue == run.name && manifest["timestamp"] == run.manifest["timestamp"]
    }

    private static func holdsResult(of run: Run, at path: String, in database: Database) throws -> Bool {
        guard let file = try? FileReader(path: path) else { return false }
        var lines = LineReader(file)
        guard case .bytes(let bytes)? = try? lines.next(), let result = try? JSONParser.parse(bytes),
            result["run"]?.stringValue == run.name, let finished = result["finished_at"]?.stringValue
        else { return false }
        var isKnown = false
        try database.forEachRow("SELECT finished_at FROM attempts WHERE run_id = ?", run.id) { row in
            if try Timestamp.utc(Date(milliseconds: row.int("finished_at"))) == finished { isKnown = true }
        }
        return isKnown
    }
}
