/// A model that the provider says it served, and how often.
package struct ServedModel: Sendable, Hashable {
    /// Nil if the provider names none.
    package var model: String?
    /// What the provider calls the configuration behind it; nil if it names none.
    package var fingerprint: String?
    /// The number of cells.
    package var cells: Int
}

extension ServedModel {
    /// What the provider changed between two nights, on one line; nil if nothing, or if it does not say.
    ///
    /// - Parameters:
    ///   - label: the model's label.
    ///   - earlier: what it served before.
    ///   - now: what it serves now.
    /// - Returns: an event of ``NightResult/events``.
    static func change(of label: String, from earlier: [ServedModel], to now: [ServedModel]) -> String? {
        let models = (Set(earlier.compactMap(\.model)), Set(now.compactMap(\.model)))
        let prints = (Set(earlier.compactMap(\.fingerprint)), Set(now.compactMap(\.fingerprint)))
        return change(of: label, "model", models) ?? change(of: label, "configuration", prints)
    }

    private static func change(of label: String, _ noun: String, _ names: (Set<String>, Set<String>)) -> String? {
        let (earlier, now) = names
        let new = now.subtracting(earlier)
        guard !earlier.isEmpty, !new.isEmpty else { return nil }
        return "\(label): the provider serves another \(noun): \(list(new)), before \(list(earlier))".oneLine
    }

    /// The first names in their order, and how many more there are.
    private static func list(_ names: Set<String>) -> String {
        let most = 3
        return names.sorted().prefix(most).quotedList + (names.count > most ? " and \(names.count - most) more" : "")
    }
}
