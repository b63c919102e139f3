internal import Crypto

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
        let walk = try DirectoryWalk(below: root, endings: PromptSource.textEndings)
        if walk.others.count > 0, !walk.files.isEmpty { collector.note(note(on: walk)) }
        for relative in walk.files {
            let digest = try TextFile(relative, in: root, of: source).read(into: &collector)
            hasher.update(data: Array("\(relative)\0\(digest)\n".utf8))
        }
        return Hexadecimal.text(hasher.finalize())
    }

    private func note(on walk: DirectoryWalk) -> String {
        let (first, count) = walk.others
        let rest = count > first.count ? " and \(count - first.count) more" : ""
        return "\(source.displayed): \(count) \(count == 1 ? "file" : "files") passed over, because only .txt, .md and "
            + ".prompt files of a directory are prompts: \(first.joined(separator: ", "))\(rest)"
    }
}
