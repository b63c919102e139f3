/// Translates the regular expressions of JavaScript (ECMA-262 with the flag `u`), which JSON Schema uses, for PCRE2.
///
/// Options of PCRE2 do the rest: `\d`, `\w` and `\b` mean ASCII without `PCRE2_UCP`, `$` does not match before a final line
/// break, `[]` and `[^]` are classes, and a reference to a group that took no part matches nothing. Beyond the standard,
/// a backslash before any mark is taken, as most programs do.
struct ECMAPattern {
    /// What `\s` means, as parts of a class: WhiteSpace and LineTerminator of ECMA-262.
    private static let space =
        #"\x{9}-\x{D}\x{20}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}"#
    /// All other characters.
    private static let notSpace =
        #"\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}"#
        + #"\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}"#
    /// The letters of escapes that mean several characters.
    private static let sets: Set<Unicode.Scalar> = ["d", "D", "w", "W", "s", "S", "p", "P"]
    /// What a dot means: anything but a LineTerminator.
    private static let dot = #"[^\n\r\x{2028}\x{2029}]"#

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var isInClass = false
    /// Whether an escape that means several characters comes right before.
    private var isAfterSet = false
    private var translation = ""

    /// A pattern of JavaScript in PCRE2's syntax.
    static func translate(_ text: String) throws(PatternProblem) -> String {
        var pattern = ECMAPattern(text)
        while let next = pattern.take() { try pattern.translate(next) }
        return pattern.translation
    }

    private init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take() -> Unicode.Scalar? {
        guard let peek else { return nil }
        index += 1
        return peek
    }

    private mutating func take(_ wanted: String) -> Bool {
        guard scalars[index...].starts(with: wanted.unicodeScalars) else { return false }
        index += wanted.unicodeScalars.count
        return true
    }

    private func problem(_ message: String, at place: Int) -> PatternProblem {
        PatternProblem(message: message, offset: place)
    }

    private mutating func translate(_ scalar: Unicode.Scalar) throws(PatternProblem) {
        let isAfterSet = isAfterSet
        self.isAfterSet = scalar == "\\" && isSet(at: index)
        switch scalar {
        case "\\": try escape()
        case "]" where isInClass:
            isInClass = false
            append(scalar)
        // In a class of PCRE2, `[:alpha:]` would be a class of POSIX.
        case "[" where isInClass: translation += #"\["#
        // A set is no end of a range: the hyphen is meant as such.
        case "-" where isInClass && (isAfterSet || (peek == "\\" && isSet(at: index + 1))): translation += #"\-"#
        case _ where isInClass: append(scalar)
        case "[":
            isInClass = true
            append(scalar)
            if take("^") { append("^") }
        case ".": translation += Self.dot
        case "(": try group()
        case "{" where !isQuantifier: translation += #"\{"#
        default: append(scalar)
        }
    }

    private func isSet(at place: Int) -> Bool { place < scalars.count && Self.sets.contains(scalars[place]) }

    private mutating func append(_ scalar: Unicode.Scalar) { translation.unicodeScalars.append(scalar) }

    /// Whether what follows a brace makes it `{2}`, `{2,}` or `{2,3}`.
    private var isQuantifier: Bool {
        let inside = scalars[index...].prefix { $0 != "}" }
        guard index + inside.count < scalars.count else { return false }
        let bounds = inside.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        return bounds.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } } && bounds.first?.isEmpty == false
    }

    /// Passes on the start of a group that JavaScript has.
    private mutating func group() throws(PatternProblem) {
        let start = index - 1
        translation += "("
        if peek == "*" { throw problem("nothing to repeat", at: index) }
        guard take("?") else { return }
        translation += "?"
        for kind in [":", "=", "!", "<=", "<!", "i:", "-i:"] where take(kind) {
            translation += kind
            return
        }
        // Not of JavaScript, but patterns that were written for Python have it, and it can mean nothing else.
        if translation == "(?", take("i)") {
            translation += "i)"
            return
        }
        guard take("<") else { throw problem("a group that ECMA-262 does not have", at: start) }
        translation += "<"
    }

    /// Translates an escape, whose backslash has been taken.
    private mutating func escape() throws(PatternProblem) {
        let start = index - 1
        guard let letter = take() else { throw problem("a backslash at the end", at: start) }
        switch letter {
        case "s": translation += isInClass ? Self.space : "[\(Self.space)]"
        case "S": translation += isInClass ? Self.notSpace : "[^\(Self.space)]"
        case "d", "D", "w", "W", "t", "n", "r", "f": translation += "\\\(letter)"
        case "v": translation += #"\x{B}"#
        case "b": translation += isInClass ? #"\x{8}"# : #"\b"#
        case "B" where !isInClass: translation += #"\B"#
        case "0" where !isDigit(peek): translation += #"\x{0}"#
        case "1"..."9" where !isInClass: reference(letter)
        case "k" where !isInClass && peek == "<": translation += #"\k"#
        case "c": try control(from: start)
        case "x", "u": translation += "\\x{\(String(try codePoint(letter, from: start), radix: 16))}"
        case "p", "P": try property(letter, from: start)
        default:
            guard letter.value >= 0x80 || !UInt8(letter.value).isAlphanumeric else {
                throw problem("`\\\(letter)` is not an escape of ECMA-262", at: start)
            }
            // PCRE2 takes a backslash before ASCII alone; line breaks and spaces stay as they are.
            if letter.value < 0x80 { translation += "\\" }
            append(letter)
        }
    }

    private func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }

    /// A reference to a group by its number.
    private mutating func reference(_ first: Unicode.Scalar) {
        var number = String(first)
        while isDigit(peek), let digit = take() { number.unicodeScalars.append(digit) }
        translation += "\\g{\(number)}"
    }

    /// `\cX`: the control character of a letter.
    private mutating func control(from start: Int) throws(PatternProblem) {
        guard let letter = take(), letter.isASCII, letter.properties.isAlphabetic else {
            throw problem("`\\c` without its letter", at: start)
        }
        translation += "\\x{\(String(letter.value & 0x1F, radix: 16))}"
    }

    /// The character of `\xHH`, `\uHHHH`, `\uHHHH\uHHHH` (a surrogate pair) or `\u{H…}`.
    private mutating func codePoint(_ letter: Unicode.Scalar, from start: Int) throws(PatternProblem) -> UInt32 {
        let value: UInt32?
        if letter == "u", take("{") {
            let digits = scalars[index...].prefix { $0 != "}" }
            let isClosed = digits.endIndex < scalars.endIndex
            index = isClosed ? digits.endIndex + 1 : digits.endIndex
            value = isClosed && digits.count <= 8 ? hexadecimal(digits) : nil
        } else {
            var unit = takeHexadecimal(letter == "x" ? 2 : 4)
            let end = index
            if let high = unit, (0xD800..<0xDC00).contains(high), take("\\u") {
                if let low = takeHexadecimal(4), (0xDC00..<0xE000).contains(low) {
                    unit = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
                } else {
                    index = end
                }
            }
            value = unit
        }
        guard let value else { throw problem("`\\\(letter)` without its hexadecimal digits", at: start) }
        guard Unicode.Scalar(value) != nil else { throw problem("an escape that is not a character", at: start) }
        return value
    }

    private mutating func takeHexadecimal(_ count: Int) -> UInt32? {
        guard index + count <= scalars.count, let value = hexadecimal(scalars[index..<index + count]) else {
            return nil
        }
        index += count
        return value
    }

    private func hexadecimal(_ digits: ArraySlice<Unicode.Scalar>) -> UInt32? {
        guard digits.allSatisfy({ $0.isASCII && UInt8($0.value).isHexadecimalDigit }) else { return nil }
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    /// `\p{…}`: characters with a property, whose long names PCRE2 does not know.
    private mutating func property(_ letter: Unicode.Scalar, from start: Int) throws(PatternProblem) {
        guard take("{"), let end = scalars[index...].firstIndex(of: "}") else {
            throw problem("`\\\(letter)` without a name in braces", at: start)
        }
        let written = String(String.UnicodeScalarView(scalars[index..<end]))
        index = end + 1
        var name = written
        for key in ["General_Category=", "gc="] where name.hasPrefix(key) { name.removeFirst(key.count) }
        if name.isEmpty || name.hasPrefix("^") { throw problem("an unknown property `\(written)`", at: start) }
        translation += "\\\(letter){\(GeneralCategory.shortName(of: name) ?? name)}"
    }
}
