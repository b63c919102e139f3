#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Variables of this process's environment.
enum EnvironmentVariable {
    /// The variable's value; nil if it is not set, or empty, which counts as not set everywhere.
    static func value(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }
}
