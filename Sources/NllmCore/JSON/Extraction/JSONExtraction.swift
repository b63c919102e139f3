/// Finds the JSON in an answer: the answer itself, else in code marked as JSON, else in other code, else in prose.
///
/// Only objects and arrays count. A model's reasoning is searched last, and a value that is cut off does not count,
/// however much of it there is. Apart from that, it finds what nllm would find in an answer, or a value that contains
/// it; where braces in strings misled nllm, it finds the actual value. An answer is read a fixed number of times,
/// however broken it is.
enum JSONExtraction {
    /// The first object or array that a strategy finds; nil if none finds any.
    static func extract(_ text: String) -> JSONValue? {
        var text = text
        return text.withUTF8 { bytes in
            if let value = document(bytes[...]) { return value }
            let thoughts = ThinkBlocks(bytes)
            var search = Search(bytes, passingOver: thoughts)
            if let value = search.result() { return value }
            // A draft does not make up for an answer that is cut off.
            guard !thoughts.ranges.isEmpty, !search.isCutOff else { return nil }
            search = Search(bytes, passingOver: nil)
            return search.result()
        }
    }

    /// The object or array that makes up a whole text, apart from white space around it.
    fileprivate static func document(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> JSONValue? {
        let trimmed = WhiteSpace.trimmed(text)
        switch (trimmed.first, trimmed.last) {
        case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")): break
        default: return nil
        }
        var parser = JSONParser(UnsafeBufferPointer(rebasing: trimmed), leniently: true)
        let value = parser.value(at: 0)
        return parser.index == trimmed.count ? value : nil
    }
}

/// A search through an answer, strategy by strategy.
private struct Search {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let thoughts: ThinkBlocks?
    /// Whether the text ends within an object or array.
    private(set) var isCutOff = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, passingOver thoughts: ThinkBlocks?) {
        self.bytes = bytes
        self.thoughts = thoughts
    }

    mutating func result() -> JSONValue? {
        inAnswers() ?? inBlocks() ?? inSpans() ?? inProse(bytes, passingOver: thoughts)
    }

    /// Text before, between or after blocks of reasoning.
    private func inAnswers() -> JSONValue? {
        guard let thoughts, !thoughts.ranges.isEmpty else { return nil }
        for answer in thoughts.answers(count: bytes.count) {
            if let value = JSONExtraction.document(bytes[answer]) { return value }
        }
        return nil
    }

    /// Code marked as JSON, alone or within other text, before code without a language.
    private mutating func inBlocks() -> JSONValue? {
        let blocks = CodeBlocks(bytes).filter {
            $0.language != .other && thoughts?.block(at: $0.range.lowerBound) == nil
        }
        let json = blocks.filter { $0.language == .json }
        for block in json {
            if let value = JSONExtraction.document(bytes[block.range]) { return value }
        }
        for block in json {
            let code = UnsafeBufferPointer(rebasing: bytes[block.range])
            if let value = inProse(code, passingOver: nil) { return value }
        }
        for block in blocks where block.language == .unnamed && block.isClosed {
            if let value = JSONExtraction.document(bytes[block.range]) { return value }
        }
        return nil
    }

    /// The value in an inline span, or the object or array with the span inside one of its strings.
    private mutating func inSpans() -> JSONValue? {
        for span in CodeSpans(bytes) where thoughts?.block(at: span.lowerBound) == nil {
            guard let value = JSONExtraction.document(bytes[span]) else { continue }
            var values = OutermostValues(bytes, passingOver: thoughts)
            while let around = values.next() {
                guard around.range.upperBound > span.lowerBound else { continue }
                return around.range.lowerBound < span.lowerBound ? around.value : value
            }
            guard let cut = values.cut, cut < span.lowerBound else { return value }
            return nil
        }
        return nil
    }

    /// The first object, or array that contains an object, else the first array: prose uses brackets for many purposes.
    private mutating func inProse(
        _ text: UnsafeBufferPointer<UInt8>, passingOver thoughts: ThinkBlocks?
    ) -> JSONValue? {
        var array: JSONValue?
        var values = OutermostValues(text, passingOver: thoughts)
        while let (value, _) = values.next() {
            if Self.holdsObject(value) { return value }
            array = array ?? value
        }
        isCutOff = isCutOff || values.cut != nil
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
