/// The files that runs create, recognized by their names and kinds.
enum RunFiles {
    /// The files in a run's folder itself, the manifest last, because it identifies the folder.
    static let top = ["results.jsonl", "manifest.json"]
    /// The same while they are written.
    static let unfinished = top.map(temporary)

    /// Whether a file with this name and status is one that a run writes for a cell, complete or partly written.
    static func isOne(_ name: String, _ kind: RunFolder.Kind, _ status: FileStatus?) -> Bool {
        guard status?.kind == .regular else { return false }
        let isHidden = name.hasPrefix(".") && name.hasSuffix(temporaryEnding)
        let whole = isHidden ? name.dropFirst().dropLast(temporaryEnding.count) : name[...]
        return kind.endings.contains { whole.count > $0.count && whole.hasSuffix($0) }
    }

    /// Removes all of them from a folder of results or raw outputs, and the folders below it that become empty.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - kind: what the folder contains.
    ///   - levels: the number of levels of folders below it.
    static func clear(_ folder: OpenFolder, _ kind: RunFolder.Kind, levels: Int = 1) {
        folder.forEachName { name in
            let status = folder.status(of: name)
            if isOne(name, kind, status) {
                folder.removeFile(name)
            } else if levels > 0, status?.kind == .directory, let inner = OpenFolder(name, in: folder) {
                clear(inner, kind, levels: levels - 1)
                folder.removeFolder(name)
            }
        }
    }

    /// Removes everything that a run created in its folder, the manifest last, so that the folder is identified until
    /// then.
    static func clear(run folder: OpenFolder) {
        for kind in RunFolder.Kind.allCases {
            guard let inner = OpenFolder(kind.rawValue, in: folder) else { continue }
            clear(inner, kind)
            folder.removeFolder(kind.rawValue)
        }
        for name in unfinished + top where folder.status(of: name)?.kind == .regular { folder.removeFile(name) }
    }

    private static let temporaryEnding = ".tmp"
    private static func temporary(_ name: String) -> String { "." + name + temporaryEnding }
}
