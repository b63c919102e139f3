internal import Crypto

/// File names made of labels and ids: nllm's rule, and never two the same.
struct FileName {
    /// Longest name in characters.
    static let characterLimit = 100
    /// Longest name in bytes: file systems allow 255, and endings are still to come.
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
        // These two mean folders.
        if name == "." || name == ".." { name = String(repeating: "_", count: name.count) }
        return name.isEmpty ? "_" : name
    }

    /// The first name for a text that is free: the plain one, else one with a hash, else with a number behind that.
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

    /// A name from a database if it can be a file's; who has changed the database may have put a path there.
    static func checked(_ name: String, of what: String) throws(DamagedValue) -> String {
        let isSound =
            !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
            && name.unicodeScalars.allSatisfy { scalar in
                scalar != "/" && scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
            }
        guard isSound else { throw DamagedValue("the file name of \(what) cannot be one") }
        return name
    }

    /// What two names share when a file system may take them for the same.
    static func key(_ name: String) -> String { name.lowercased() }

    /// The texts' names in their order, so that no two clash in any of the files that `variants` names for them.
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
