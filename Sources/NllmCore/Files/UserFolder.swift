/// The folders of the XDG base directory specification, in which programs keep files for their user.
enum UserFolder {
    /// For what can be found out again at any time; it need not exist.
    static var cache: String {
        #if os(macOS)
            folder("XDG_CACHE_HOME", standard: "Library/Caches")
        #else
            folder("XDG_CACHE_HOME", standard: ".cache")
        #endif
    }

    /// For what has to outlast a restart; it need not exist.
    static var state: String { folder("XDG_STATE_HOME", standard: ".local/state") }

    private static func folder(_ variable: String, standard: String) -> String {
        let given = EnvironmentVariable.value(variable) ?? ""
        // The specification ignores a relative path.
        return (given.hasPrefix("/") ? given : HomeFolder.path + "/" + standard) + "/nllm-batch"
    }
}
