internal import FoundationEssentials
internal import Subprocess

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The environment of every `llm` and every warm Python: this process's own, with text in UTF-8.
///
/// Prompts, arguments, file names and answers are UTF-8 bytes here, whatever the user's locale. Python takes its
/// encodings from the locale and from its own variables; if flags such as pipx's `-E` make it ignore these, only the
/// locale remains.
enum ChildEnvironment {
    /// The environment of `llm`.
    static var llm: Environment { .inherit.updating(changes(to: ProcessInfo.processInfo.environment)) }

    /// The environment of a Python in `llm`'s place.
    ///
    /// - Parameter variables: all that it would have; nil for this process's own.
    /// - Returns: its environment.
    static func python(_ variables: [String: String]?) -> Environment {
        guard let variables else { return llm }
        return .custom(Dictionary(uniqueKeysWithValues: variables.map { (.init(stringLiteral: $0.key), $0.value) }))
            .updating(changes(to: variables))
    }

    /// What is set and, where nil, removed.
    private static func changes(to variables: [String: String]) -> [Environment.Key: String?] {
        var changes: [Environment.Key: String?] = [
            // JSON can express halves of surrogate pairs, and an answer with one must not be lost in printing.
            "PYTHONIOENCODING": "utf-8:surrogatepass", "PYTHONUTF8": "1",
        ]
        let all = variables["LC_ALL"].flatMap { $0.isEmpty ? nil : $0 }
        let one = variables["LC_CTYPE"].flatMap { $0.isEmpty ? nil : $0 }
        let name = all ?? one ?? variables["LANG"] ?? "C"
        guard !isUTF8(name), let other = ["C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"].first(where: isUTF8) else {
            return changes
        }
        // It would override the one that counts here.
        if all != nil { changes["LC_ALL"] = .some(nil) }
        changes["LC_CTYPE"] = other
        return changes
    }

    /// Whether a locale with that name exists, and uses UTF-8.
    private static func isUTF8(_ name: String) -> Bool {
        guard let locale = newlocale(LC_CTYPE_MASK, name, nil) else { return false }
        defer { freelocale(locale) }
        guard let codeset = nl_langinfo_l(nl_item(CODESET), locale) else { return false }
        return String(cString: codeset).uppercased() == "UTF-8"
    }
}
