/// A parsed Python command line.
struct PythonCommandLine: Equatable {
    enum Program: Equatable {
        case script(String)
        case module(String)
    }

    /// The options that are for Python itself.
    var flags: [String] = []
    var program: Program
    /// The arguments of the program.
    var arguments: [String]

    /// Parses the words after Python's name; nil if they run neither a script nor a module.
    init?(_ words: [String]) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                (program, arguments) = (.script(word), Array(rest))
                return
            }
            // `-` alone is standard input, and the only long option is for builders of Python.
            guard word != "-", !word.hasPrefix("--") else { return nil }
            // Options may share a dash; one with a value takes the rest of the word, or the next word.
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
