extension ModelVariant {
    /// The models with each value of an option.
    ///
    /// - Parameters:
    ///   - models: the models.
    ///   - text: the option and its values, as in `temperature=0,0.7`.
    /// - Returns: for each model, one with each value, labelled as if it were named so.
    /// - Throws: for a text that is not understood, and an option that a model has already.
    static func swept(_ models: [ModelVariant], by text: String) throws(NllmError) -> [ModelVariant] {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let values = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
        guard let name = parts.first, !name.isEmpty, !values.isEmpty, !values.contains("") else {
            throw .usage("`--sweep \(text)` is not KEY=VALUE,VALUE; write --sweep temperature=0,0.7")
        }
        if let twice = Set(values).first(where: { value in values.count { $0 == value } > 1 }) {
            throw .usage("`--sweep \(text)` names \(twice) twice")
        }
        if let model = models.first(where: { $0.options.contains { $0.name == name } }) {
            throw .usage("`--sweep \(text)`: model `\(shown(model.label))` has a \(name) already")
        }
        return models.flatMap { model in values.map { model.with(ModelOption(name: name, value: String($0))) } }
    }

    private func with(_ option: ModelOption) -> ModelVariant {
        let written = "\(option.name)=\(option.value)"
        let hasOptions = label.hasSuffix("]") && label.contains("[")
        return ModelVariant(
            label: hasOptions ? "\(label.dropLast()),\(written)]" : "\(label)[\(written)]", name: name,
            options: options + [option], system: system, arguments: arguments)
    }
}
