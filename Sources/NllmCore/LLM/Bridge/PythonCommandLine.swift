/// A Python command line, taken apart.
struct PythonCommandLine: Equatable {
    enum Program: Equatable {
        case script(String)
        case module(String)
    }

    /// The options that are for Python itself.
    var flags: [String] = []
    var program: Program
    /// What the program is given.
    var arguments: [String]

    /// Takes apart what followed Python's name; nil if that runs neither a script nor a module.
    init?(_ words: [String]) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                (program, arguments) = (.script(word), Array(rest))
                return
            }
            // `-` alone is standard input, and the one long option is for builders of Python.
            guard word != "-", !word.hasPrefix("--") else { return nil }
            // Options may share a dash; one with a value takes the rest of the word, or the next.
            guard let letter = word.firstIndex(where: { "cmWX".contains($0) }) else {
                flags.append(word)
                continue
            }
            let attached = String(word[letter...].dropFirst())
            guard let value = attached.isEmpty ? rest.popFirst() : attached else { return nil }
            switch word[letter] {
            case "c":
                return nil
            case "m":
                let others = String(word[..<letter])
                if others != "-" { flags.append(others) }
                (program, arguments) = (.module(value), Array(rest))
                return
            default:
                flags += attached.isEmpty ? [word, value] : [word]
            }
        }
        return nil
    }
}
