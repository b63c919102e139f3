internal import FoundationEssentials

/// A source of prompts.
public struct PromptSource: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case standardInput, jsonLines, directory, textFile
        case direct(DirectPrompt)
    }

    /// The extensions of files that contain one prompt each.
    static let textEndings: Set<String> = ["txt", "md", "prompt"]
    private static let lineEndings: Set<String> = ["jsonl", "ndjson"]

    /// The path as the user named it.
    public let path: String
    let kind: Kind

    /// One prompt given with the command.
    public init(_ prompt: DirectPrompt) {
        path = "--"
        kind = .direct(prompt)
    }

    /// Whether there is something at a path.
    package static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: URL(filePath: path).resolvingSymlinksInPath().path)
    }

    /// Examines the path; `-` is standard input.
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
        // A pipe, such as the one of `<(command)`.
        default: kind = .jsonLines
        }
    }

    /// The path without trailing slashes.
    var displayed: String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// The prefix of ids if there are several sources.
    var stem: String { kind == .standardInput ? "stdin" : AbsolutePath.stem(AbsolutePath.resolve(path)) }
}

/// A summary of what was read from a source.
struct SourceSummary: Sendable, Equatable {
    var path: String
    /// SHA-256 of the content in hexadecimal.
    var digest: String
    var prompts: Int
}
