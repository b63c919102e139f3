internal import Crypto
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Finds the local files that `llm` reads for its flags, in the same places and in the same order.
struct LLMFileSearch {
    /// The directory in which `llm` runs.
    private let directory: String
    private let userFolder: String
    private let log: LLMLogLookup
    /// Results so far: one enqueue reads each file once.
    private var found: [Place: RequestFile?] = [:]

    private struct Place: Hashable {
        var flag: String
        var value: String
    }

    /// - Parameter directory: the directory in which `llm` runs.
    init(directory: String) {
        self.directory = directory
        userFolder = LLMUserFolder.path(in: directory)
        log = LLMLogLookup(path: userFolder + "/logs.db")
    }

    /// The file that `llm` reads for a flag's value, with the digest of its content.
    ///
    /// - Returns: the file, without a digest if the value leads to nothing; nil if the text itself counts, as with a
    ///   URL.
    /// - Throws: if `llm` would read a file there that cannot be read.
    mutating func file(_ flag: String, _ value: String) throws(FileError) -> RequestFile? {
        let place = Place(flag: flag, value: value)
        if let known = found[place] { return known }
        let file =
            switch flag {
            case "--attachment", "--attachment-type":
                value == "-" || value.contains("://") ? nil : try digested(flag, value, path: path(value))
            case "--functions":
                value.contains("\n") || !value.hasSuffix(".py") ? nil : try digested(flag, value, path: path(value))
            case "--fragment", "--system-fragment": try fragment(flag, value)
            case "--template": try template(flag, value, name: value)
            case "--schema", "--schema-multi": try schema(flag, value)
            default: nil as RequestFile?
            }
        found[place] = .some(file)
        return file
    }

    // MARK: By flag

    private func fragment(_ flag: String, _ value: String) throws(FileError) -> RequestFile? {
        if Self.isURL(value) || value == "-" { return nil }
        let path = path(value)
        let isThere = try Self.exists(path)
        if Self.hasPluginPrefix(value), !isThere { return nil }
        // Its own fragments take precedence over files. They never change under their hash, whatever an alias means
        // later.
        if let hash = log.fragment(value) { return RequestFile(flag: flag, value: value, digest: hash) }
        return isThere
            ? try digested(flag, value, path: path) : RequestFile(flag: flag, value: value, path: path)
    }

    private func schema(_ flag: String, _ value: String) throws(FileError) -> RequestFile? {
        let text = value.trimmingWhiteSpace
        if text.hasPrefix("t:") { return try template(flag, value, name: String(text.dropFirst(2))) }
        if value.isEmpty || text.hasPrefix("{") && (try? JSONParser.parse(text)) != nil { return nil }
        // Either makes it a schema in short form.
        if text.contains(" ") || value.contains(",") { return nil }
        let path = path(value)
        if try Self.exists(path) { return try digested(flag, value, path: path) }
        return log.hasSchema(value) ? nil : RequestFile(flag: flag, value: value, path: path)
    }

    private func template(_ flag: String, _ value: String, name: String) throws(FileError) -> RequestFile? {
        if Self.isURL(name) { return nil }
        var path = path(name)
        if try !Self.exists(path) {
            if Self.hasPluginPrefix(name) { return nil }
            path = AbsolutePath.literal(name + ".yaml", in: userFolder + "/templates")
            guard try Self.exists(path) else { return RequestFile(flag: flag, value: value, path: path) }
        }
        guard let bytes = try FileReader(path: path).rest(limit: LineReader.lineLimit) else {
            throw FileError(Errno.fileTooLarge, path: path)
        }
        let digest = Hexadecimal.text(SHA256.hash(data: bytes))
        var file = RequestFile(flag: flag, value: value, path: path, digest: digest)
        // As a schema, a template provides nothing else.
        guard flag == "--template" else { return file }
        let text = TemplateText(bytes)
        for part in text.files {
            let found = try part.isAttachment ? attachment(part) : fragment(part.flag, part.value)
            guard let found else { continue }
            file.parts.append(found)
        }
        guard file.parts.isEmpty || text.renaming({ $1 }) != nil else {
            let reason =
                "names files in a way that can't be followed; begin a line with each of `fragments:`, "
                + "`system_fragments:`, `attachments:` and `attachment_types:`"
            throw FileError(Errno.invalidArgument, path: path, reason: reason)
        }
        return file
    }

    /// An attachment that a template names: unlike one on the command line it may be missing until `llm` reports that.
    private func attachment(_ part: RequestFile) throws(FileError) -> RequestFile? {
        if part.value == "-" || part.value.contains("://") { return nil }
        let path = path(part.value)
        guard try Self.exists(path) else { return RequestFile(flag: part.flag, value: part.value, path: path) }
        return try digested(part.flag, part.value, path: path)
    }

    // MARK: Files

    private func path(_ value: String) -> String { AbsolutePath.literal(value, in: directory) }

    private func digested(_ flag: String, _ value: String, path: String) throws(FileError) -> RequestFile {
        RequestFile(flag: flag, value: value, path: path, digest: try FileDigest.hexadecimal(path: path))
    }

    private static func exists(_ path: String) throws(FileError) -> Bool {
        var info = stat()
        guard stat(path, &info) != 0 else { return true }
        guard [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(errno) else {
            throw FileError(Errno(rawValue: errno), path: path)
        }
        return false
    }

    private static func isURL(_ value: String) -> Bool { ["http://", "https://"].contains { value.hasPrefix($0) } }

    /// Whether a plugin is meant, as in `github:simonw/llm`.
    private static func hasPluginPrefix(_ value: String) -> Bool {
        let name = value.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard !name.isEmpty, name.endIndex < value.utf8.endIndex else { return false }
        return name.allSatisfy { $0.isAlphanumeric || "-_".utf8.contains($0) }
    }
}

extension String {
    fileprivate var trimmingWhiteSpace: String {
        let scalars = unicodeScalars
        let start = scalars.drop { $0.properties.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
