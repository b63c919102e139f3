/// Data of one kind as blocks of a document: texts of about the same size, each compressed on its own.
///
/// Only the block that is being filled is held.
struct DataBlocks {
    /// Small enough to be opened at once where one value is needed, and large enough to compress well.
    private static let size = 256 << 10

    /// The kind, under which the page finds the blocks.
    let name: String
    private let brackets: (open: String, close: String)
    /// The number of blocks that are written, which is the number of the one that is being filled.
    private(set) var written = 0
    private var block: [UInt8] = []

    /// Blocks that are arrays.
    init(arrays name: String) { (self.name, brackets) = (name, ("[", "]")) }

    /// Blocks that are objects.
    init(objects name: String) { (self.name, brackets) = (name, ("{", "}")) }

    /// Adds an element of an array.
    mutating func add(_ value: JSONValue, _ write: ([UInt8]) throws -> Void) rethrows {
        try add(JSONWriter.line(value), write)
    }

    /// Adds a member of an object.
    mutating func add(_ value: JSONValue, as name: String, _ write: ([UInt8]) throws -> Void) rethrows {
        try add(Array("\"\(name)\":".utf8) + JSONWriter.line(value), write)
    }

    private mutating func add(_ bytes: [UInt8], _ write: ([UInt8]) throws -> Void) rethrows {
        block += Array((block.isEmpty ? brackets.open : ",").utf8)
        block += bytes
        if block.count >= Self.size { try flush(write) }
    }

    /// Writes what is left.
    mutating func flush(_ write: ([UInt8]) throws -> Void) rethrows {
        guard !block.isEmpty else { return }
        try write(Self.element(name, block + Array(brackets.close.utf8)))
        written += 1
        block.removeAll(keepingCapacity: true)
    }

    /// A block as an element of the document, which no browser runs or shows.
    static func element(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        Array("<script type=\"text/plain\" data-block=\"\(name)\">".utf8) + ZlibText.encoded(bytes)
            + Array("</script>\n".utf8)
    }
}
