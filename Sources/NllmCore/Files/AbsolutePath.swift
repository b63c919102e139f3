internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Paths that mean the same wherever a process runs.
public enum AbsolutePath {
    /// The working directory of this process.
    public static var current: String { FileManager.default.currentDirectoryPath }

    /// The path itself if it is absolute, else below `directory`, without `.` and `..` components.
    ///
    /// Symbolic links are left as they are, but for those that `..` follows, where the system goes up from their target;
    /// `~/` is the home directory.
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

    /// The same place without links on the way, as far as the path leads to something that is there.
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

    /// The last component without its ending.
    static func stem(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// The ending of the last component in lower case, without its dot; empty if it has none.
    static func ending(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The folder that holds the path.
    static func parent(_ path: String) -> String {
        let components = path.split(separator: "/").dropLast()
        return "/" + components.joined(separator: "/")
    }
}
