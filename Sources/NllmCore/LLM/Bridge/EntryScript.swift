/// A script that an installer wrote to start `llm`, and nothing else, so that Python can be started instead.
///
/// A script with additional lines, such as one that sets a variable before it starts `llm`, is not one.
struct EntryScript {
    /// The command that its first lines run it with; nil if only a run can tell.
    let interpreter: [String]?

    /// Reads a program; nil if it is anything else.
    init?(path: String) {
        guard let bytes = try? FileReader(path: path).rest(limit: 1 << 16),
            let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("#!")
        else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let shebang = lines.removeFirst().dropFirst(2)
        // In a shell `exec` runs this; in Python it is a string.
        let exec = "'''exec' "
        if lines.count > 1, lines[0].hasPrefix(exec), lines[1] == "' '''" {
            interpreter = Self.execWords(lines[0].dropFirst(exec.count))
            lines.removeFirst(2)
        } else {
            interpreter = Self.shebangWords(shebang)
        }
        // With single spaces between words.
        let code = lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        guard code.contains("from llm.cli import cli"), code.allSatisfy(Self.isUsual) else { return nil }
    }

    /// Whether a line is one that pip, uv, conda or another installer writes.
    private static func isUsual(_ line: String) -> Bool {
        if line.isEmpty || line.hasPrefix("#") { return true }
        let whole = ["import re", "import sys", "from llm.cli import cli", "sys.exit(cli())"]
        // The line removes the extensions that such scripts have on Windows.
        let starts = [
            "if __name__ == ", "sys.argv[0] = ", "if sys.argv[0].endswith(", "elif sys.argv[0].endswith(",
        ]
        return whole.contains(line) || !line.contains(";") && starts.contains(where: line.hasPrefix)
    }

    /// The command of a first line.
    private static func shebangWords(_ line: Substring) -> [String]? {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let first = words.first, first.hasPrefix("/") else { return nil }
        if AbsolutePath.name(first) == "env" { return envWords(Array(words.dropFirst())) }
        #if os(Linux)
            // Everything after the interpreter is one argument.
            return words.count == 1 ? words : [first, words.dropFirst().joined(separator: " ")]
        #else
            return words
        #endif
    }

    /// The command that `env` runs, its name looked up in PATH; nil if it does anything else.
    private static func envWords(_ arguments: [String]) -> [String]? {
        var words = arguments
        if let first = words.first, first.hasPrefix("-S") {
            words[0].removeFirst(2)
            if words[0].isEmpty { words.removeFirst() }
        } else if words.count != 1 {
            return nil
        }
        let special = #"'"\$#="#
        guard let name = words.first, !name.hasPrefix("-"),
            !words.contains(where: { $0.contains(where: special.contains) })
        else { return nil }
        words[0] = name.contains("/") ? name : ProgramSearch.find(name) ?? name
        return words
    }

    /// The command of a line that a shell executes, before the script's own path; nil if the shell computes any part of
    /// it.
    private static func execWords(_ line: Substring) -> [String]? {
        let end = #" "$0" "$@""#
        guard line.hasSuffix(end) else { return nil }
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line.dropLast(end.count) {
            if #"$`\"#.contains(character), quote != "'" { return nil }
            if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character == " " {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return quote == nil && words.first?.hasPrefix("/") == true ? words : nil
    }
}
