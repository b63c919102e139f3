/// What is configured: built-in values under those of files, of the environment and of the command line.
public struct Configuration: Sendable {
    /// Where a value comes from.
    public enum Source: Sendable, Equatable {
        /// Nobody set it.
        case builtIn
        /// A file, by its absolute path, and the line of the key.
        case file(path: String, line: Int)
        /// A variable of the environment.
        case environment(String)
        /// An option, with its dashes.
        case commandLine(String)
    }

    /// A value that is set, and where.
    struct Entry: Sendable {
        var value: JSONValue
        var source: Source
    }

    /// Absolute paths of the files that were read, the weakest first.
    public internal(set) var files: [String] = []
    /// What the project's file may not say as long as it is not trusted, if it was to be noted only.
    public internal(set) var untrusted: [InputProblem] = []
    var settings: [Setting: Entry] = [:]
    /// The strongest list of models, and where it begins.
    var modelList: (models: [ConfiguredModel], source: Source)?
    var costSettings: [String: [ModelCosts.Field: Entry]] = [:]
    var limitSettings: [String: [LimitField: Entry]] = [:]

    /// Nothing but built-in values.
    public init() {}

    /// Puts a value over what is known so far; a command line checks its values itself.
    public mutating func set(_ setting: Setting, to value: JSONValue, from source: Source) {
        settings[setting] = Entry(value: value, source: source)
    }

    /// The value that holds.
    public func value(of setting: Setting) -> JSONValue { settings[setting]?.value ?? setting.builtIn }

    /// Where the value comes from.
    public func source(of setting: Setting) -> Source { settings[setting]?.source ?? .builtIn }
}

extension Configuration.Source: CustomStringConvertible {
    /// `default`, `/path/of/file:3`, `$NAME` or `--option`.
    public var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "$" + name
        case .commandLine(let option): option
        }
    }
}

// MARK: - Values

extension Configuration {
    /// The models of a run whose command line names none; nil for `llm`'s default model.
    public var models: [ConfiguredModel]? { modelList.flatMap { $0.models.isEmpty ? nil : $0.models } }
    /// What tokens cost, by the model's name.
    public var costs: [String: ModelCosts] {
        costSettings.mapValues { fields in
            fields.reduce(into: ModelCosts()) { costs, field in
                costs[keyPath: field.key.path] = field.value.value.doubleValue
            }
        }
    }

    func duration(_ setting: Setting) -> Double? {
        value(of: setting).stringValue.flatMap(DurationText.age) ?? value(of: setting).doubleValue
    }

    func integer(_ setting: Setting) -> Int { value(of: setting).intValue ?? setting.builtIn.intValue ?? 0 }

    func optionalFlag(_ setting: Setting) -> Bool? {
        guard case .bool(let flag) = value(of: setting) else { return nil }
        return flag
    }

    /// Relative to the working directory, as what stands on the command line.
    func path(_ setting: Setting) -> String? { value(of: setting).stringValue.map(HomeFolder.expand) }
}
