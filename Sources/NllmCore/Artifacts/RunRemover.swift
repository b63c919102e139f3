internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The result of removing a run.
public struct RemovedRun: Sendable, Equatable {
    /// Its name.
    public let run: String
    /// Its folder, which is removed unless something was left in it.
    public let folder: String
    /// The number of cells whose rows were removed.
    public let cells: Int
    /// Why the folder still exists, in words that follow its path; nil if it is removed.
    public let left: String?
}

/// Removes runs with their folders.
///
/// A run is marked first, then its folder is removed, then its rows: if a removal is killed, the next one finishes it.
public struct RunRemover: Sendable {
    private let store: Store

    /// Creates a remover for the runs of a store.
    public init(store: Store) {
        self.store = store
    }

    /// The runs with these names, and the names of runs that were removed before.
    ///
    /// - Throws: if there was never a run with one of the names.
    public func find(_ names: [String]) async throws(NllmError) -> (runs: [Run], removed: [String]) {
        var found: (runs: [Run], removed: [String]) = ([], [])
        for name in names {
            if try await store.wasRemoved(name) {
                found.removed.append(name)
            } else {
                let run = try await store.runToRemove(name)
                if !found.runs.contains(where: { $0.id == run.id }) { found.runs.append(run) }
            }
        }
        return found
    }

    /// Removes a run, and from its folder the files that the run created; other files stay.
    ///
    /// - Throws: if a running worker works on it, or something cannot be written.
    public func remove(_ run: Run) async throws(NllmError) -> RemovedRun {
        try await store.beginRemoval(run, now: Date())
        for companion in try await store.companions(of: run.id) {
            try await store.beginRemoval(companion, now: Date())
            _ = try await store.removeRows(of: companion, now: Date())
        }
        let left = try await removeFolder(of: run)
        let cells = try await store.removeRows(of: run, now: Date())
        return RemovedRun(run: run.name, folder: run.folder, cells: cells, left: left)
    }

    /// Returns the space of removed runs to the disk; false if it stays in the database file and is reused.
    public func giveBackSpace() async throws(NllmError) -> Bool { try await store.giveBackSpace(now: Date()) }

    /// Returns why the folder still exists; nil if it is removed.
    private func removeFolder(of run: Run) async throws(NllmError) -> String? {
        do {
            let standing = try FolderStanding.of(run, at: run.folder, in: store.results())
            switch standing {
            case .missing: return nil
            case .foreign(let path, let reason):
                return path == run.folder ? reason : "holds \(AbsolutePath.name(path)), which \(reason)"
            case .empty, .own: break
            }
            return try await RunFolder(path: run.folder, isByPrompt: false).locked { Self.clear(run.folder) }
        } catch let error as NllmError {
            throw error
        } catch let error as FileError {
            throw .inputOutput(what: error.path, reason: error.reason)
        } catch {
            throw Store.translate(error, path: store.path, opening: false)
        }
    }

    private static func clear(_ path: String) -> String? {
        guard let folder = OpenFolder(path, followingLinks: true) else { return "can't be read" }
        RunFiles.clear(run: folder)
        if rmdir(path) == 0 || errno == ENOENT { return nil }
        let code = errno
        guard let name = folder.anyName else { return String(cString: strerror(code)).lowercased() }
        return "holds what the run did not make, such as \(name)"
    }
}
