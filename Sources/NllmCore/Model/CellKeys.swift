internal import Crypto

/// The hashes of everything that determines the requests of one prompt's cells: cells with the same key have the same
/// request.
///
/// Each part is hashed with its length, so that no two lists of parts give the same bytes. A key never changes between
/// versions, because answers are found by it.
struct CellKeys {
    static let length = 32

    private let prompt: Prompt
    private let common: CommonRequest
    /// The part that all cells share, except those of models with their own system prompt.
    private let shared: SHA256

    init(prompt: Prompt, common: CommonRequest) {
        self.prompt = prompt
        self.common = common
        shared = Self.hasher(prompt, system: prompt.system ?? common.system, common)
    }

    /// The key of the prompt's cell for a model and a sample.
    func key(_ planned: PlannedModel, sample: Int) -> [UInt8] {
        let model = planned.variant
        var hasher = shared
        if prompt.system == nil, let system = model.system { hasher = Self.hasher(prompt, system: system, common) }
        hasher.add(model.name)
        // The order of options does not change the request.
        let options = ModelOption.merged(common.options, model.options, prompt.options)
        hasher.add(options.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value] })
        let particulars = model.arguments + planned.files.flatMap(\.digests)
        if !particulars.isEmpty { hasher.add(particulars) }
        hasher.add(String(sample))
        return Array(hasher.finalize())
    }

    private static func hasher(_ prompt: Prompt, system: String?, _ common: CommonRequest) -> SHA256 {
        var hasher = SHA256()
        hasher.add(prompt.text)
        hasher.add(system)
        // A file counts by its content, whatever its path.
        hasher.add(prompt.schemaFile?.digest.map { "sha256:" + $0 } ?? prompt.schema)
        hasher.add(common.arguments)
        hasher.add(prompt.attachments.map { $0.digest ?? $0.location })
        return hasher
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
