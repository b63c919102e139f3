internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Paths that are independent of the directory in which a process runs.
public enum AbsolutePath {
    /// The working directory of this process.
    public static var current: String { FileManager.default.currentDirectoryPath }

    /// The path itself if it is absolute, else the path below `directory`; without `.` and `..` components.
    ///
    /// Symbolic links are kept, except before `..`, where the system goes up from their target; `~/` is the home
    /// directory.
    public static func resolve(_ path: String, in directory: String = current) -> String {
        let expanded = HomeFolder.expand(path)
        let whole = expanded.hasPrefix("/") ? expanded : directory + "/" + expanded
        var components: [Substring] = []
        for component in whole.split(separator: "/") where component != "." {
            guard component == ".." else {
                components.append(component)
                continue
            }
            let target = URL(filePath: "/" + components.joined(separator: "/")).resolvingSymlinksInPath().path
            components = target.split(separator: "/").dropLast()
        }
        return "/" + components.joined(separator: "/")
    }

    /// The same path with links resolved, as far as it exists.
    static func real(_ path: String) -> String {
        if let found = realpath(path, nil) {
            defer { free(found) }
            return String(cString: found)
        }
        let parent = parent(path)
        guard parent != path else { return path }
        let base = real(parent)
        return (base == "/" ? "" : base) + "/" + name(path)
    }

    /// The last component of a path.
    static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The last component without its extension.
    static func stem(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// The extension of the last component in lower case, without its dot; empty if there is none.
    static func ending(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The directory that contains the path.
    static func parent(_ path: String) -> String {
        let components = path.split(separator: "/").dropLast()
        return "/" + components.joined(separator: "/")
    }
}
