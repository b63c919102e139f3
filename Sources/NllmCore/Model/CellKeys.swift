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
        shared = Self.hasher(prompt, system: prompt.system(for: nil, common: common.system), common)
    }

    /// The part of a model's keys that is the same for all prompts without options of their own.
    struct ModelPart {
        let planned: PlannedModel
        fileprivate let bytes: [UInt8]

        init(_ planned: PlannedModel, common: CommonRequest) {
            self.planned = planned
            bytes = Self.bytes(planned, common.options, of: nil)
        }

        fileprivate static func bytes(_ planned: PlannedModel, _ common: [ModelOption], of prompt: Prompt?) -> [UInt8] {
            let model = planned.variant
            var bytes: [UInt8] = []
            bytes.add(model.name)
            // The order of options does not change the request.
            let options = ModelOption.merged(common, model.options, prompt?.options ?? [])
            bytes.add(options.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value] })
            let particulars = model.arguments + planned.files.flatMap(\.digests)
            if !particulars.isEmpty { bytes.add(particulars) }
            return bytes
        }
    }

    /// The key of the prompt's cell for a model and a sample.
    func key(_ part: ModelPart, sample: Int) -> [UInt8] {
        let (planned, model) = (part.planned, part.planned.variant)
        var hasher = shared
        if prompt.system == nil, let system = model.system {
            hasher = Self.hasher(prompt, system: prompt.system(for: system, common: nil), common)
        }
        var bytes = prompt.options.isEmpty ? part.bytes : ModelPart.bytes(planned, common.options, of: prompt)
        bytes.add(String(sample))
        hasher.update(data: bytes)
        return Array(hasher.finalize())
    }

    private static func hasher(_ prompt: Prompt, system: String?, _ common: CommonRequest) -> SHA256 {
        var bytes: [UInt8] = []
        bytes.add(prompt.text)
        bytes.add(system)
        // A file counts by its content, whatever its path.
        bytes.add(prompt.schemaFile?.digest.map { "sha256:" + $0 } ?? prompt.schema)
        bytes.add(common.arguments)
        bytes.add(prompt.attachments.map { $0.digest ?? $0.location })
        if prompt.isConversation { bytes.add(prompt.conversation, turns: prompt.turns) }
        if let answer = prompt.givenAnswer { bytes.add(given: answer) }
        var hasher = SHA256()
        hasher.update(data: bytes)
        return hasher
    }
}

extension [UInt8] {
    fileprivate mutating func add(_ text: String?) {
        guard let text else { return append(0) }
        append(1)
        add(count: text.utf8.count)
        append(contentsOf: text.utf8)
    }

    /// Begins with a byte that nothing else begins with, because plain prompts have nothing here.
    fileprivate mutating func add(_ conversation: Conversation?, turns: [String]) {
        append(2)
        add(turns)
        add(count: conversation?.messages.count ?? 0)
        for message in conversation?.messages ?? [] {
            add(message.role.rawValue)
            add(
                message.parts.flatMap { part in
                    switch part {
                    case .text(let text): ["text", text]
                    case .link(let url): ["link", url]
                    case .content(let content): [content.type, content.digest]
                    }
                })
        }
    }

    /// Begins with a byte that nothing else begins with, because no answer of a model is an answer to such a cell.
    fileprivate mutating func add(given answer: String) {
        append(3)
        add(answer)
    }

    fileprivate mutating func add(_ texts: [String]) {
        add(count: texts.count)
        for text in texts { add(text) }
    }

    private mutating func add(count: Int) {
        Swift.withUnsafeBytes(of: UInt64(count).littleEndian) { append(contentsOf: $0) }
    }
}
