internal import FoundationEssentials

/// A place where a configuration file may stand.
public struct ConfigurationPlace: Sendable, Equatable {
    /// The file's absolute path.
    public let path: String
    /// The path as the user knows it.
    let name: String
    /// Whether it is wrong if no file is there.
    let isRequired: Bool
    /// Whose file it is.
    let role: Role

    /// Who is taken to have put a file there.
    enum Role: Sendable {
        /// The user, for all projects.
        case user
        /// Whoever made the working directory.
        case project
        /// The user, who named it.
        case named
    }

    /// Whether a file is there.
    public var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    /// The file in the user's home, for all projects.
    public static var user: ConfigurationPlace { user(home: HomeFolder.path) }
    /// The file in the working directory.
    public static var project: ConfigurationPlace { project(directory: AbsolutePath.current) }

    /// The places in the order of their strength, the weakest first.
    public static func all(explicit: String? = nil) -> [ConfigurationPlace] {
        all(explicit: explicit, home: HomeFolder.path, directory: AbsolutePath.current)
    }

    /// A file that the user named.
    public static func named(_ path: String) -> ConfigurationPlace { named(path, directory: AbsolutePath.current) }

    static func all(explicit: String?, home: String, directory: String) -> [ConfigurationPlace] {
        let usual = [user(home: home), project(directory: directory)]
        guard let explicit else { return usual }
        let isUsers = named(explicit, directory: directory).path == usual[0].path
        let named = named(explicit, directory: directory, role: isUsers ? .user : .named)
        // A file that is named once more stands only where it is strongest.
        return usual.filter { $0.path != named.path } + [named]
    }

    private static func user(home: String) -> ConfigurationPlace {
        let path = home + "/.nllm/config.yaml"
        return ConfigurationPlace(path: path, name: path, isRequired: false, role: .user)
    }

    private static func project(directory: String) -> ConfigurationPlace {
        let name = ".nllm-config.yaml"
        return ConfigurationPlace(
            path: AbsolutePath.resolve(name, in: directory), name: name, isRequired: false, role: .project)
    }

    private static func named(_ path: String, directory: String, role: Role = .named) -> ConfigurationPlace {
        let absolute = AbsolutePath.resolve(HomeFolder.expand(path), in: directory)
        return ConfigurationPlace(path: absolute, name: path, isRequired: true, role: role)
    }
}
