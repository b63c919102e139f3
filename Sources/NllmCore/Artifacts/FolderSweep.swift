internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Removes what stands in a run's folder for cells that are not in the run any more, before the others are written.
///
/// Files and folders of the wrong kind would be in the way of new ones. The folders of prompts are looked into only
/// where the run was changed after it was made.
struct FolderSweep {
    let database: Database
    let folder: RunFolder
    let run: Run

    func perform() throws {
        for kind in RunFolder.Kind.allCases {
            let root = "\(folder.path)/\(kind.rawValue)"
            if kind == .raw, !run.settings.raw {
                remove(root)
            } else if folder.isByPrompt {
                try forEachName(in: root) { name in try sweepPrompt(name, kind, in: root) }
            } else if let names = try? FileManager.default.contentsOfDirectory(atPath: root) {
                try sweepFiles(names, kind, prompt: nil, in: root)
            }
        }
    }

    /// Goes through a folder without holding all its names at once: there may be one for each of a million prompts.
    private func forEachName(in path: String, _ body: (String) throws -> Void) throws {
        guard let directory = opendir(path) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { try body(name) }
        }
    }

    private func sweepPrompt(_ name: String, _ kind: RunFolder.Kind, in root: String) throws {
        let path = "\(root)/\(name)"
        guard isDirectory(path), try isFolderOfPrompt(name) else { return remove(path) }
        guard run.isEdited else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: path)
        try sweepFiles(files, kind, prompt: name, in: path)
    }

    private func sweepFiles(_ names: [String], _ kind: RunFolder.Kind, prompt: String?, in root: String) throws {
        let expected = try expectedNames(kind, prompt: prompt)
        guard !expected.isEmpty else { return remove(root) }
        for name in names where !expected.contains(name) || isDirectory("\(root)/\(name)") { remove("\(root)/\(name)") }
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

    private func isDirectory(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    private func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
