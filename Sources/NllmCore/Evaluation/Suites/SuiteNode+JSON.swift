extension SuiteNode {
    /// Reads JSON.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - file: what messages call the file.
    /// - Throws: what is wrong, and where.
    init(json bytes: [UInt8], file: String) throws(InputProblem) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes)
        } catch {
            let before = bytes.prefix(error.offset)
            let line = before.count { $0 == 0x0A } + 1
            let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
            throw InputProblem(InputPlace(file: file, line: line), "column \(column): \(error.message)")
        }
        self = try bytes.withUnsafeBufferPointer { bytes throws(InputProblem) in
            var scanner = LineScanner(bytes: bytes, file: file)
            return try scanner.node(value)
        }
    }
}

/// Walks through JSON along with its value, to find the line of each part.
private struct LineScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let file: String
    private var index = 0
    private var line = 1

    init(bytes: UnsafeBufferPointer<UInt8>, file: String) {
        (self.bytes, self.file) = (bytes, file)
    }

    private var place: InputPlace { InputPlace(file: file, line: line) }

    /// The node of the value that comes next.
    mutating func node(_ value: JSONValue) throws(InputProblem) -> SuiteNode {
        skipSpace()
        let start = place
        switch value {
        case .array(let elements):
            var nodes: [SuiteNode] = []
            for element in elements {
                index += 1
                nodes.append(try node(element))
                skipSpace()
            }
            end(isEmpty: elements.isEmpty)
            return SuiteNode(content: .list(nodes), place: start)
        case .object(let members):
            var nodes: [SuiteMember] = []
            var names: Set<String> = []
            for member in members {
                index += 1
                skipSpace()
                let place = place
                guard names.insert(member.name).inserted else {
                    throw InputProblem(place, "duplicate key `\(member.name)`; keep one of them")
                }
                skipString()
                skipSpace()
                index += 1
                nodes.append(SuiteMember(name: member.name, place: place, value: try node(member.value)))
                skipSpace()
            }
            end(isEmpty: members.isEmpty)
            return SuiteNode(content: .mapping(nodes), place: start)
        case .string: skipString()
        default: while index < bytes.count, !",]}".utf8.contains(bytes[index]), bytes[index] > 0x20 { index += 1 }
        }
        return SuiteNode(content: .scalar(value), place: start)
    }

    /// Passes the closing bracket.
    private mutating func end(isEmpty: Bool) {
        if isEmpty {
            index += 1
            skipSpace()
        }
        index += 1
    }

    private mutating func skipString() {
        index += 1
        while bytes[index] != UInt8(ascii: "\"") { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
        index += 1
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] <= 0x20 {
            if bytes[index] == 0x0A { line += 1 }
            index += 1
        }
    }
}
