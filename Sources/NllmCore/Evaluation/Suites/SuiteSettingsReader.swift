/// Reads the settings of a suite.
struct SuiteSettingsReader {
    let suite: SuiteMapping
    let files: SuiteFiles
    let models: SuiteModelReader
    let allowsCommands: Bool
    let problems: SuiteProblems

    /// The settings, without those that are wrong.
    func settings() -> SuiteSettings {
        var settings = SuiteSettings()
        settings.series = problems.text(suite["series"])
        settings.gates = gates().map(\.gate)
        settings.baseline = problems.text(suite["baseline"])
        settings.confirm = problems.whole(suite["confirm"], 1...1000)
        settings.alpha = problems.number(suite["alpha"], 0...1, excluding: [0, 1])
        settings.minEffect = problems.number(suite["min_effect"], 0...100)
        settings.maxDrop = problems.number(suite["max_drop"], 0...100, excluding: [0])
        settings.cluster = cluster()
        settings.judge = suite["judge"].flatMap { models.model($0.value) }
        settings.limits = limits()
        settings.budget = budget()
        settings.resumeWithin = seconds(suite["resume_within"], .resumeWithin)
        readKeep(into: &settings)
        settings.finally = finally()
        settings.outputPath = outputPath()
        readOptions(into: &settings)
        return settings
    }

    /// The gates with their places; what is wrong with them is reported by ``settings()`` alone.
    func gates(reporting: Bool = true) -> [(gate: GateExpression, place: InputPlace)] {
        (problems.texts(suite["gate"]) ?? []).compactMap { text, place in
            do throws(GateFlaw) {
                return (try GateExpression(text), place)
            } catch {
                if reporting { problems.report(place, error.plainText) }
                return nil
            }
        }
    }

    private func cluster() -> String? {
        guard let member = suite["cluster"], let text = problems.text(member) else { return nil }
        let start = "metadata."
        guard text.hasPrefix(start), text.count > start.count else {
            problems.report(member.place, "`cluster` is `\(text)` but must be metadata.KEY, such as metadata.topic")
            return nil
        }
        return String(text.dropFirst(start.count))
    }

    private func readKeep(into settings: inout SuiteSettings) {
        guard let member = suite["keep"], let keep = SuiteMapping(member.value, .keep, problems) else { return }
        settings.keptNights = problems.whole(keep["nights"], 1...1_000_000)
        settings.keptAnswers = problems.whole(keep["answers"], 1...1_000_000)
    }

    private func finally() -> String? {
        guard let member = suite["finally"], let text = problems.text(member) else { return nil }
        guard allowsCommands else {
            problems.refuse(member.place, "`finally` runs a program; if you trust it, add --allow-commands")
            return nil
        }
        return text
    }

    private func outputPath() -> String? {
        guard let member = suite["outputPath"], let text = problems.text(member) else { return nil }
        if text.utf8.contains(0) {
            problems.report(member.place, "`outputPath` holds a NUL character")
            return nil
        }
        let path = files.path(text)
        guard NightSettings.outputFormats.contains(AbsolutePath.ending(path)) else {
            let formats = NightSettings.outputFormats.map { "." + $0 }.quotedList
            problems.report(member.place, "`outputPath` is `\(text)` but must end with one of \(formats)")
            return nil
        }
        guard !files.isForbidden(path) else {
            problems.refuse(member.place, "`outputPath` is \(SuiteFiles.trustAdvice)")
            return nil
        }
        return path
    }

    // MARK: As in the configuration

    private func limits() -> [Limit] {
        var limits: [Limit] = []
        for entry in problems.members(suite["limits"]) {
            guard !entry.name.isEmpty, entry.name != Limit.ofAllModels else {
                problems.report(entry.place, "`\(entry.name)` names no limit; name a model or a group")
                continue
            }
            guard let fields = SuiteMapping(entry.value, .limit, problems) else { continue }
            let models = fields[LimitField.models.rawValue].flatMap(patterns) ?? [entry.name]
            for kind in Limit.Kind.allCases {
                let form = Setting.amount(of: kind).form
                let example = kind == .concurrency ? "8" : "500"
                guard let amount = problems.setting(fields[kind.rawValue], form, example: example)?.doubleValue else {
                    continue
                }
                limits.append(Limit(name: entry.name, kind: kind, amount: amount, models: models))
            }
        }
        return limits
    }

    private func patterns(_ member: SuiteMember) -> [String]? {
        do throws(ConfigurationFlaw) {
            return try ConfigurationReader.patterns(member.value.yaml)
        } catch {
            problems.report(member.place.at(line: error.line), error.message)
            return nil
        }
    }

    private func budget() -> Budget {
        guard let member = suite["budget"], let budget = SuiteMapping(member.value, .budget, problems) else {
            return Budget()
        }
        let cost = problems.setting(budget["max_cost"], Setting.maxCost.form, example: Setting.maxCost.example)
        let tokens = problems.setting(
            budget["max_tokens_total"], Setting.maxTokensTotal.form, example: Setting.maxTokensTotal.example)
        return Budget(
            maxCost: cost?.doubleValue, maxTokens: tokens?.intValue,
            window: seconds(budget["budget_window"], .budgetWindow))
    }

    /// The seconds of a duration.
    private func seconds(_ member: SuiteMember?, _ setting: Setting) -> Double? {
        let value = problems.setting(member, setting.form, example: setting.example)
        return value?.doubleValue ?? value?.stringValue.flatMap(DurationText.seconds)
    }

    private func readOptions(into settings: inout SuiteSettings) {
        guard let member = suite["evaluateOptions"],
            let options = SuiteMapping(member.value, .evaluateOptions, problems)
        else { return }
        settings.samples = problems.setting(options["repeat"], Setting.samples.form, example: "3")?.intValue
        settings.concurrency =
            problems.setting(
                options["maxConcurrency"], Setting.concurrency.form, example: "8")?.intValue
        settings.cache = problems.flag(options["cache"])
        settings.timeout = problems.number(options["timeoutMs"], 0...Setting.timeout.range.upperBound * 1000)
            .map { $0 / 1000 }
    }
}
