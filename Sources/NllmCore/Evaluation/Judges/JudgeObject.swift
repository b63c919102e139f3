/// An object in a judge's text that looks like a verdict.
struct JudgeObject {
    let value: JSONValue
    /// How it is written, without what changes when a text is quoted.
    let bare: [UInt8]

    private static let names: Set = ["pass", "relation", "score"]

    /// All that are neither inside other values nor in the judge's reasoning (`<think>`); nil if the text ends within an
    /// object.
    static func all(in text: String) -> [JudgeObject]? {
        // An answer's tag that a reason quotes is no reasoning.
        if let whole = try? JSONParser.parse(text) { return object(whole, text.utf8).map { [$0] } ?? [] }
        var text = text
        return text.withUTF8 { bytes in
            var objects: [JudgeObject] = []
            var values = OutermostValues(bytes, passingOver: ThinkBlocks(bytes))
            while let (value, range) = values.next() {
                if let object = object(value, bytes[range]) { objects.append(object) }
            }
            return values.cut == nil ? objects : nil
        }
    }

    /// A text without white space and backslashes, which a quotation may have more or fewer of.
    static func bare(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.filter { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "\\") }
    }

    private static func object(_ value: JSONValue, _ text: some Sequence<UInt8>) -> JudgeObject? {
        guard case .object(let members) = value, members.contains(where: { names.contains($0.name) }) else {
            return nil
        }
        return JudgeObject(value: value, bare: bare(text))
    }
}
