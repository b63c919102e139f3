internal import SystemPackage

/// Removes files in a run's folder of cells that are no longer in the run, before the others are written.
///
/// They would be in the way of new ones. Only files that a run creates, recognized by name and place, are removed, and
/// folders if they are empty; no link is followed. The folders of prompts are examined only if the run was changed
/// after it was created.
struct FolderSweep {
    let results: ResultReader
    let folder: RunFolder
    let run: Run
    let files: ArtifactFiles

    func perform() throws {
        guard let top = OpenFolder(folder.path, followingLinks: true) else { return }
        for kind in RunFolder.Kind.allCases {
            guard let root = try open(kind.rawValue, in: top, at: folder.path) else { continue }
            if files != .all || kind == .raw && !run.settings.raw {
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

    /// Opens a folder of the run; nil if it does not exist.
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
        // Left from when the run had one prompt, perhaps with the name of a folder.
        if RunFiles.isOne(name, kind, status) { return root.removeFile(name) }
        let isOfPrompt = try results.hasPrompt(of: run, folder: name)
        guard isOfPrompt || status?.kind == .directory else { return }
        guard !isOfPrompt || run.isEdited else { return }
        guard let inner = try open(name, in: root, at: "\(folder.path)/\(kind.rawValue)") else { return }
        if isOfPrompt, try sweepFiles(kind, prompt: name, in: inner) { return }
        if !isOfPrompt { RunFiles.clear(inner, kind, levels: 0) }
        root.removeFolder(name)
    }

    /// Removes the files of one prompt's cells without a result; false if no others remain.
    private func sweepFiles(_ kind: RunFolder.Kind, prompt: String?, in root: OpenFolder) throws -> Bool {
        let names = try results.fileNames(of: run, folder: prompt)
        let expected = Set(names.flatMap { name in kind.endings.map { name + $0 } })
        root.forEachName { name in
            let status = root.status(of: name)
            if RunFiles.isOne(name, kind, status), !expected.contains(name) {
                root.removeFile(name)
            } else if prompt == nil, status?.kind == .directory, let inner = OpenFolder(name, in: root) {
                // Left from when the run had several prompts, perhaps with the name of a file.
                RunFiles.clear(inner, kind, levels: 0)
                root.removeFolder(name)
            }
        }
        return !expected.isEmpty
    }
}
