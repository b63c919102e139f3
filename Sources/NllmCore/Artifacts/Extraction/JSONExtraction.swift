/// Finds the JSON in an answer: the answer itself, else in code, else in prose.
///
/// Only objects and arrays count. What nllm would find in an answer is found, or what encloses it; and where braces in
/// strings misled nllm, what stands there. An answer is read a fixed number of times, however broken it is.
enum JSONExtraction {
    /// The first object or array that a strategy finds; nil if none finds any.
    static func extract(_ text: String) -> JSONValue? {
        var text = text
        return text.withUTF8 { bytes in
            document(bytes[...]) ?? inBlocks(bytes) ?? inSpans(bytes) ?? inProse(bytes)
        }
    }

    /// The object or array that a text is as a whole, white space around it left out.
    private static func document(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> JSONValue? {
        let trimmed = WhiteSpace.trimmed(text)
        switch (trimmed.first, trimmed.last) {
        case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")): break
        default: return nil
        }
        var parser = JSONParser(UnsafeBufferPointer(rebasing: trimmed), leniently: true)
        let value = parser.value(at: 0)
        return parser.index == trimmed.count ? value : nil
    }

    private static func inBlocks(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        for block in CodeBlocks(bytes) {
            if let value = document(bytes[block]) { return value }
        }
        return nil
    }

    /// What an inline span holds, or the object or array that has the span inside one of its strings.
    private static func inSpans(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        for span in CodeSpans(bytes) {
            guard let value = document(bytes[span]) else { continue }
            let around = OutermostValues(bytes).first { $0.range.upperBound > span.lowerBound }
            guard let around, around.range.lowerBound < span.lowerBound else { return value }
            return around.value
        }
        return nil
    }

    /// The first object or array with an object in it, else the first array: prose has brackets for many uses.
    private static func inProse(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        var array: JSONValue?
        for (value, _) in OutermostValues(bytes) {
            if holdsObject(value) { return value }
            array = array ?? value
        }
        return array
    }

    private static func holdsObject(_ value: JSONValue) -> Bool {
        switch value {
        case .object: true
        case .array(let elements): elements.contains(where: holdsObject)
        default: false
        }
    }
}
