#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Whether a configuration file in the working directory may make `llm` run code or read files.
///
/// Such a file comes along with what was downloaded, and is read without having been named.
public enum ConfigurationTrust: Sendable {
    /// Only if the user's own configuration names the folder.
    case ofNamedFolders
    /// The user said that it may.
    case given
    /// What it may not is left in place and noted: for looking at it.
    case noted
}

extension Configuration {
    /// Whether the user's file names a folder, or one above it, as trusted; links are followed.
    static func trusts(_ directory: String, _ user: ConfigurationPlace) -> Bool {
        var reader = ConfigurationReader(
            place: user, configuration: Configuration(), problems: InputProblems(isGrouped: false))
        reader.read()
        let real = RealPath.find(directory)
        return reader.configuration.trustedFolders.contains { folder in
            RealPath.isSame(real, orBelow: RealPath.find(HomeFolder.expand(folder)))
        }
    }
}

extension ConfigurationReader {
    /// What to do about something that an untrusted file may not say.
    static let trustAdvice =
        "in the current folder's file that is allowed only with --trust-config, or if `batch.trusted_folders` in "
        + "~/.nllm/config.yaml names this folder"

    /// Checks the arguments of a model, of which each has its line.
    mutating func checkTrust(ofArguments arguments: [(text: String, line: Int)]) {
        guard !isTrusted else { return }
        for (offset, flag) in LLMArguments(arguments.map(\.text)).needingTrust {
            reportUntrusted(
                "`\(flag)` in a model's `options` can make llm run code or read files; \(Self.trustAdvice)",
                line: arguments[offset].line)
        }
    }

    /// Checks a setting that names a file to read.
    mutating func checkTrust(of setting: Setting, _ value: JSONValue, line: Int) {
        guard !isTrusted, setting == .prices, let path = value.stringValue else { return }
        let folder = RealPath.find(AbsolutePath.parent(place.path))
        let named = AbsolutePath.resolve(path, in: AbsolutePath.parent(place.path))
        guard !RealPath.isSame(RealPath.find(named), orBelow: folder) else { return }
        reportUntrusted("`\(setting.name)` names a file outside of this folder; \(Self.trustAdvice)", line: line)
    }

    private mutating func reportUntrusted(_ message: String, line: Int) {
        guard trust == .noted else { return report(message, line: line) }
        configuration.untrusted.append(InputProblem(file: place.name, line: line, message: message))
    }

    private var isTrusted: Bool { place.role != .project || trust == .given }
}

extension LLMArguments {
    /// Flags that neither run code nor read files; all others need trust, those of later versions of `llm` included.
    private static let harmless: Set<String> = [
        "--option", "--system", "--extract", "--extract-last", "--hide-reasoning", "--usage", "--no-log", "--no-stream",
        "--json",
    ]

    /// The flags that may run code or read files, each with the place of its argument.
    var needingTrust: [(offset: Int, flag: String)] {
        var found: [(Int, String)] = []
        var offset = 0
        for item in items {
            for flag in item.flags where !Self.isHarmless(flag) { found.append((offset, flag.name)) }
            offset += item.raw.count
        }
        return found
    }

    private static func isHarmless(_ flag: Flag) -> Bool {
        // Without all its values a flag takes what follows the configured arguments.
        guard let count = arity[flag.name], flag.values.count >= count else { return false }
        if harmless.contains(flag.name) { return true }
        guard ["--schema", "--schema-multi"].contains(flag.name), let schema = flag.values.first else { return false }
        return isSchemaItself(schema)
    }

    /// Whether `llm` takes a text for a schema, and not for the name of a file or template or for a stored one.
    private static func isSchemaItself(_ text: String) -> Bool {
        let trimmed = text.drop(while: \.isWhitespace)
        guard !trimmed.hasPrefix("t:") else { return false }
        if trimmed.hasPrefix("{"), (try? JSONParser.parse(text)) != nil { return true }
        let end = trimmed.lastIndex { !$0.isWhitespace } ?? trimmed.startIndex
        return trimmed[..<end].contains(" ") || text.contains(",")
    }
}

/// Paths with all links followed.
enum RealPath {
    /// The path that the system finds; where nothing is there, the path as it is written, made absolute.
    static func find(_ path: String) -> String {
        let absolute = AbsolutePath.resolve(path)
        guard let found = realpath(absolute, nil) else { return absolute }
        defer { free(found) }
        return String(cString: found)
    }

    /// Whether a real path is a folder's or of something below it.
    static func isSame(_ path: String, orBelow folder: String) -> Bool {
        path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }
}
