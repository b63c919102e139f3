internal import Crypto

/// File names made from labels and ids by nllm's rule, without duplicates.
struct FileName {
    /// Longest name in characters.
    static let characterLimit = 100
    /// Longest name in bytes: file systems allow 255, and extensions are appended.
    static let byteLimit = 200

    /// The name for a text, without regard to other names.
    static func plain(_ text: String) -> String {
        var name = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    "<>:\"/\\|?*".unicodeScalars.contains(scalar) || scalar.properties.generalCategory == .control
                        ? "_" : scalar
                }))
        name = shortened(name, by: 0)
        // These two are directories.
        if name == "." || name == ".." { name = String(repeating: "_", count: name.count) }
        return name.isEmpty ? "_" : name
    }

    /// The first free name for a text: the plain one, else one with a hash, else with a number after that.
    static func free(_ text: String, isFree: (String) throws -> Bool) rethrows -> String {
        let name = plain(text)
        if try isFree(name) { return name }
        let hash = Hexadecimal.text(SHA256.hash(data: Array(text.utf8)).prefix(4))
        var ending = "-" + hash
        var number = 1
        while true {
            let candidate = shortened(name, by: ending.utf8.count) + ending
            if try isFree(candidate) { return candidate }
            number += 1
            ending = "-\(hash)-\(number)"
        }
    }

    /// A name from a database if it can be a file's; a modified database may contain a path.
    static func checked(_ name: String, of what: String) throws(DamagedValue) -> String {
        let isSound =
            !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
            && name.unicodeScalars.allSatisfy { scalar in
                scalar != "/" && scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
            }
        guard isSound else { throw DamagedValue("the file name of \(what) cannot be one") }
        return name
    }

    /// A form that two names share if a file system may treat them as equal.
    static func key(_ name: String) -> String { name.lowercased() }

    /// The texts' names in order, so that no two clash in any of the files that `variants` names for them.
    static func distinct(_ texts: [String], variants: (String) -> [String]) -> [String] {
        var taken: Set<String> = []
        return texts.map { text in
            let name = free(text) { taken.isDisjoint(with: variants($0).map(key)) }
            taken.formUnion(variants(name).map(key))
            return name
        }
    }

    private static func shortened(_ name: String, by reserve: Int) -> String {
        var name = String(name.prefix(characterLimit - reserve))
        while name.utf8.count > byteLimit - reserve { name.removeLast() }
        return name
    }
}
