internal import SystemPackage

/// Removes what stands in a run's folder for cells that are not in the run any more, before the others are written.
///
/// They would be in the way of new ones. Only files that a run makes, known by name and place, are removed, and folders
/// when they are empty; no link is followed. The folders of prompts are looked into only where the run was changed after
/// it was made.
struct FolderSweep {
    let database: Database
    let folder: RunFolder
    let run: Run

    func perform() throws {
        guard let top = OpenFolder(folder.path, followingLinks: true) else { return }
        for kind in RunFolder.Kind.allCases {
            guard let root = try open(kind.rawValue, in: top, at: folder.path) else { continue }
            if kind == .raw, !run.settings.raw {
                RunFiles.clear(root, kind)
            } else if folder.isByPrompt {
                try root.forEachName { name in try sweepPrompt(name, kind, in: root) }
                continue
            } else if try sweepFiles(kind, prompt: nil, in: root) {
                continue
            }
            top.removeFolder(kind.rawValue)
        }
    }

    /// Opens a folder of the run; nil if it isn't there.
    private func open(_ name: String, in parent: OpenFolder, at path: String) throws -> OpenFolder? {
        guard let status = parent.status(of: name) else { return nil }
        let path = "\(path)/\(name)"
        guard status.kind == .directory else {
            throw FileError(
                Errno.notDirectory, path: path, reason: status.kind == .link ? "is a link" : "not a directory")
        }
        guard let found = OpenFolder(name, in: parent) else { throw FileError(Errno.permissionDenied, path: path) }
        return found
    }

    private func sweepPrompt(_ name: String, _ kind: RunFolder.Kind, in root: OpenFolder) throws {
        let status = root.status(of: name)
        // From when the run had one prompt, perhaps under the name of a folder.
        if RunFiles.isOne(name, kind, status) { return root.removeFile(name) }
        let isOfPrompt = try isFolderOfPrompt(name)
        guard isOfPrompt || status?.kind == .directory else { return }
        guard !isOfPrompt || run.isEdited else { return }
        guard let inner = try open(name, in: root, at: "\(folder.path)/\(kind.rawValue)") else { return }
        if isOfPrompt, try sweepFiles(kind, prompt: name, in: inner) { return }
        if !isOfPrompt { RunFiles.clear(inner, kind, levels: 0) }
        root.removeFolder(name)
    }

    /// Removes the files of one prompt's cells that have no result; false if there is no other.
    private func sweepFiles(_ kind: RunFolder.Kind, prompt: String?, in root: OpenFolder) throws -> Bool {
        let expected = try expectedNames(kind, prompt: prompt)
        root.forEachName { name in
            let status = root.status(of: name)
            if RunFiles.isOne(name, kind, status), !expected.contains(name) {
                root.removeFile(name)
            } else if prompt == nil, status?.kind == .directory, let inner = OpenFolder(name, in: root) {
                // From when the run had several prompts, perhaps under the name of a file.
                RunFiles.clear(inner, kind, levels: 0)
                root.removeFolder(name)
            }
        }
        return !expected.isEmpty
    }

    private func isFolderOfPrompt(_ name: String) throws -> Bool {
        let found = try database.row(
            "SELECT 1 FROM prompts WHERE run_id = ? AND folder_key = ? AND folder = ? AND live = 1", run.id,
            FileName.key(name), name, read: { _ in true })
        return found == true
    }

    /// The names of a prompt's files; of the only prompt's for nil.
    private func expectedNames(_ kind: RunFolder.Kind, prompt folder: String?) throws -> Set<String> {
        let isMeant = folder == nil ? "?2 IS NULL" : "prompts.folder_key = ?2"
        let names = try database.rows(
            """
            SELECT models.file, cells.sample FROM prompts
            JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            WHERE prompts.run_id = ?1 AND prompts.live = 1 AND \(isMeant) AND cells.live = 1
                AND cells.attempt_id IS NOT NULL
            """, run.id, folder.map(FileName.key)
        ) { RunFolder.name(model: try $0.text("file"), sample: try $0.int("sample")) }
        return Set(names.flatMap { name in kind.endings.map { name + $0 } })
    }
}
