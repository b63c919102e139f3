/// Classes of characters in answers, quick for ASCII.
extension Unicode.Scalar {
    /// Whether it is white space (the property White_Space).
    var isSpace: Bool { isASCII ? self == " " || (9...13).contains(value) : properties.isWhitespace }

    /// Whether it is part of a word, as `\w` means it: letters, digits, their marks, and the underscore.
    var isWordPart: Bool {
        if isASCII { return UInt8(value).isAlphanumeric || self == "_" }
        return properties.isAlphabetic || properties.numericType != nil || properties.generalCategory == .nonspacingMark
    }

    /// Whether it is one of Python's `string.punctuation`, the marks of ASCII.
    var isASCIIPunctuation: Bool {
        (0x21...0x2F).contains(value) || (0x3A...0x40).contains(value) || (0x5B...0x60).contains(value)
            || (0x7B...0x7E).contains(value)
    }
}

extension Substring.UnicodeScalarView {
    /// The text without scalars of a kind at both ends.
    func trimming(_ isDropped: (Unicode.Scalar) -> Bool) -> Substring.UnicodeScalarView {
        let start = drop(while: isDropped)
        guard let last = start.lastIndex(where: { !isDropped($0) }) else { return start[start.endIndex...] }
        return start[...last]
    }
}
