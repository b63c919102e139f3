/// A file, pipe or standard input with one prompt per line: a JSON object with its fields, or a string.
struct JSONLines {
    /// After this number of problems, nothing more is read from a pipe or device.
    private static let problemLimit = 100_000

    private let source: PromptSource
    /// What relative paths in it start from.
    private let directory: String

    init(_ source: PromptSource) {
        self.source = source
        directory =
            source.kind == .standardInput
            ? AbsolutePath.current : AbsolutePath.parent(AbsolutePath.resolve(source.path))
    }

    /// Reads all lines.
    ///
    /// - Returns: the digest of everything that was read.
    func read(into collector: inout PromptCollector) throws -> String {
        let file = try source.kind == .standardInput ? FileReader() : FileReader(path: source.path, .any)
        var lines = LineReader(file)
        var number = 0
        let before = collector.problems.count
        // A device may go on for ever without a single line that is right.
        while file.isRegular || collector.problems.count - before < Self.problemLimit, let line = try lines.next() {
            number += 1
            let place = InputPlace(file: source.path, line: number)
            switch line {
            case .tooLong: collector.report(place, "the line is over \(LineReader.lineLimit >> 20) MB")
            case .bytes(let bytes):
                // A byte order mark may stand before the first line only.
                let bytes = number == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
                guard !bytes.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) else { continue }
                try read(bytes, number, place, into: &collector)
            }
        }
        return lines.digest
    }

    private func read(
        _ bytes: ArraySlice<UInt8>, _ number: Int, _ place: InputPlace, into collector: inout PromptCollector
    ) throws {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes)
        } catch {
            let valid = String(validating: bytes, as: UTF8.self) != nil
            let column = String(decoding: bytes.prefix(error.offset), as: UTF8.self).count + 1
            collector.report(place, valid ? "column \(column): \(error.message)" : "not valid UTF-8")
            return
        }
        let fields: [PromptField]
        switch value {
        case .string: fields = [PromptField(name: "prompt", value: value)]
        case .object(let members): fields = members.map { PromptField(name: $0.name, value: $0.value) }
        default:
            collector.report(place, "\(value.kind), not an object with a `prompt`, or a string")
            return
        }
        let id = PromptCollector.id(line: number)
        try collector.take(
            PromptRecord(fields: fields, id: id, place: place, directory: directory), of: source)
    }
}
