internal import FoundationEssentials

/// Removes files of results that are not in the run any more.
///
/// Nothing is looked for in a run in which no cell ever lost its result.
struct FolderSweep {
    let database: Database
    let folder: RunFolder
    let run: Run

    func perform() throws {
        for kind in ["results", "raw"] {
            let root = "\(folder.path)/\(kind)"
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: root) else { continue }
            if kind == "raw", !run.settings.raw {
                remove(root)
            } else if folder.isByPrompt {
                let suspicious = try mayHoldStale()
                for name in names { try sweep(name, in: root, suspicious: suspicious) }
            } else {
                let expected = try expectedNames(prompt: nil)
                for name in names where !expected.contains(stem(name)) { remove("\(root)/\(name)") }
            }
        }
    }

    private func sweep(_ name: String, in root: String, suspicious: Bool) throws {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isDirectory) else { return }
        guard isDirectory else { return remove("\(root)/\(name)") }
        guard suspicious else { return }
        let expected = try expectedNames(prompt: name)
        guard !expected.isEmpty else { return remove("\(root)/\(name)") }
        for file in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(name)")
        where !expected.contains(stem(file)) {
            remove("\(root)/\(name)/\(file)")
        }
    }

    private func mayHoldStale() throws -> Bool {
        try database.row(
            """
            SELECT 1 FROM cells WHERE run_id = ? AND (live = 0 OR (attempts > 0 AND attempt_id IS NULL)) LIMIT 1
            """, run.id, read: { _ in true }) ?? false
    }

    /// The names of a prompt's files without their endings; of all prompts for nil.
    private func expectedNames(prompt folder: String?) throws -> Set<String> {
        let names = try database.rows(
            """
            SELECT models.file, cells.sample FROM prompts
            JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            WHERE prompts.run_id = ?1 AND prompts.live = 1 AND cells.live = 1 AND cells.attempt_id IS NOT NULL
                AND (?2 IS NULL OR (prompts.folder_key = ?3 AND prompts.folder = ?2))
            """, run.id, folder, folder.map(FileName.key)
        ) { RunFolder.name(model: try $0.text("file"), sample: try $0.int("sample")) }
        return Set(names)
    }

    private func stem(_ name: String) -> String {
        for ending in [".stdout.txt", ".stderr.txt", ".json"] where name.hasSuffix(ending) {
            return String(name.dropLast(ending.count))
        }
        return name
    }

    private func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
