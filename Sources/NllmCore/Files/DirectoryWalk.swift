internal import FoundationEssentials

/// Finds the files below a directory.
enum DirectoryWalk {
    /// The paths of files with one of these extensions, relative to `root`, ordered by the bytes of their components.
    ///
    /// Hidden files and folders are skipped, and folders behind symbolic links, which may form a cycle. A path may lead
    /// to something that is not a regular file.
    static func files(below root: String, endings: Set<String>) throws(FileError) -> [String] {
        var found: [String] = []
        try walk(root, prefix: "", endings: endings, into: &found)
        return found
    }

    private static func walk(
        _ directory: String, prefix: String, endings: Set<String>, into found: inout [String]
    ) throws(FileError) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw FileError(error, path: directory, reason: "the directory can't be read")
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
            let path = directory + "/" + name
            let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            if type == .typeDirectory {
                try walk(path, prefix: prefix + name + "/", endings: endings, into: &found)
            } else if type != nil, endings.contains(AbsolutePath.ending(name)) {
                found.append(prefix + name)
            }
        }
    }
}
