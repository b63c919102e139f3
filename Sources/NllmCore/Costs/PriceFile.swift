internal import Yams

/// A price file: YAML or JSON that maps models to prices in US dollars per thousand tokens, as `costs` does.
struct PriceFile {
    private static let required = ["input_per_1k", "output_per_1k"]
    private static let fields = required + ["cached_input_per_1k", "cache_write_per_1k"]

    /// The prices by `llm`'s name of the model, without those that have a problem.
    private(set) var prices: [String: Price] = [:]
    /// Everything that is wrong, in the file's order.
    private(set) var problems: [InputProblem] = []
    private let file: String

    /// Reads a price file's text; `file` is what the problems call it.
    init(text: String, file: String) {
        self.file = file
        do {
            guard let node = try Yams.compose(yaml: text) else { return }
            if let models = node.mapping {
                for (model, price) in models { read(model, price) }
            } else {
                add(node, "this is no mapping of models to their prices")
            }
        } catch {
            problems.append(InputProblem(file: file, line: Self.line(error), message: Self.message(error)))
        }
    }

    private mutating func read(_ key: Node, _ value: Node) {
        guard let model = key.string, !model.isEmpty else { return add(key, "a model's name that is no text") }
        guard let mapping = value.mapping else {
            return add(key, "`\(model)` is no mapping; give its `input_per_1k` and `output_per_1k`")
        }
        var rates: [String: Double] = [:]
        var sound = true
        for (field, value) in mapping {
            let name = field.string ?? ""
            if !Self.fields.contains(name) {
                add(field, "unknown field `\(name)` of `\(model)`" + NearestName.hint(name, among: Self.fields))
            } else if let rate = Self.rate(value) {
                rates[name] = rate
                continue
            } else {
                add(value, "`\(name)` of `\(model)` is no number from 0; write US dollars per thousand tokens")
            }
            sound = false
        }
        guard sound else { return }
        let missing = Self.required.filter { rates[$0] == nil }
        guard missing.isEmpty, let input = rates["input_per_1k"], let output = rates["output_per_1k"] else {
            let names = missing.map { "`\($0)`" }.joined(separator: " and ")
            return add(key, "`\(model)` has no \(names); write 0 for what is free")
        }
        prices[model] = Price(
            inputPer1k: input, outputPer1k: output, cachedInputPer1k: rates["cached_input_per_1k"],
            cacheWritePer1k: rates["cache_write_per_1k"])
    }

    /// The number of a plain scalar, if it can be a price.
    private static func rate(_ node: Node) -> Double? {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any,
            let rate = Double(scalar.string), rate.isFinite, rate >= 0
        else { return nil }
        return rate
    }

    private mutating func add(_ node: Node, _ message: String) {
        problems.append(InputProblem(file: file, line: node.mark?.line, message: message))
    }

    private static func line(_ error: any Error) -> Int? {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }

    private static func message(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "broken YAML: \(problem)"
        case .duplicatedKeysInMapping(let keys, _): "duplicate key \(keys.map { "`\($0)`" }.joined(separator: ", "))"
        default: "broken YAML"
        }
    }
}
