import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What was probably meant by sources that are not there.
struct SourceHint {
    let options: EnqueueOptions

    /// The error for a source that is missing.
    func error(missing source: String) -> NllmError {
        .unreadable(path: source, reason: "no such file or directory\(hint(source).map { "; " + $0 } ?? "")")
    }

    private func hint(_ source: String) -> String? {
        if source.hasPrefix("http://") || source.hasPrefix("https://") {
            return "URLs are not read; download it: curl -sSL \(ShellWord.quote(source)) | nllm-batch run -\(models)"
        }
        if source.contains("*") || source.contains("?"), !source.contains(" ") {
            return "leave the pattern without quotes, so that the shell replaces it by the files"
        }
        // `llm` takes `-o NAME VALUE`.
        if let name = options.outdir, !name.contains("/"), Double(source) != nil || ["true", "false"].contains(source) {
            return
                "for an option of the model: --option \(ShellWord.quote("\(name)=\(source)")) (-o is the directory of results)"
        }
        guard source.contains(where: \.isWhitespace) || !source.contains(where: { "./".contains($0) }) else {
            return nil
        }
        return "for a prompt: nllm-batch run\(models) -- \(ShellWord.quote(source))"
    }

    private var models: String { options.models.map { " -m " + ShellWord.quote($0) }.joined() }

    /// Why no source is named.
    static var noneNamed: String {
        var info = stat()
        let isInput =
            fstat(STDIN_FILENO, &info) == 0
            && (info.st_mode & S_IFMT == S_IFIFO || info.st_mode & S_IFMT == S_IFREG && info.st_size > 0)
        return isInput
            ? "no source named; to read prompts from standard input, name it: -"
            : "no source named; give a file, a directory, or -, or a prompt behind --"
    }
}
