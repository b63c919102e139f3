/// Words what is wrong with a key that nobody knows.
enum UnknownKey {
    private static let sections = ["models", "costs"] + Setting.sections
    /// Where settings stand: a section and a name.
    private static let places = Setting.all.map(\.place) + [Configuration.limitsPlace]

    /// What is wrong at the top of a file.
    static func message(_ key: String) -> String {
        if places.contains(key) {
            let section = key.prefix { $0 != "." }
            return "unknown key `\(key)`; write `\(name(key))` indented below `\(section):`"
        }
        return message(key, in: nil, known: sections, elsewhere: places)
    }

    /// What is wrong in a section of settings.
    static func message(_ key: String, section: String) -> String {
        if sections.contains(key) { return "unknown key `\(key)` in `\(section)`; write `\(key):` without indentation" }
        let inside = places.filter { $0.hasPrefix(section + ".") }.map(name)
        let elsewhere = places.filter { !$0.hasPrefix(section + ".") }
        return message(key, in: "`\(section)`", known: inside, elsewhere: elsewhere)
    }

    /// What is wrong anywhere: the nearest known key, or where there is none all known ones.
    ///
    /// - Parameters:
    ///   - key: the unknown key.
    ///   - place: where it stands, in words that follow "in"; nil at the top.
    ///   - known: the keys that may stand there.
    ///   - elsewhere: the places of settings that stand elsewhere.
    /// - Returns: what is wrong and what was probably meant.
    static func message(
        _ key: String, in place: String?, known: [String], elsewhere: [String] = []
    ) -> String {
        let what = "unknown key `\(key)`" + (place.map { " in \($0)" } ?? "")
        let nearest =
            elsewhere.first { name($0) == key } ?? NearestName.find(key, among: known)
            ?? NearestName.find(key, among: elsewhere.map(name)).flatMap { near in
                elsewhere.first { name($0) == near }
            }
        if let nearest { return "\(what); did you mean `\(nearest)`?" }
        return "\(what); known are \(known.quotedList)"
    }

    private static func name(_ place: String) -> String { String(place.drop { $0 != "." }.dropFirst()) }
}
