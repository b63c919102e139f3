/// Names under which secrets are given.
enum SecretName {
    /// How a name stands in a text, which decides how certain it is that a secret follows.
    enum Kind {
        /// `--key`, that takes what follows.
        case flag
        /// `Bearer`
        case scheme
        /// What only a program calls so: `api_key`, `OPENAI_API_KEY`, `x-api-key`.
        case identifier
        /// What may be prose: `key`, `token`.
        case word
    }

    static let optionFlags: Set<String> = ["-o", "--option", "-p", "--param"]

    private static let words = ["key", "token", "password", "passwd", "passphrase", "secret"]
    /// What makes a `key` out of letters that go on without a separator: `apikey`, and not `monkey`.
    private static let keyKinds = ["api", "access", "auth", "secret", "private", "account", "service", "subscription"]
    /// What makes a key or token one of no secret: `sort_key`, `max_token`.
    private static let harmlessKinds: Set<String> = [
        "bos", "cache", "cls", "completion", "count", "eos", "foreign", "group", "input", "last", "logit", "mask",
        "max", "min", "num", "output", "pad", "page", "partition", "per", "primary", "prompt", "public", "row", "sep",
        "sort", "special", "stop", "unexpected", "unk",
    ]
    private static let strictFlags: Set<String> = ["--key", "--api-key", "--token", "--password", "--secret"]
    private static let strictOptions: Set<String> = [
        "key", "api_key", "apikey", "token", "access_token", "auth_token", "password", "secret", "client_secret",
    ]

    /// The kind of a name; nil if the word is none.
    static func kind(of word: ArraySlice<UInt8>) -> Kind? {
        guard mayBeName(word) else { return nil }
        let text = String(decoding: word, as: UTF8.self)
        let name = text.lowercased()
        if name == "bearer" { return .scheme }
        if name.hasSuffix("authorization") { return .identifier }
        guard isSecret(text) else { return nil }
        return name.hasPrefix("-") ? .flag : words.contains(name) ? .word : .identifier
    }

    /// Whether a name is one of a secret.
    static func isSecret(_ name: String) -> Bool {
        let lowercase = name.lowercased()
        guard let ending = words.first(where: lowercase.hasSuffix) else { return false }
        let head = lowercase.dropLast(ending.count)
        let kind = head.split(whereSeparator: { "-_. ".contains($0) }).last.map(String.init) ?? ""
        guard !harmlessKinds.contains(kind) else { return false }
        guard ending == "key", let last = head.last, !"-_. ".contains(last), !last.isNumber else { return true }
        // `apikey`, `openAIKey`
        return keyKinds.contains(where: head.hasSuffix) || name.hasSuffix("Key")
    }

    /// Whether an argument is a flag whose value is a secret.
    static func isFlag(_ argument: String) -> Bool {
        argument.hasPrefix("-") && argument.utf8.allSatisfy(RedactionScanner.isWord) && isSecret(argument)
    }

    /// Whether it is one that is refused.
    static func isStrictFlag(_ argument: String) -> Bool {
        strictFlags.contains(argument.lowercased().replacing("_", with: "-"))
    }

    /// Whether an option is one that is refused.
    static func isStrictOption(_ name: String) -> Bool {
        let name = name.lowercased().replacing("-", with: "_")
        return strictOptions.contains(name) || name.hasSuffix("_api_key")
    }

    /// Decides by the last letters of a word, because nearly all words of a text end here.
    private static func mayBeName(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count >= 3 else { return false }
        func letter(_ index: Int) -> Unicode.Scalar { Unicode.Scalar(word[word.endIndex - index] | 0x20) }
        return switch (letter(3), letter(2), letter(1)) {
        case ("k", "e", "y"), ("k", "e", "n"), ("o", "r", "d"), ("s", "w", "d"), ("a", "s", "e"), ("r", "e", "t"),
            ("r", "e", "r"):
            true
        case ("i", "o", "n"): word.count >= "authorization".utf8.count
        default: false
        }
    }
}
