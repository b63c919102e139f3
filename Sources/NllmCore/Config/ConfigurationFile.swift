#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The YAML of one configuration file.
enum ConfigurationFile {
    static let sizeLimit = 1 << 20

    /// What stands in the file; nil if it may be missing and is, or holds nothing but comments.
    static func root(of place: ConfigurationPlace) throws(ConfigurationFlaw) -> (isThere: Bool, root: YAMLNode?) {
        guard let text = try text(of: place) else { return (false, nil) }
        return (true, try parse(text))
    }

    /// The root of a YAML text; nil if there is nothing but comments.
    static func parse(_ yaml: String) throws(ConfigurationFlaw) -> YAMLNode? {
        let scalars = yaml.unicodeScalars.dropFirst(yaml.unicodeScalars.first == "\u{FEFF}" ? 1 : 0)
        try checkCharacters(scalars)
        let text = String(scalars)
        do throws(YAMLProblem) {
            return try YAMLNode.parse(text)
        } catch {
            throw flaw(error, in: text)
        }
    }

    private static func text(of place: ConfigurationPlace) throws(ConfigurationFlaw) -> String? {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try FileReader(path: place.path).rest(limit: sizeLimit)
        } catch {
            let isMissing = [ENOENT, ENOTDIR].contains(error.code)
            if isMissing, !place.isRequired { return nil }
            let advice =
                isMissing
                ? "name a file that is there; `nllm-batch config init` writes one"
                : "name or make a file that can be read"
            throw ConfigurationFlaw("\(error.reason); \(advice)")
        }
        guard let bytes else {
            throw ConfigurationFlaw("over \(sizeLimit >> 20) MB; a configuration is shorter, name another file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw ConfigurationFlaw("not valid UTF-8; save the file as UTF-8", line: index.map { $0 + 1 })
        }
        return text
    }

    /// Throws if there is a character that may not stand in YAML, of which the parser would not tell the line.
    private static func checkCharacters(_ scalars: Substring.UnicodeScalarView) throws(ConfigurationFlaw) {
        var line = 1
        for scalar in scalars {
            switch scalar.value {
            case 0x0A: line += 1
            case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFEFE, 0xFF00...0xFFFD, 0x10000...: continue
            default:
                let code = scalar.value.digits(4, radix: 16, uppercase: true)
                throw ConfigurationFlaw("a character that may not stand in YAML, U+\(code); take it out", line: line)
            }
        }
    }

    private static func flaw(_ problem: YAMLProblem, in text: String) -> ConfigurationFlaw {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        // What is missing at the end is told of the last line that holds something.
        let last = lines.lastIndex { !$0.isEmpty } ?? 0
        let index = problem.line.map { min($0 - 1, last) }
        let line = index.map { lines[$0] } ?? ""
        let advice =
            switch problem.kind {
            case .broken where line.hasPrefix("\t"): "; indent with spaces, not with tabs"
            case .broken where line.hasPrefix("---"): "; a file holds one document, end it here"
            case .broken: "; check quotes, indentation and brackets"
            case .duplicateKeys: "; keep one of them"
            case .tooManyAliases, .tooDeep, .keyIsNotText: ""
            }
        return ConfigurationFlaw(problem.message + advice, line: index.map { $0 + 1 })
    }
}
