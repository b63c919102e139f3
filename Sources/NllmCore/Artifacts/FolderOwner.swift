#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension FolderStanding {
    /// The largest manifest that is read; it contains the command line.
    private static let manifestLimit = 64 << 20

    /// Examines a run's folder.
    static func of(_ run: Run, at path: String, in results: ResultReader) throws -> FolderStanding {
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
        if try holds(run, at: path, in: results) { return .own }
        return .foreign(path: path, reason: "holds files that are not this run's")
    }

    /// Whether the manifest or, if it is missing, the first result is this run's.
    private static func holds(_ run: Run, at path: String, in results: ResultReader) throws -> Bool {
        let folder = RunFolder(path: path, isByPrompt: false)
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try FileReader(path: folder.manifest).rest(limit: manifestLimit)
        } catch {
            return error.code == ENOENT ? try holdsResult(of: run, at: folder.lines, in: results) : false
        }
        guard let bytes, let manifest = try? JSONParser.parse(bytes[...]) else { return false }
        return manifest["run"]?.stringValue == run.name && manifest["timestamp"] == run.manifest["timestamp"]
    }

    private static func holdsResult(of run: Run, at path: String, in results: ResultReader) throws -> Bool {
        guard let file = try? FileReader(path: path) else { return false }
        var lines = LineReader(TextInput(file))
        guard case .bytes(let bytes)? = try? lines.next(), let result = try? JSONParser.parse(bytes),
            result["run"]?.stringValue == run.name, let finished = result["finished_at"]?.stringValue
        else { return false }
        return try results.hasAttempt(of: run, finishedAt: finished)
    }
}
