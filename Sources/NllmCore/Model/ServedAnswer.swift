/// What the provider says of an answer; nil is what it does not say.
struct ServedAnswer: Sendable, Equatable {
    /// The number of characters of each text that are kept.
    static let length = 200

    /// The name of the model that gave it, which may be more precise than the one that was asked for.
    var model: String?
    /// What stands for the model's configuration: it changes when the provider changes that.
    var fingerprint: String?
    /// Why the model stopped, in lower case.
    var finishReason: String?

    /// The same without secrets, long texts and empty ones.
    var recorded: ServedAnswer {
        ServedAnswer(
            model: Self.recorded(model), fingerprint: Self.recorded(fingerprint),
            finishReason: Self.recorded(finishReason))
    }

    private static func recorded(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        // Redacted before it is cut, so that no half of a key is left.
        return String(Redaction.redact(text).unicodeScalars.prefix(length))
    }
}

extension ServedAnswer {
    /// `served_model`, `served_fingerprint` and `finish_reason` of an object.
    init(json: JSONValue) {
        self.init(
            model: json["served_model"]?.stringValue, fingerprint: json["served_fingerprint"]?.stringValue,
            finishReason: json["finish_reason"]?.stringValue)
    }

    /// The same members, without those that are not known.
    var members: [JSONValue.Member] {
        [("served_model", model), ("served_fingerprint", fingerprint), ("finish_reason", finishReason)]
            .compactMap { name, text in text.map { JSONValue.Member(name, .string($0)) } }
    }
}
