internal import Crypto

/// The hash of everything that decides a cell's request: two cells with one key ask the same.
///
/// Each part is hashed with its length, so that no two lists of parts give the same bytes.
struct CellKey {
    static let length = 32

    /// The hash of what all cells of a prompt share.
    private let prompt: SHA256

    init(prompt: Prompt, system: String?, arguments: [String]) {
        var hasher = SHA256()
        hasher.add(prompt.text)
        hasher.add(system)
        hasher.add(prompt.schema)
        hasher.add(arguments)
        hasher.add(prompt.attachments.map { $0.digest ?? $0.location })
        self.prompt = hasher
    }

    /// The key of the prompt's cell for that model, those options in force and that sample.
    func bytes(model: String, options: [ModelOption], sample: Int) -> [UInt8] {
        var hasher = prompt
        hasher.add(model)
        // The order in which options were written does not change the request.
        hasher.add(options.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value] })
        hasher.add(String(sample))
        return Array(hasher.finalize())
    }
}

extension SHA256 {
    fileprivate mutating func add(_ text: String?) {
        guard let text else { return update(data: [UInt8(0)]) }
        update(data: [UInt8(1)])
        add(count: text.utf8.count)
        var copy = text
        copy.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    fileprivate mutating func add(_ texts: [String]) {
        add(count: texts.count)
        for text in texts { add(text) }
    }

    private mutating func add(count: Int) {
        withUnsafeBytes(of: UInt64(count).littleEndian) { update(bufferPointer: $0) }
    }
}
