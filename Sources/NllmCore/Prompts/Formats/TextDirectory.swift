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
        for relative in try DirectoryWalk.files(below: root, endings: PromptSource.textEndings) {
            let digest = try TextFile(relative, in: root, of: source).read(into: &collector)
            hasher.update(data: Array("\(relative)\0\(digest)\n".utf8))
        }
        return Hexadecimal.text(hasher.finalize())
    }
}
