/// A model as a run uses it: its name in `llm`, with options, and a label that is unique in the run.
public struct ModelVariant: Sendable, Equatable {
    /// The user's text, with `#2`, `#3` if several models of a run have the same.
    public internal(set) var label: String
    /// The model's name in `llm`.
    public let name: String
    private(set) var options: [ModelOption]
    /// The system prompt for prompts that have none.
    private(set) var system: String?
    /// Further arguments for `llm`.
    private(set) var arguments: [String] = []

    /// Parses `NAME` or `NAME[key=value,…]`; that text is the label.
    public init(_ text: String) throws(NllmError) {
        label = text
        guard text.hasSuffix("]"), let bracket = text.firstIndex(of: "["), bracket > text.startIndex else {
            guard !text.contains("["), !text.contains("]") else {
                throw .usage("model `\(Self.shown(text))`: half of its options; write 'NAME[key=value,key=value]'")
            }
            name = text
            options = []
            try Self.check(name: text, in: text)
            return
        }
        name = String(text[..<bracket])
        try Self.check(name: name, in: text)
        var options: [ModelOption] = []
        for pair in text[text.index(after: bracket)...].dropLast().split(
            separator: ",", omittingEmptySubsequences: false)
        {
            guard let option = ModelOption(pair: pair) else {
                let shown = Self.shown(text)
                let what = shown == text ? "`\(pair)`" : "one of its options"
                throw .usage("model `\(shown)`: \(what) is not key=value; write 'NAME[key=value,key=value]'")
            }
            options.append(option)
        }
        self.options = options
    }

    /// A model whose name is the whole text, brackets included.
    init(named name: String) throws(NllmError) {
        try Self.check(name: name, in: name)
        self.init(label: name, name: name, options: [], system: nil, arguments: [])
    }

    init(label: String, name: String, options: [ModelOption], system: String?, arguments: [String]) {
        self.label = label
        self.name = name
        self.options = options
        self.system = system
        self.arguments = arguments
    }

    /// A model with arguments for `llm`, as in configuration files; its name is the label.
    init(name: String, arguments: [String]) throws(NllmError) {
        label = name
        self.name = name
        options = []
        try Self.check(name: name, in: name)
        try append(arguments)
    }

    /// Adds arguments for `llm`: options and the system prompt replace earlier ones.
    mutating func append(_ more: [String]) throws(NllmError) {
        let read = LLMArguments(more)
        if let refusal = read.refusal { throw .usage("model `\(label)`: \(refusal)") }
        for item in read.items {
            // Combined flags, as in `-xu`, set neither.
            let flag = item.flags.count == 1 ? item.flags.first : nil
            switch (flag?.name, flag?.values) {
            case ("--option", .some(let pair)) where pair.count == 2:
                options = ModelOption.merged(options, [ModelOption(name: pair[0], value: pair[1])])
            case ("--system", .some(let texts)) where texts.count == 1:
                system = texts[0].withoutByteOrderMark
            default: arguments += item.raw.map(\.withoutByteOrderMark)
            }
        }
    }

    private static func check(name: String, in text: String) throws(NllmError) {
        guard !name.isEmpty else { throw .usage("an empty model name; name one that `llm models` lists") }
        guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), !name.hasPrefix("-") else {
            throw .usage("model `\(shown(text))`: a name can't start with `-` or hold control characters")
        }
    }

    /// A model as a user wrote it, for messages: without its options if any of them may be a secret.
    static func shown(_ text: String) -> String {
        guard let bracket = text.firstIndex(of: "[") else { return Redaction.redact(text) }
        let options = text[text.index(after: bracket)...]
        let names = options.split(separator: ",").map { $0.prefix { $0 != "=" && $0 != ":" } }
        let isSecret =
            names.contains { SecretName.isSecret(String($0)) } || Redaction.redact(arguments: [text]) != [text]
        return isSecret ? Redaction.redact(String(text[..<bracket])) + "[…]" : text
    }

    /// Whether a text in a prompt means this model: by its label, or by its name if that is not another model's label.
    func answers(to text: String, among models: [ModelVariant]) -> Bool {
        text == label || text == name && !models.contains { $0.label == text }
    }

    /// Whether a prompt is for this model.
    func isMeant(by prompt: Prompt, among models: [ModelVariant]) -> Bool {
        prompt.models?.contains { answers(to: $0, among: models) } ?? true
    }

    /// The models with their labels made unique.
    static func distinct(_ models: [ModelVariant]) -> [ModelVariant] {
        var taken = Set(models.map(\.label))
        var counts: [String: Int] = [:]
        return models.map { model in
            var model = model
            let written = model.label
            counts[written, default: 0] += 1
            guard var number = counts[written], number > 1 else { return model }
            while !taken.insert("\(written)#\(number)").inserted { number += 1 }
            model.label = "\(written)#\(number)"
            counts[written] = number
            return model
        }
    }
}
