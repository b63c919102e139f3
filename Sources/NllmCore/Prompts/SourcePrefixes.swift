/// What tells the ids of several sources apart: the stem of each, with as much of its path as the others lack.
enum SourcePrefixes {
    /// The prefixes of these sources; nil for a single one.
    static func of(_ sources: [PromptSource]) -> [String?] {
        guard sources.count > 1 else { return sources.map { _ in nil } }
        let stems = sources.map { components($0, $0.stem) }
        let paths = zip(sources, stems).map { source, stem in
            // Files that differ in their extensions only.
            stems.count { $0 == stem } > 1 ? components(source, AbsolutePath.name(source.path)) : stem
        }
        return paths.map { path in
            (1...path.count).lazy.map { path.suffix($0) }
                .first { end in paths.count { $0.suffix(end.count) == end } == 1 }
                .map { $0.joined(separator: "/") } ?? path.joined(separator: "/")
        }
    }

    /// The components of a source's path, the last one as it is given.
    private static func components(_ source: PromptSource, _ last: String) -> [String] {
        guard source.kind != .standardInput else { return [last] }
        let path = AbsolutePath.resolve(source.path)
        return AbsolutePath.parent(path).split(separator: "/").map(String.init) + [last]
    }
}
