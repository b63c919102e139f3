internal import FoundationEssentials

/// A configuration file that explains every key and changes nothing.
public enum ConfigurationExample {
    /// Every key is commented out, its `#` right before it; what explains it has a space after the `#`.
    ///
    /// - Parameter place: where the file is to stand; only the user's own has all keys.
    /// - Returns: the file's text.
    static func text(for place: ConfigurationPlace) -> String {
        var lines = [
            "# Configuration of nllm-batch and nllm. To set a key, remove the # before it and before its section.",
            "# This file overrides ~/.nllm/config.yaml; `nllm-batch config show` prints each value with its source.",
            "",
            "# The models of a run whose command line names none: names, or names with arguments for llm.",
            "#models:",
            "  #- \"gpt-4o-mini\"",
            "  #- name: \"gpt-4o\"",
            "    #options: [\"-o\", \"temperature\", \"0.2\"]",
        ]
        if place.role == .project {
            lines.insert(
                "# Options that run code or read files, such as --functions or -f, need --trust-config here.", at: 4)
        }
        for section in Setting.sections {
            lines += ["", "#\(section):"]
            for setting in Setting.all where setting.section == section && setting != .parallel {
                guard setting != .trustedFolders || place.role == .user else { continue }
                let value = setting.builtIn == .null ? setting.example : YAMLText.scalar(setting.builtIn)
                lines += ["  # \(setting.explanation)", "  #\(setting.name): \(value)"]
            }
        }
        lines += [
            "  # Limits of single models, or of groups of models that share them: requests and tokens per minute, cells at a time.",
            "  #limits:",
            "    #\"gpt-4o\":",
            "      #concurrency: 8",
            "      #rpm: 500",
            "      #tpm: 30000",
            "    #\"openai\":",
            "      # A * at the end stands for any text.",
            "      #models: [\"gpt-4o\",\"gpt-4o-mini\",\"o3*\"]",
            "      #rpm: 1000",
        ]
        lines += ["", "# What a model costs, in US dollars per thousand tokens.", "#costs:", "  #\"gpt-4o\":"]
        let prices = zip(ModelCosts.Field.allCases, ["0.0025", "0.01", "0.00125", "0.0025"])
        lines += prices.map { "    #\($0.rawValue): \($1)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes the file where there is none yet.
    ///
    /// - Parameters:
    ///   - place: where it is to stand.
    ///   - makingFolder: whether its folder is made if need be.
    /// - Throws: when something is there already, or nothing can be written.
    public static func write(to place: ConfigurationPlace, makingFolder: Bool = false) throws(NllmError) {
        let path = place.path
        // A link counts as there even if it leads nowhere.
        if (try? FileManager.default.attributesOfItem(atPath: path)) != nil {
            throw .configurationNotCreated(path: path, reason: "it is already there")
        }
        if makingFolder {
            try? FileManager.default.createDirectory(
                atPath: AbsolutePath.parent(path), withIntermediateDirectories: true)
        }
        do throws(FileError) {
            try AtomicFile.write(text(for: place).utf8, to: path)
        } catch {
            throw .configurationNotCreated(path: path, reason: error.reason)
        }
    }
}
