internal import FoundationEssentials

/// Where prompts come from.
public struct PromptSource: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case standardInput, jsonLines, directory, textFile
        case direct(DirectPrompt)
    }

    /// The endings of files that hold one prompt each.
    static let textEndings: Set<String> = ["txt", "md", "prompt"]
    private static let lineEndings: Set<String> = ["jsonl", "ndjson"]

    /// As the user named it.
    public let path: String
    let kind: Kind

    /// One prompt that was given with the command.
    public init(_ prompt: DirectPrompt) {
        path = "--"
        kind = .direct(prompt)
    }

    /// Looks at what is there; `-` is standard input.
    public init(_ path: String) throws(NllmError) {
        self.path = path
        guard path != "-" else {
            kind = .standardInput
            return
        }
        let attributes: [FileAttributeKey: Any]
        do {
            let target = URL(filePath: path).resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: target)
        } catch {
            throw .unreadable(path: path, reason: "no such file or directory")
        }
        switch attributes[.type] as? FileAttributeType {
        case .typeDirectory: kind = .directory
        // A pipe, as `<(command)` gives one.
        case .typeRegular where Self.lineEndings.contains(AbsolutePath.ending(path)): kind = .jsonLines
        case .typeRegular where Self.textEndings.contains(AbsolutePath.ending(path)): kind = .textFile
        case .typeRegular:
            throw .badInput(
                problems: [
                    InputProblem(
                        file: path,
                        message: "unknown kind of file; prompts are read from .jsonl, .ndjson, .txt, .md and .prompt "
                            + "files, from directories of these, and from standard input with `-`")
                ], count: 1)
        default: kind = .jsonLines
        }
    }

    /// The path without slashes at its end.
    var displayed: String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// What ids are prefixed with when there are several sources.
    var stem: String { kind == .standardInput ? "stdin" : AbsolutePath.stem(AbsolutePath.resolve(path)) }
}

/// What was read from a source.
struct SourceSummary: Sendable, Equatable {
    var path: String
    /// SHA-256 of the content in hexadecimal.
    var digest: String
    var prompts: Int
}
