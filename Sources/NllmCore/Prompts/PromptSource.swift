internal import FoundationEssentials

/// A source of prompts.
public struct PromptSource: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case standardInput, file, directory
        case direct(DirectPrompt)
    }

    /// The path as the user named it.
    public let path: String
    let kind: Kind
    /// What a file's ending says; nil if its content has to.
    let format: PromptFormat?
    /// Whether each line of a text is a prompt.
    let hasLines: Bool
    /// Whether the first row of CSV or TSV names the columns.
    let hasHeader: Bool

    /// One prompt given with the command.
    public init(_ prompt: DirectPrompt) {
        path = "--"
        kind = .direct(prompt)
        (format, hasLines, hasHeader) = (nil, false, true)
    }

    /// Whether there is something at a path.
    package static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: URL(filePath: path).resolvingSymlinksInPath().path)
    }

    /// Examines the path; `-` is standard input.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - lines: whether each line of a text is a prompt.
    ///   - header: whether the first row of CSV or TSV names the columns.
    /// - Throws: if there is nothing, it is of a kind that is not read, or the other two do not fit it.
    public init(_ path: String, lines: Bool = false, header: Bool = true) throws(NllmError) {
        self.path = path
        (hasLines, hasHeader) = (lines, header)
        guard path != "-" else {
            (kind, format) = (.standardInput, nil)
            try checkOptions()
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
        case .typeDirectory: (kind, format) = (.directory, nil)
        case .typeRegular: (kind, format) = (.file, PromptFormat(ending: AbsolutePath.ending(path)))
        // A pipe, such as the one of `<(command)`.
        default: (kind, format) = (.file, nil)
        }
        try checkOptions()
    }

    private func checkOptions() throws(NllmError) {
        if hasLines, kind == .directory || format == .delimited || format == .tabs {
            throw .usage("`--lines` takes text with a prompt per line, not `\(path)`; leave it out")
        }
        if !hasHeader, kind == .directory || format == .text || format == .json {
            throw .usage("`--no-header` is for CSV and TSV, not `\(path)`; leave it out")
        }
        if !hasHeader, hasLines { throw .usage("`--lines` and `--no-header` are for different files; leave one out") }
        if kind == .file, ["yaml", "yml"].contains(ending) {
            let problem = InputProblem(file: path, message: "YAML is not read; \(PromptFormat.description)")
            throw .badInput(problems: [problem], count: 1)
        }
    }

    /// The extension of the file, in lower case.
    var ending: String { AbsolutePath.ending(path) }

    /// The directory from which relative paths in it start.
    var directory: String {
        kind == .standardInput ? AbsolutePath.current : AbsolutePath.parent(AbsolutePath.resolve(path))
    }

    /// The options that tell how it is read, for a command that is shown.
    var options: String { (hasLines ? " --lines" : "") + (hasHeader ? "" : " --no-header") }

    /// The path without trailing slashes.
    var displayed: String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// Its name without its extension, by which text files name their prompts.
    var stem: String { kind == .standardInput ? "stdin" : AbsolutePath.stem(AbsolutePath.resolve(path)) }
}

/// A summary of what was read from a source.
struct SourceSummary: Sendable, Equatable {
    var path: String
    /// SHA-256 of the content in hexadecimal.
    var digest: String
    var prompts: Int
}
