/// The folder for what can be found out again at any time.
enum CacheFolder {
    /// Its path, where the system's users expect it; it need not exist.
    static var path: String {
        #if os(macOS)
            let standard = HomeFolder.path + "/Library/Caches"
        #else
            let standard = HomeFolder.path + "/.cache"
        #endif
        return (EnvironmentVariable.value("XDG_CACHE_HOME") ?? standard) + "/nllm-batch"
    }
}
