internal import Crypto
internal import FoundationEssentials

/// A directory whose text files are one prompt each.
struct TextDirectory {
    private let source: PromptSource

    init(_ source: PromptSource) { self.source = source }

    /// Reads all text files below it in the order of their paths.
    ///
    /// - Returns: the digest of their names and contents.
    func read(into collector: inout PromptCollector) throws -> String {
        let root = AbsolutePath.resolve(source.path)
        var hasher = SHA256()
        if let refusal = DatasetFolder(root, source)?.refusal {
            collector.report(InputPlace(file: source.path), refusal)
            return ""
        }
        var notes = TextNotes(shown: collector.shownFiles)
        let walk = try DirectoryWalk(below: root, endings: PromptFormat.textEndings, shown: collector.shownFiles)
        if walk.others.count > 0, !walk.files.isEmpty { collector.note(note(on: walk)) }
        for relative in walk.files {
            let digest = try TextFile(relative, of: source).read(&notes, into: &collector)
            hasher.update(data: Array("\(relative)\0\(digest)\n".utf8))
        }
        notes.report(source, &collector)
        if walk.files.isEmpty, let other = walk.others.first.first(where: Self.isSource) {
            let path = ShellWord.quote(source.displayed + "/" + other)
            collector.report(
                InputPlace(file: source.path),
                "no .txt, .md or .prompt file in it; name its other files, such as \(path)")
        }
        return Hexadecimal.text(hasher.finalize())
    }

    /// Whether a file is a source if it is named itself.
    private static func isSource(_ name: String) -> Bool { PromptFormat(ending: AbsolutePath.ending(name)) != nil }

    private func note(on walk: DirectoryWalk) -> String {
        let (first, count) = walk.others
        let rest = count > first.count ? " and \(count - first.count) more" : ""
        return "\(source.displayed): \(count) \(count == 1 ? "file" : "files") passed over, because only .txt, .md and "
            + ".prompt files of a directory are prompts: \(first.joined(separator: ", "))\(rest)"
    }
}

/// A folder that the library `datasets` of Hugging Face has written.
private struct DatasetFolder {
    /// Its path, or that of its first part.
    private let path: String

    /// The folder at a path; nil if it is another one.
    init?(_ root: String, _ source: PromptSource) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
        if names.contains("dataset_dict.json"),
            let part = names.first(where: { FileStatus(root + "/\($0)/dataset_info.json", followingLinks: true) != nil }
            )
        {
            path = source.displayed + "/" + part
        } else if names.contains("dataset_info.json") || names.contains(where: { $0.hasSuffix(".arrow") }) {
            path = source.displayed
        } else {
            return nil
        }
    }

    var refusal: String {
        let script =
            "import datasets, sys; datasets.load_from_disk(sys.argv[1]).to_json(sys.stdout.buffer)"
        return "a folder of Hugging Face datasets; try: python3 -c '\(script)' \(ShellWord.quote(path)) "
            + "| nllm-batch enqueue -"
    }
}
