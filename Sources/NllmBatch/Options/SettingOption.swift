import ArgumentParser
import NllmCore

extension ArgumentHelp {
    /// The help of a setting's option, with its default; that of a rare one is in `--help-hidden`.
    init(_ setting: Setting, valueName: String? = nil, isRare: Bool = false) {
        self.init(setting.help, valueName: valueName, visibility: isRare ? .hidden : .default)
    }
}

/// Checks of options that set a ``Setting``.
enum SettingOption {
    /// Throws what is wrong with the first number that is not allowed.
    static func check(_ numbers: [GivenNumber]) throws {
        if let problem = numbers.lazy.compactMap(\.optionProblem).first { throw ValidationError(problem) }
    }

    /// Which artifacts are written; throws if it is none of the choices.
    static func files(_ text: String) throws -> ArtifactFiles {
        guard let files = ArtifactFiles(rawValue: text) else {
            let known = ArtifactFiles.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("`--files` is `\(text)` but must be one of \(known)")
        }
        return files
    }

    /// Throws what is wrong with a duration.
    static func check(_ setting: Setting, duration text: String?) throws {
        if let problem = text.flatMap(setting.optionProblem) { throw ValidationError(problem) }
    }
}
