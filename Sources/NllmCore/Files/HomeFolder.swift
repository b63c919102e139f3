internal import FoundationEssentials

/// The user's home: `$HOME`, as shells have it, else what the system's list of users says.
enum HomeFolder {
    static var path: String {
        // Taken for absolute, as every shell does.
        EnvironmentVariable.value("HOME") ?? FileManager.default.homeDirectoryForCurrentUser.path
    }

    /// A path with a `~` at its start replaced by the home directory.
    static func expand(_ path: String) -> String {
        path == "~" || path.hasPrefix("~/") ? Self.path + path.dropFirst() : path
    }
}
