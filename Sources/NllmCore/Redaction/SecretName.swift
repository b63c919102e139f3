/// Names under which secrets are given.
enum SecretName {
    /// The form of a name in a text, which determines how certain it is that a secret follows.
    enum Kind {
        /// `--key`, whose value is the next argument.
        case flag
        /// `Bearer`
        case scheme
        /// A name that only programs use: `api_key`, `OPENAI_API_KEY`, `x-api-key`.
        case identifier
        /// A name that may be prose: `key`, `token`.
        case word
    }

    static let optionFlags: Set<String> = ["-o", "--option", "-p", "--param"]

    private static let words = ["key", "token", "password", "passwd", "passphrase", "secret"]
    /// Prefixes that make a name of `key` without a separator: `apikey`, but not `monkey`.
    private static let keyKinds = ["api", "access", "auth", "secret", "private", "account", "service", "subscription"]
    /// Words that make a key or token a harmless one: `sort_key`, `max_token`.
    private static let harmlessKinds: Set<String> = [
        "bos", "cache", "cls", "completion", "count", "eos", "foreign", "group", "input", "last", "logit", "mask",
        "max", "min", "num", "output", "pad", "page", "partition", "per", "primary", "prompt", "public", "row", "sep",
        "sort", "special", "stop", "unexpected", "unk",
    ]
    private static let strictFlags: Set<String> = ["--key", "--api-key", "--token", "--password", "--secret"]
    private static let strictOptions: Set<String> = [
        "key", "api_key", "apikey", "token", "access_token", "auth_token", "password", "secret", "client_secret",
    ]

    /// The kind of a name; nil if the word is not one.
    static func kind(of word: ArraySlice<UInt8>) -> Kind? {
        guard mayBeName(word) else { return nil }
        let text = String(decoding: word, as: UTF8.self)
        let name = text.lowercased()
        if name == "bearer" { return .scheme }
        if name.hasSuffix("authorization") { return .identifier }
        guard isSecret(text) else { return nil }
        return name.hasPrefix("-") ? .flag : words.contains(name) ? .word : .identifier
    }

    /// Whether a name is that of a secret.
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

    /// Whether it is one that is rejected.
    static func isStrictFlag(_ argument: String) -> Bool {
        strictFlags.contains(argument.lowercased().replacing("_", with: "-"))
    }

    /// Whether an option is one that is rejected.
    static func isStrictOption(_ name: String) -> Bool {
        let name = name.lowercased().replacing("-", with: "_")
        return strictOptions.contains(name) || name.hasSuffix("_api_key")
    }

    /// Decides by the last letters of a word, because this excludes almost all words of a text.
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
