/// The folder where `llm` keeps what belongs to its user: templates, keys, its log.
enum LLMUserFolder {
    /// The folder's path, as determined by an `llm` that runs in `directory`.
    static func path(in directory: String) -> String {
        if let path = EnvironmentVariable.value("LLM_USER_PATH") { return AbsolutePath.literal(path, in: directory) }
        #if os(macOS)
            return HomeFolder.path + "/Library/Application Support/io.datasette.llm"
        #else
            return (EnvironmentVariable.value("XDG_CONFIG_HOME") ?? HomeFolder.path + "/.config") + "/io.datasette.llm"
        #endif
    }
}

extension AbsolutePath {
    /// The path as taken by a program that does not know `~`.
    static func literal(_ path: String, in directory: String) -> String {
        resolve(path.hasPrefix("/") ? path : "./" + path, in: directory)
    }
}
