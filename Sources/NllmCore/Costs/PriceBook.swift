/// Looks up a model's price: in the configuration's table, then the snapshot, then the user's price file.
public struct PriceBook: Sendable {
    /// The `costs` table of the configuration, by `llm`'s name of the model.
    public var costs: [String: Price]
    /// The price file's table, by the same names.
    public var file: [String: Price]

    /// A book from what the user provided; if that is nothing, the snapshot alone.
    public init(costs: [String: Price] = [:], file: [String: Price] = [:]) {
        self.costs = costs
        self.file = file
    }

    /// The price of a model by `llm`'s name for it; nil if no source knows it.
    public func price(of model: String) -> Price? { prices(names: [model])[.none] }

    /// Finds the prices of a model of a run.
    ///
    /// - Parameters:
    ///   - model: the model; what its label names costs that with the options in the label.
    ///   - id: the name that its alias stands for.
    /// - Returns: all that are known.
    func prices(of model: ModelVariant, id: String?) -> ModelPrices {
        let label = model.label == model.name ? nil : (text: model.label, options: PricedOptions(model.options))
        return prices(names: [model.name, id].compactMap(\.self), label: label)
    }

    /// Prices by the first source that knows them; the table also adds some with options to those of another source.
    private func prices(names: [String], label: (text: String, options: PricedOptions)? = nil) -> ModelPrices {
        func prices(in table: [String: Price]) -> [PricedOptions: Price] {
            var found: [PricedOptions: Price] = [:]
            for name in names.reversed() {
                if let price = table[name] { found[.none] = price }
                // Options are written as with `-m`.
                for (key, price) in table where key.hasPrefix(name + "[") {
                    guard let options = try? ModelVariant(key).options, options.allSatisfy(\.isPriced) else { continue }
                    found[PricedOptions(options)] = price
                }
            }
            if let label, let price = table[label.text] { found[label.options] = price }
            return found
        }
        let own = prices(in: costs)
        guard own[.none] == nil else { return ModelPrices(own) }
        var prices = names.lazy.compactMap(PriceSnapshot.prices(of:)).first ?? ModelPrices(prices(in: file))
        for (options, price) in own { prices[options] = price }
        return prices
    }
}

extension PriceBook {
    /// The longest price file, in bytes.
    private static let fileLimit = 16 << 20

    /// The price book of a configuration.
    ///
    /// - Parameters:
    ///   - configured: its table, by `llm`'s name of the model.
    ///   - path: its price file; nil for none.
    /// - Throws: everything that is wrong with that file.
    init(configured: [String: ModelCosts], file path: String?) throws(NllmError) {
        self.init()
        for (name, costs) in configured {
            // A price for one direction only is useless.
            guard let input = costs.input, let output = costs.output else { continue }
            self.costs[name] = Price(
                inputPer1k: input, outputPer1k: output, cachedInputPer1k: costs.cachedInput,
                cacheWritePer1k: costs.cacheWrite)
        }
        guard let path else { return }
        let read = PriceFile(text: try Self.text(path), file: path)
        guard read.problems.isEmpty else {
            throw .badConfiguration(
                problems: Array(read.problems.prefix(InputProblems.shown)), count: read.problems.count)
        }
        file = read.prices
    }

    private static func text(_ path: String) throws(NllmError) -> String {
        func problem(_ message: String) -> NllmError {
            .badConfiguration(problems: [InputProblem(file: path, message: message)], count: 1)
        }
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try FileReader(path: AbsolutePath.resolve(path)).rest(limit: fileLimit)
        } catch {
            throw problem("the price file can't be read: \(error.reason); name another under `prices`")
        }
        guard let bytes else { throw problem("the price file is over \(fileLimit >> 20) MB") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw problem("not valid UTF-8") }
        return text
    }
}
