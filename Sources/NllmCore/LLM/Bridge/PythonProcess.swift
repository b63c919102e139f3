internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A Python process, as it was started.
struct PythonProcess: Sendable {
    /// Its absolute path, with symbolic links.
    var executable: String
    /// The words after its name.
    var words: [String]
    /// Nil if it contains anything that is not UTF-8.
    var environment: [String: String]?
    var directory: String
    /// The identities of its standard input, output and error.
    var streams: [String]

    /// Reads a report of ``SiteReport``; nil if it is not one.
    init?(report: some Sequence<UInt8>) {
        guard let report = try? JSONParser.parse(report), let executable = report["executable"]?.stringValue,
            let directory = report["directory"]?.stringValue
        else { return nil }
        self.executable = executable
        self.directory = directory
        words = report["words"]?.stringValues ?? []
        streams = report["streams"]?.stringValues ?? []
        if case .object(let members) = report["environment"] {
            environment = Dictionary(
                members.compactMap { member in member.value.stringValue.map { (member.name, $0) } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// Examines a running process through `/proc` on Linux; nil if it is not a Python that runs `llm`.
    init?(pid: pid_t) {
        let place = "/proc/\(pid)"
        let line = Self.texts(place + "/cmdline")
        guard let name = line?.first ?? nil, AbsolutePath.name(name).contains("py"),
            let directory = try? FileManager.default.destinationOfSymbolicLink(atPath: place + "/cwd")
        else { return nil }
        words = line?.dropFirst().compactMap(\.self) ?? []
        self.directory = directory
        (executable, streams) = (name, [])
        guard commandLine != nil else { return nil }
        // It will not become another program any more, so the following is about the same one.
        let variables = Self.texts(place + "/environ") ?? []
        streams = (0...2).compactMap { Self.identity("\(place)/fd/\($0)") }
        if !variables.contains(nil) {
            let pairs = variables.compactMap { variable in
                variable.flatMap { text in text.firstIndex(of: "=").map { (text[..<$0], text[$0...].dropFirst()) } }
            }
            environment = Dictionary(
                pairs.map { (String($0.0), String($0.1)) }, uniquingKeysWith: { first, _ in first })
        }
        if !name.contains("/") { executable = ProgramSearch.find(name, path: environment?["PATH"]) ?? name }
        // Otherwise it has ended meanwhile, and something may be missing.
        guard Self.texts(place + "/cmdline") == line else { return nil }
    }

    /// Its command line, if that runs `llm`.
    var commandLine: PythonCommandLine? {
        guard let line = PythonCommandLine(words) else { return nil }
        switch line.program {
        case .module(let name): return name == "llm" ? line : nil
        case .script(let path):
            return EntryScript(path: path.hasPrefix("/") ? path : "\(directory)/\(path)") == nil ? nil : line
        }
    }

    /// Identifies the file at a path; nil if there is none.
    static func identity(_ path: String) -> String? {
        var status = stat()
        return stat(path, &status) == 0 ? "\(status.st_dev):\(status.st_ino)" : nil
    }

    /// The NUL-terminated texts in a file, nil for each that is not UTF-8; nil if there are none.
    private static func texts(_ path: String) -> [String?]? {
        guard let bytes = try? FileReader(path: path, .any).rest(limit: 4 << 20), bytes.last == 0 else { return nil }
        return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).map {
            String(validating: $0, as: UTF8.self)
        }
    }
}
