/// Words what is wrong with a key that nobody knows.
enum UnknownKey {
    private static let sections = ["models", "costs"] + ConfigurationKey.sections

    /// What is wrong at the top of a file.
    static func message(_ key: String) -> String {
        if let setting = ConfigurationKey(rawValue: key) {
            return "unknown key `\(key)`; write `\(setting.name)` indented below `\(setting.section):`"
        }
        return message(key, in: nil, known: sections, elsewhere: ConfigurationKey.allCases)
    }

    /// What is wrong in a section of settings.
    static func message(_ key: String, section: String) -> String {
        if sections.contains(key) { return "unknown key `\(key)` in `\(section)`; write `\(key):` without indentation" }
        let inside = ConfigurationKey.allCases.filter { $0.section == section }.map(\.name)
        let elsewhere = ConfigurationKey.allCases.filter { $0.section != section }
        return message(key, in: "`\(section)`", known: inside, elsewhere: elsewhere)
    }

    /// What is wrong anywhere: the nearest known key, or where there is none all known ones.
    ///
    /// - Parameters:
    ///   - key: the unknown key.
    ///   - place: where it stands, in words that follow "in"; nil at the top.
    ///   - known: the keys that may stand there.
    ///   - elsewhere: settings that stand in other places.
    /// - Returns: what is wrong and what was probably meant.
    static func message(
        _ key: String, in place: String?, known: [String], elsewhere: [ConfigurationKey] = []
    ) -> String {
        let what = "unknown key `\(key)`" + (place.map { " in \($0)" } ?? "")
        let nearest =
            elsewhere.first { $0.name == key }?.rawValue ?? NearestName.find(key, among: known)
            ?? NearestName.find(key, among: elsewhere.map(\.name)).flatMap { name in
                elsewhere.first { $0.name == name }?.rawValue
            }
        if let nearest { return "\(what); did you mean `\(nearest)`?" }
        return "\(what); known are \(known.map { "`\($0)`" }.joined(separator: ", "))"
    }
}
