internal import FoundationEssentials
internal import SystemPackage

/// Derives a run's artifacts from the store, while workers run and when the run has ended.
///
/// Several processes may write for one run; each takes the folder's lock first. Which results are in the growing
/// `results.jsonl` is known by the row ids of attempts: they rise with each commit, so that a file written from one
/// state of the store has all results up to that state's last attempt, and only later ones are appended.
actor ArtifactWriter {
    private let store: Store
    private let grader: RunGrader
    private var opened: ResultReader?
    /// Folders that are known to be their runs' own.
    private var taken: Set<String> = []
    /// What this writer has appended; the files of these cells are written as well.
    private var growing: [RunID: GrowingLines] = [:]
    private nonisolated let executor = BlockingExecutor(label: "artifacts")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(store: Store) {
        self.store = store
        grader = RunGrader(store: store)
    }

    /// Prepares a run's folder for results, and repairs it if an earlier worker died before it had written everything.
    func prepare(run runID: RunID) async throws(NllmError) {
        try await grader.grade(run: runID)
        try await writing(run: runID) { folder, files in
            guard files != .nothing else { return }
            try Directory.checkWritable(folder.path, for: folder.path)
            let state = try reader().state(ofRun: runID)
            let lines = (try? Self.countLines(folder.lines)) ?? 0
            guard lines != state.results else { return try writeManifest(state, in: folder) }
            try await writeAll(run: runID, files)
        }
    }

    /// Appends results to a run's folder as they arrive.
    func append(run runID: RunID, attempts attemptIDs: [AttemptID]) async throws(NllmError) {
        try await grader.grade(attemptIDs, of: runID)
        try await writing(run: runID) { folder, files in
            guard files != .nothing else { return }
            let results = try reader()
            try results.snapshot {
                let last = try results.place(ofRun: runID).writtenAttemptID
                try append(attemptIDs.filter { $0 > last }, of: results, in: folder, files, runID)
            }
        }
    }

    private func append(
        _ attemptIDs: [AttemptID], of results: ResultReader, in folder: RunFolder, _ files: ArtifactFiles,
        _ runID: RunID
    ) throws {
        var group = GrowingLines.Group()
        func flush() throws {
            try growing[runID, default: GrowingLines(path: folder.lines)].append(group)
            group = GrowingLines.Group()
        }
        for attemptID in attemptIDs {
            // The result is gone if the cell left the run in the meantime.
            guard let result = try results.result(ofAttempt: attemptID) else { continue }
            let document = result.document
            group.add(Self.line(document), of: attemptID)
            if files == .all { try write(result, document, in: folder, isNew: true) }
            // Large answers are not collected.
            if group.size > Self.manyBytes { try flush() }
        }
        try flush()
    }

    private static let manyBytes = 1 << 20

    private static func line(_ document: JSONValue) -> [UInt8] {
        var line = JSONWriter.line(document)
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Writes the folder of a run that has ended anew, in order, unless another process has done it.
    func finish(run runID: RunID) async throws(NllmError) {
        try await grader.grade(run: runID)
        try await writing(run: runID) { _, files in
            let state = try reader().state(ofRun: runID)
            let grown = growing.removeValue(forKey: runID)
            guard state.run.finishedAt != nil, !state.run.isExported else { return }
            // Cells of an edited run may have other names than when their results were written, and a judge speaks later.
            try await writeAll(run: runID, files, copying: state.run.isEdited || state.isJudged ? nil : grown)
        }
    }

    /// Writes everything that the run writes from the current state of the store.
    func export(run runID: RunID) async throws(NllmError) {
        try await grader.grade(run: runID)
        try await writing(run: runID) { _, files in try await writeAll(run: runID, files) }
    }

    /// Writes a folder other than the run's own from the current state of the store.
    func export(run runID: RunID, files: ArtifactFiles, to path: String) async throws(NllmError) {
        try await grader.grade(run: runID)
        try await writing(run: runID, files: files, to: path) { _, files in
            _ = try writeSnapshot(run: runID, files, to: path)
        }
    }

    // MARK: Writing

    /// Runs `body` while no other process writes to the run's folder, which is created if it gets any files; words
    /// errors.
    private func writing(
        run runID: RunID, files: ArtifactFiles? = nil, to path: String? = nil,
        _ body: (RunFolder, ArtifactFiles) async throws -> Void
    ) async throws(NllmError) {
        do {
            let place = try reader().place(ofRun: runID)
            let folder = RunFolder(path: path ?? place.folder, isByPrompt: place.isByPrompt)
            let files = files ?? place.files
            guard files != .nothing else { return try await body(folder, files) }
            let isNew = try Directory.create(folder.path)
            if isNew { growing[runID] = nil }
            try await folder.locked {
                if isNew || !taken.contains(folder.path) { try take(folder, try reader().state(ofRun: runID)) }
                try await body(folder, files)
            }
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

    /// Ensures that a folder is the run's own before anything else is written there; the folder is locked.
    private func take(_ folder: RunFolder, _ state: RunState) throws {
        switch try FolderStanding.of(state.run, at: folder.path, in: reader()) {
        case .foreign(let path, let reason):
            throw NllmError.foreignFolder(run: state.run.name, path: path, reason: reason)
        case .empty, .missing:
            try Directory.checkWritable(folder.path, for: folder.path)
            // The manifest identifies the folder, whatever happens to this process.
            try writeManifest(state, in: folder)
        case .own: break
        }
        if store.isPrivate { try PrivateFiles.restrict(folder: folder.path) }
        taken.insert(folder.path)
    }

    private func reader() throws -> ResultReader {
        if let opened { return opened }
        let results = try store.results()
        opened = results
        return results
    }

    private func writeManifest(_ state: RunState, in folder: RunFolder) throws {
        let manifest = Manifest.document(state)
        try AtomicFile.write(JSONWriter.document(manifest), to: folder.manifest, durably: true)
    }

    /// Writes all artifacts, except for results that are written and only have to be copied; the folder is locked.
    private func writeAll(
        run runID: RunID, _ files: ArtifactFiles, copying grown: GrowingLines? = nil
    ) async throws {
        let (state, lastAttemptID) = try writeSnapshot(run: runID, files, to: nil, copying: grown)
        try await store.noteWritten(state.run, through: lastAttemptID, now: Date())
    }

    /// Writes all artifacts from one state of the store, unaffected by concurrent records.
    private func writeSnapshot(
        run runID: RunID, _ files: ArtifactFiles, to path: String?, copying grown: GrowingLines? = nil
    ) throws -> (RunState, lastAttemptID: AttemptID) {
        let results = try reader()
        return try results.snapshot {
            let state = try results.state(ofRun: runID)
            try state.run.checkAnswers()
            guard files != .nothing else { return (state, try results.lastAttemptID(ofRun: runID)) }
            let folder = RunFolder(path: path ?? state.run.folder, isByPrompt: state.prompts > 1)
            try FolderSweep(results: results, folder: folder, run: state.run, files: files).perform()
            var lines = try AtomicFile(path: folder.lines)
            var grown = grown ?? GrowingLines(path: folder.lines)
            try grown.reading { line in
                try results.forEachAttemptID(ofRun: runID) { attemptID in
                    if let known = try line(attemptID) { return try lines.write(known) }
                    guard let result = try results.result(ofAttempt: attemptID) else { return }
                    let document = result.document
                    try lines.write(Self.line(document))
                    if files == .all { try write(result, document, in: folder) }
                }
            }
            try lines.commit(durably: true)
            try writeManifest(state, in: folder)
            return (state, try results.lastAttemptID(ofRun: runID))
        }
    }

    /// Writes the files of a cell; `isNew` if they are not there yet.
    private func write(
        _ result: ResultRecord, _ document: JSONValue, in folder: RunFolder, isNew: Bool = false
    ) throws {
        let name = RunFolder.name(model: result.file, sample: result.sample)
        func write(_ bytes: [UInt8], _ ending: String, _ kind: RunFolder.Kind) throws {
            let directory = folder.directory(kind, prompt: result.folder)
            let path = directory + "/" + name + ending
            // At the end of a run nearly all files are correct.
            if !isNew, AtomicFile.holds(bytes, at: path) { return }
            try Directory.createWithoutLinks(directory)
            try AtomicFile.write(bytes, to: path)
        }
        try write(JSONWriter.document(document), ".json", .results)
        guard let raw = result.raw else { return }
        try write(raw.stdout, ".stdout.txt", .raw)
        try write(raw.stderr, ".stderr.txt", .raw)
    }

    private static func countLines(_ path: String) throws -> Int {
        let reader = try FileReader(path: path)
        var count = 0
        while let piece = try reader.next() { count += piece.lazy.filter { $0 == 0x0A }.count }
        return count
    }
}
