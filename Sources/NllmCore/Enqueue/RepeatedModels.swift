/// Models that are named more than once with the same request, so that each prompt is paid for more than once.
enum RepeatedModels {
    /// One line about each of them, for people.
    ///
    /// - Parameters:
    ///   - models: the models of a run.
    ///   - catalogue: the names that are aliases of one model, if known.
    /// - Returns: the lines.
    static func notes(_ models: [ModelVariant], _ catalogue: ModelCatalogue?) -> [String] {
        var groups: [[String]: [ModelVariant]] = [:]
        var order: [[String]] = []
        for model in models {
            let key = key(of: model, catalogue)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(model)
        }
        return order.compactMap { key in
            guard let group = groups[key], group.count > 1, let first = group.first else { return nil }
            let others = Set(group.dropFirst().map(\.name)).subtracting([first.name]).sorted()
            let alias = others.isEmpty ? "" : ", also as " + others.quotedList
            return "model `\(first.name)` is named \(group.count) times with the same options\(alias); each prompt is "
                + "sent to it \(group.count) times, for which `--samples \(group.count)` is the usual way"
        }
    }

    private static func key(of model: ModelVariant, _ catalogue: ModelCatalogue?) -> [String] {
        let options = ModelOption.arguments(model.options.sorted { $0.name < $1.name })
        return [catalogue?.id(of: model.name) ?? model.name, model.system ?? "", String(options.count)] + options
            + model.arguments
    }
}
