extension Configuration {
    /// Reads the user's file, the project's and the one that is named, each stronger than those before.
    ///
    /// - Parameters:
    ///   - explicit: a file that has to be there.
    ///   - trust: whether the project's file may run code and read files.
    /// - Returns: the merged configuration.
    /// - Throws: everything that is wrong in any of the files.
    public static func load(
        explicit: String? = nil, trust: ConfigurationTrust = .ofNamedFolders
    ) throws(NllmError) -> Configuration {
        try load(ConfigurationPlace.all(explicit: explicit), trust: trust)
    }

    static func load(
        _ places: [ConfigurationPlace], trust: ConfigurationTrust = .ofNamedFolders
    ) throws(NllmError) -> Configuration {
        var configuration = Configuration()
        var problems = InputProblems(isGrouped: false)
        var trust = trust
        let user = places.first { $0.role == .user }
        if let user, let project = places.first(where: { $0.role == .project }),
            trusts(AbsolutePath.parent(project.path), user)
        {
            trust = .given
        }
        for place in places {
            var reader = ConfigurationReader(place: place, configuration: configuration, problems: problems)
            reader.trust = trust
            reader.read()
            (configuration, problems) = (reader.configuration, reader.problems)
        }
        guard problems.isEmpty else { throw .badConfiguration(problems: problems.first, count: problems.listed) }
        let parallel = configuration.settings.removeValue(forKey: .parallel)
        if configuration.settings[.concurrency] == nil { configuration.settings[.concurrency] = parallel }
        return configuration
    }
}

/// Reads one file over what is configured so far, and collects what is wrong in it.
struct ConfigurationReader {
    let place: ConfigurationPlace
    var configuration: Configuration
    var problems: InputProblems
    var trust = ConfigurationTrust.ofNamedFolders

    mutating func read() {
        do throws(ConfigurationFlaw) {
            let (isThere, root) = try ConfigurationFile.root(of: place)
            if isThere { configuration.files.append(place.path) }
            guard let root, !root.isNull else { return }
            guard case .mapping = root.content else {
                throw ConfigurationFlaw(
                    "\(root.kind), not a mapping of keys; start with a key such as `defaults:`", line: root.line)
            }
            for (key, pair) in members(of: root) {
                switch key {
                case "models": readModels(pair)
                case "costs": readCosts(pair)
                case _ where Setting.sections.contains(key): readSettings(pair, section: key)
                default: report(UnknownKey.message(key), line: pair.line)
                }
            }
        } catch {
            report(error.message, line: error.line)
        }
    }

    private mutating func readSettings(_ section: YAMLPair, section name: String) {
        for (key, pair) in members(of: section.value, called: name) {
            let place = "\(name).\(key)"
            if place == Configuration.limitsPlace {
                readLimits(pair)
                continue
            }
            guard let setting = Setting.all.first(where: { $0.place == place }) else {
                report(UnknownKey.message(key, section: name), line: pair.line)
                continue
            }
            if setting == .trustedFolders, self.place.role != .user, !pair.value.isNull {
                report(
                    "`\(key)` can't be said here, since it is for the user to say which folders are trusted; move it "
                        + "to ~/.nllm/config.yaml", line: pair.line)
                continue
            }
            if pair.value.isNull {
                if setting.meansNull { configuration.set(setting, to: .null, from: source(pair.line)) }
            } else if let value = value(of: pair, setting.form, example: setting.example) {
                checkTrust(of: setting, value, line: pair.line)
                configuration.set(setting, to: value, from: source(pair.line))
            }
        }
    }

    private mutating func readCosts(_ costs: YAMLPair) {
        let known = ModelCosts.Field.allCases.map(\.rawValue)
        for (model, fields) in members(of: costs.value, called: "costs") {
            for (name, pair) in members(of: fields.value, called: "costs.\(model)") {
                guard let field = ModelCosts.Field(rawValue: name) else {
                    report(UnknownKey.message(name, in: "`costs.\(model)`", known: known), line: pair.line)
                    continue
                }
                guard !pair.value.isNull,
                    let value = value(of: pair, .dollars(ModelCosts.allowed), example: "0.03")
                else { continue }
                configuration.costSettings[model, default: [:]][field] =
                    Configuration.Entry(value: value, source: source(pair.line))
            }
        }
    }

    mutating func value(of pair: YAMLPair, _ form: SettingForm, example: String) -> JSONValue? {
        do throws(ConfigurationFlaw) {
            return try form.value(of: pair.value, name: pair.key ?? "", example: example)
        } catch {
            report(error.message, line: error.line ?? pair.line)
            return nil
        }
    }

    /// The keys of a mapping with those of its merge keys; none, and a problem, if it is no mapping.
    mutating func members(of node: YAMLNode, called name: String = "<<") -> [(key: String, pair: YAMLPair)] {
        guard !node.isNull else { return [] }
        guard case .mapping(let pairs) = node.content else {
            report("`\(name)` is \(node.kind), not a mapping; write its keys indented below it", line: node.line)
            return []
        }
        var own: [(key: String, pair: YAMLPair)] = []
        var merged: [(key: String, pair: YAMLPair)] = []
        for pair in pairs {
            switch pair.key {
            case nil: report("a key that is no text; write a name before the colon", line: pair.line)
            case "<<":
                let parts = if case .sequence(let parts) = pair.value.content { parts } else { [pair.value] }
                for part in parts { merged += members(of: part) }
            case let key? where own.contains { $0.key == key }:
                report("duplicate key `\(key)`; keep one of them", line: pair.line)
            case let key?: own.append((key, pair))
            }
        }
        for member in merged where !own.contains(where: { $0.key == member.key }) { own.append(member) }
        return own
    }

    mutating func report(_ message: String, line: Int?) {
        problems.add(InputProblem(file: place.name, line: line, message: message))
    }

    func source(_ line: Int) -> Configuration.Source { .file(path: place.path, line: line) }
}
