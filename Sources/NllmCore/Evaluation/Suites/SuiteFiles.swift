/// Reads the files that a suite names.
///
/// Paths start at the suite's folder, in whatever file they stand. Outside of it, links resolved, only a trusted suite
/// reads. Only regular files are read.
struct SuiteFiles: Sendable {
    /// The suite's folder, an absolute path.
    let folder: String
    /// What messages put before names of files in it.
    private let prefix: String
    private let trustsFiles: Bool

    /// - Parameters:
    ///   - suite: the suite's path as the user named it.
    ///   - trustsFiles: whether files outside of the suite's folder may be read and written.
    init(suite: String, trustsFiles: Bool) {
        folder = AbsolutePath.parent(AbsolutePath.resolve(suite))
        prefix = suite.lastIndex(of: "/").map { String(suite[...$0]) } ?? ""
        self.trustsFiles = trustsFiles
    }

    /// How texts begin that name a file.
    static let scheme = "file://"
    static let trustAdvice = "outside of the suite's folder; allow that with --trust-config"
    private static let programs = ["py", "js", "cjs", "mjs", "ts", "rb", "sh", "go"]

    /// Whether a path leads out of the suite's folder although the suite is not trusted.
    func isForbidden(_ path: String) -> Bool {
        !trustsFiles && !RealPath.isSame(AbsolutePath.real(path), orBelow: AbsolutePath.real(folder))
    }

    /// The absolute path of a file in the suite's words.
    func path(_ text: String) -> String { AbsolutePath.resolve(text, in: folder) }

    /// A command's words with the absolute path of its program, if that is named by a path.
    func program(_ words: JSONValue) -> JSONValue {
        switch words {
        case .string(let name) where name.contains("/"): .string(path(name))
        case .array(let words): .array(words.prefix(1).map(program) + words.dropFirst())
        default: words
        }
    }

    /// The file that a text names, with or without `file://`; nil, and a problem, if it may not be read.
    func file(_ text: String, at place: InputPlace, _ problems: SuiteProblems) -> SuiteFile? {
        let name = text.hasPrefix(Self.scheme) ? String(text.dropFirst(Self.scheme.count)) : text
        let path = path(name)
        let ending = AbsolutePath.ending(name).prefix { $0 != ":" }
        guard !name.isEmpty, !name.utf8.contains(0) else {
            problems.report(place, "`\(text)` names no file; write file://PATH")
            return nil
        }
        if Self.programs.contains(String(ending)) {
            problems.report(place, "`\(name)` is a program, which a suite can't run; write its output to a file")
            return nil
        }
        if isForbidden(path) {
            problems.refuse(place, "`\(name)` is \(Self.trustAdvice)")
            return nil
        }
        guard let status = FileStatus(path, followingLinks: true) else {
            let isPattern = name.contains { "*?[{".contains($0) }
            problems.report(
                place, "`\(name)`: no such file" + (isPattern ? "; patterns are not supported, list the files" : ""))
            return nil
        }
        guard status.kind == .regular else {
            let what = status.kind == .directory ? "a directory; list its files" : "not a regular file"
            problems.report(place, "`\(name)` is \(what)")
            return nil
        }
        return SuiteFile(path: path, name: name.hasPrefix("/") ? name : prefix + name, reference: place)
    }
}
