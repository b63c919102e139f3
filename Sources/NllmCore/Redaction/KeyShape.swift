/// The forms of the keys that providers issue.
enum KeyShape {
    private struct Prefix {
        let text: [UInt8]
        /// Whether other words start the same way, so that the rest must look random.
        let isCommon: Bool
    }

    private static let rare = [
        "sk-", "AIza", "gsk_", "csk-", "nvapi-", "tgp_v1_", "lsv2_", "ghp_", "gho_", "ghs_", "ghu_", "ghr_",
        "github_pat_", "glpat-", "xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "sk_live_", "sk_test_",
    ]
    private static let common = ["sk_", "xai-", "hf_", "pplx-", "r8_", "fw_", "AKIA", "ASIA", "tvly-", "xapp-"]
    /// For keys with a period in the middle, the part before it.
    private static let dotted = ["ya29", "AQ"].map { Array($0.utf8) }
    /// Names of programs and languages that start like a key.
    private static let others = ["sk-learn", "sk-image"].map { Array($0.utf8) }

    private static let prefixes: [[Prefix]] = {
        var prefixes = [[Prefix]](repeating: [], count: 256)
        for text in rare + common {
            let prefix = Prefix(text: Array(text.utf8), isCommon: common.contains(text))
            prefixes[Int(prefix.text[0])].append(prefix)
        }
        return prefixes
    }()

    /// The length of the shortest word that can be a key without a mask or a period.
    static let shortest = 8

    /// The rest of a word that starts with a key's prefix; nil if it does not.
    static func rest(of word: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, isCommon: Bool)? {
        guard let first = word.first,
            let prefix = prefixes[Int(first)].first(where: { word.prefix($0.text.count) == $0.text[...] }),
            !others.contains(where: { word.prefix($0.count) == $0[...] })
        else { return nil }
        return (word.dropFirst(prefix.text.count), prefix.isCommon)
    }

    /// Whether a whole word has the form of a key.
    static func isKey(_ word: ArraySlice<UInt8>) -> Bool {
        guard let (rest, isCommon) = rest(of: word) else { return false }
        guard isCommon else { return rest.count >= 6 }
        return rest.split(whereSeparator: { !$0.isAlphanumeric }).contains { part in
            part.count >= 16 || part.count >= 8 && !part.allSatisfy(\.isLowercaseLetter)
        }
    }

    /// Whether a word is the part of a key before a period: the header of a JWT, or the start of Google's tokens.
    static func isBeforeStop(_ word: ArraySlice<UInt8>) -> Bool {
        word.count >= 10 && word.starts(with: "eyJ".utf8) || dotted.contains { $0[...] == word }
    }

    /// Whether a text is a key and cannot be a name that only starts like one.
    static func isCertainly(_ text: String) -> Bool {
        let scanner = RedactionScanner(bytes: Array(text.utf8), known: KnownSecrets([]))
        let isKey = scanner.keyEnd(of: 0..<scanner.wordEnd(from: 0)) == text.utf8.count
        return isKey && text.utf8.count >= 12 && (text.utf8.count >= 20 || text.contains(where: \.isNumber))
    }

    /// Whether a word looks random: long, with digits and letters that are hexadecimal or of both cases.
    static func isRandom(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count >= 12, word.allSatisfy(RedactionScanner.isWord) else { return false }
        var digits = false, letters = false, upper = false, lower = false, others = false
        for byte in word {
            switch byte {
            case _ where byte.isDigit: digits = true
            case _ where byte.isHexadecimalDigit: letters = true
            case UInt8(ascii: "-"), UInt8(ascii: "_"): break
            default: others = true
            }
            lower = lower || byte.isLowercaseLetter
            upper = upper || byte.isUppercaseLetter
        }
        return digits && (upper && lower || letters && !others)
    }

    /// Lengths of keys that consist only of letters and digits; those within a text may be longer.
    private static let drawnLengths = 32...1024
    /// Random text of such a length has more distinct letters and digits than this.
    private static let fewCharacters = 6

    /// Whether a whole argument can only be a key: nothing but letters and digits that do not form words.
    ///
    /// A word has one case, except for an occasional capital, and no digits; or it repeats a few characters.
    static func isDrawn(_ text: String) -> Bool {
        let bytes = text.utf8
        guard drawnLengths.contains(bytes.count), bytes.allSatisfy(\.isAlphanumeric), Set(bytes).count > fewCharacters
        else { return false }
        guard !bytes.contains(where: \.isDigit) else { return true }
        let capitals = bytes.count(where: \.isUppercaseLetter)
        return capitals * 4 > bytes.count && capitals < bytes.count
    }
}
