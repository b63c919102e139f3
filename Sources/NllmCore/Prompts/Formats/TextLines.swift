/// A text with a prompt per line.
struct TextLines {
    private let source: PromptSource
    private let input: TextInput

    init(_ source: PromptSource, _ input: TextInput) {
        self.source = source
        self.input = input
    }

    /// Reads all lines; blank ones are counted.
    func read(into collector: inout PromptCollector) throws {
        var lines = LineReader(input)
        var number = 0
        var hasInvalidText = false
        while input.isRegular || !(collector.isHopeless || hasInvalidText), let line = try lines.next() {
            number += 1
            let place = InputPlace(file: source.path, line: number)
            guard case .bytes(let bytes) = line else {
                collector.report(place, "the line is over \(LineReader.lineLimit >> 20) MB")
                continue
            }
            guard let text = String(validating: bytes.last == 0x0D ? bytes.dropLast() : bytes, as: UTF8.self) else {
                if !hasInvalidText { collector.report(place, try source.flawOfEncoding(input)) }
                hasInvalidText = true
                continue
            }
            guard !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else { continue }
            let id = PromptCollector.id(line: number)
            let record = PromptRecord(text: text, id: id, place: place, directory: source.directory)
            try collector.take(record, of: source)
        }
    }
}
