/// A price file: YAML or JSON that maps models to prices in US dollars per thousand tokens, as `costs` does.
struct PriceFile {
    private static let required = ["input_per_1k", "output_per_1k"]
    private static let fields = required + ["cached_input_per_1k", "cache_write_per_1k"]

    /// The prices by `llm`'s name of the model, without those with problems.
    private(set) var prices: [String: Price] = [:]
    /// Everything that is wrong, in the order of the file.
    private(set) var problems: [InputProblem] = []
    private let file: String

    /// Reads a price file's text; `file` is its name in problems.
    init(text: String, file: String) {
        self.file = file
        do throws(YAMLProblem) {
            guard let root = try YAMLNode.parse(text) else { return }
            if case .mapping(let models) = root.content {
                for model in models { read(model) }
            } else {
                add(root.line, "not a mapping of models to their prices")
            }
        } catch {
            problems.append(InputProblem(file: file, line: error.line, message: error.message))
        }
    }

    private mutating func read(_ pair: YAMLPair) {
        guard let model = pair.key, !model.isEmpty else { return add(pair.line, "a model's name that is not a string") }
        guard case .mapping(let fields) = pair.value.content else {
            return add(pair.line, "`\(model)` is not a mapping; give its `input_per_1k` and `output_per_1k`")
        }
        var rates: [String: Double] = [:]
        var sound = true
        for field in fields {
            let name = field.key ?? ""
            if !Self.fields.contains(name) {
                add(field.line, "unknown field `\(name)` of `\(model)`" + NearestName.hint(name, among: Self.fields))
            } else if let rate = Self.rate(field.value) {
                rates[name] = rate
                continue
            } else {
                add(
                    field.value.line,
                    "`\(name)` of `\(model)` is not a number from 0; write US dollars per thousand tokens")
            }
            sound = false
        }
        guard sound else { return }
        let missing = Self.required.filter { rates[$0] == nil }
        guard missing.isEmpty, let input = rates["input_per_1k"], let output = rates["output_per_1k"] else {
            let names = missing.map { "`\($0)`" }.joined(separator: " and ")
            return add(pair.line, "`\(model)` has no \(names); write 0 for what is free")
        }
        prices[model] = Price(
            inputPer1k: input, outputPer1k: output, cachedInputPer1k: rates["cached_input_per_1k"],
            cacheWritePer1k: rates["cache_write_per_1k"])
    }

    /// The number of a scalar, if it can be a price.
    private static func rate(_ node: YAMLNode) -> Double? {
        guard let rate = node.scalar?.number, rate.isFinite, rate >= 0 else { return nil }
        return rate
    }

    private mutating func add(_ line: Int, _ message: String) {
        problems.append(InputProblem(file: file, line: line, message: message))
    }
}
