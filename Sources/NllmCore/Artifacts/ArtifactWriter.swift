internal import FoundationEssentials
internal import SystemPackage

/// Derives a run's artifacts from the store, while it works and when it has ended.
///
/// Several processes may write for one run; each takes the folder's lock first. Which results stand in the growing
/// `results.jsonl` is known by attempts: their numbers rise with each commit, so that a file written from one state of
/// the store holds all results up to that state's last attempt, and only later ones are appended.
actor ArtifactWriter {
    private let store: Store
    private var connection: Database?
    private nonisolated let executor = BlockingExecutor(label: "artifacts")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(store: Store) {
        self.store = store
    }

    /// Makes a run's folder ready to take results, and mends it if an earlier worker died before it had written all.
    func prepare(run: Int64) async throws(NllmError) {
        try await writing {
            let state = try RunState(reader(), run: run)
            let folder = try makeFolder(state)
            try RunFolder.checkWritable(directory: folder.path, for: folder.path)
            try await folder.locked {
                let lines = (try? Self.countLines(folder.lines)) ?? 0
                guard lines != state.results else { return try writeManifest(state, in: folder) }
                try await writeAll(run: run)
            }
        }
    }

    /// Adds results to a run's folder as they come.
    func append(run: Int64, attempts: [Int64]) async throws(NllmError) {
        try await writing {
            let database = try reader()
            let folder = try makeFolder(try RunState(database, run: run))
            try await folder.locked {
                let state = try RunState(database, run: run)
                var lines: [UInt8] = []
                for attempt in attempts where attempt > state.writtenAttempt {
                    // Gone if the cell left the run in the meantime.
                    let result = try database.row(Self.resultSQL, attempt, read: ResultRecord.init)
                    guard let result else { continue }
                    lines += JSONWriter.line(result.json) + [UInt8(ascii: "\n")]
                    try write(result, in: folder)
                }
                try Self.append(lines, to: folder.lines)
            }
        }
    }

    private static let resultSQL =
        ResultRecord.sql + " WHERE attempts.id = ? AND cells.id = attempts.cell_id AND cells.live = 1"

    /// Writes the ordered whole of a run that has ended, unless another process has done it.
    func finish(run: Int64) async throws(NllmError) {
        try await writing {
            let folder = try makeFolder(try RunState(reader(), run: run))
            try await folder.locked {
                let state = try RunState(reader(), run: run)
                guard state.run.finishedAt != nil, !state.run.isExported else { return }
                try await writeAll(run: run)
            }
        }
    }

    /// Writes everything from the store as it is now.
    func export(run: Int64) async throws(NllmError) {
        try await writing {
            let folder = try makeFolder(try RunState(reader(), run: run))
            try await folder.locked { try await writeAll(run: run) }
        }
    }

    // MARK: Writing

    /// Words what goes wrong while writing.
    private func writing(_ body: () async throws -> Void) async throws(NllmError) {
        do {
            try await body()
        } catch let error as NllmError {
            throw error
        } catch let error as FileError {
            throw error.isRefusal
                ? .cannotCreate(path: error.path, reason: error.reason)
                : .inputOutput(what: error.path, reason: error.reason)
        } catch {
            throw Store.translate(error, path: store.path, opening: false)
        }
    }

    private func reader() throws -> Database {
        if let connection { return connection }
        let opened = try store.readOnlyConnection()
        connection = opened
        return opened
    }

    private func makeFolder(_ state: RunState) throws -> RunFolder {
        try RunFolder.create(directory: state.run.folder)
        return RunFolder(path: state.run.folder, isByPrompt: state.prompts > 1)
    }

    private func writeManifest(_ state: RunState, in folder: RunFolder) throws {
        let manifest = Manifest.document(state.run, sources: state.sources, counts: state.counts)
        try AtomicFile.write(JSONWriter.document(manifest), to: folder.manifest, durably: true)
    }

    /// Writes all artifacts; the folder is locked.
    private func writeAll(run: Int64) async throws {
        let (state, lastAttempt) = try writeSnapshot(run: run)
        try await store.noteWritten(state.run, through: lastAttempt, now: Date())
    }

    /// Writes all artifacts from one state of the store, whatever others record meanwhile.
    private func writeSnapshot(run: Int64) throws -> (RunState, lastAttempt: Int64) {
        let database = try reader()
        try database.execute("BEGIN")
        defer { try? database.execute("ROLLBACK") }
        let state = try RunState(database, run: run)
        let folder = try makeFolder(state)
        try FolderSweep(database: database, folder: folder, run: state.run).perform()
        var lines = try AtomicFile(path: folder.lines)
        try ResultRecord.forEach(of: run, in: database) { result in
            try lines.write(JSONWriter.line(result.json) + [UInt8(ascii: "\n")])
            try write(result, in: folder)
        }
        try lines.commit(durably: true)
        try writeManifest(state, in: folder)
        return (state, try RunState.lastAttempt(database, run: run))
    }

    private func write(_ result: ResultRecord, in folder: RunFolder) throws {
        let name = RunFolder.name(model: result.file, sample: result.sample)
        let results = folder.directory(.results, prompt: result.folder)
        try Self.write(JSONWriter.document(result.json), to: name + ".json", in: results)
        guard let raw = result.raw else { return }
        let directory = folder.directory(.raw, prompt: result.folder)
        try Self.write(raw.stdout, to: name + ".stdout.txt", in: directory)
        try Self.write(raw.stderr, to: name + ".stderr.txt", in: directory)
    }

    /// Writes a file, and makes its directory, unless it is as it should be: at the end of a run nearly all are.
    private static func write(_ bytes: [UInt8], to name: String, in directory: String) throws {
        let path = directory + "/" + name
        guard !AtomicFile.holds(bytes, at: path) else { return }
        try RunFolder.create(directory: directory)
        try AtomicFile.write(bytes, to: path)
    }

    private static func append(_ bytes: [UInt8], to path: String) throws {
        guard !bytes.isEmpty else { return }
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.append, .create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(bytes) }
        } catch {
            throw FileError(error, path: path)
        }
    }

    private static func countLines(_ path: String) throws -> Int {
        let reader = try FileReader(path: path)
        var count = 0
        while let piece = try reader.next() { count += piece.lazy.filter { $0 == 0x0A }.count }
        return count
    }
}
