internal import FoundationEssentials

/// The files below a directory, by their paths relative to it, ordered by the bytes of their components.
///
/// Hidden files and folders are skipped, folders behind symbolic links, which may form a cycle, and the folders of runs.
struct DirectoryWalk {
    private let endings: Set<String>
    private let shown: Int
    /// The files with one of the extensions; a path may lead to something that is not a regular file.
    private(set) var files: [String] = []
    /// Regular files with other extensions, databases of runs aside: the first ones, and their number.
    private(set) var others: (first: [String], count: Int) = ([], 0)

    /// Walks through a directory.
    ///
    /// - Parameters:
    ///   - root: the directory.
    ///   - endings: the extensions of the files to look for.
    ///   - shown: the number of other files that are named.
    /// - Throws: for a directory that cannot be read.
    init(below root: String, endings: Set<String>, shown: Int) throws(FileError) {
        self.endings = endings
        self.shown = shown
        try walk(root, prefix: "")
    }

    private mutating func walk(_ directory: String, prefix: String) throws(FileError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw FileError(error, path: directory, reason: "the directory can't be read")
        }
        guard prefix.isEmpty || !RunFiles.top.allSatisfy(names.contains) else { return }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
            let path = directory + "/" + name
            let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            if type == .typeDirectory {
                try walk(path, prefix: prefix + name + "/")
            } else if type != nil, endings.contains(AbsolutePath.ending(name)) {
                files.append(prefix + name)
            } else if type == .typeRegular, !name.hasPrefix("batch.db") {
                if others.count < shown { others.first.append(prefix + name) }
                others.count += 1
            }
        }
    }
}
