internal import FoundationEssentials

/// The names of the migrations that an installed `llm` applies to its log, read from its source without running it.
struct LLMMigrations: Sendable, Equatable {
    let names: Set<String>

    /// The most bytes of the source that are read.
    private static let longest = 1 << 20

    /// Reads the migrations of an installation; nil if it is of an unknown kind.
    init?(of program: LLMProgram) {
        guard let folder = program.sitePackages,
            let bytes = (try? FileReader(path: folder + "/llm/migrations.py").rest(limit: Self.longest)) ?? nil
        else { return nil }
        self.init(source: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads a module that marks its migrations as `llm` does; nil if it has none.
    init?(source: String) {
        var names: Set<String> = []
        var isMarked = false
        for line in source.split(separator: "\n") {
            if isMarked, line.hasPrefix("def "), let name = line.dropFirst(4).split(separator: "(").first {
                names.insert(String(name))
            }
            isMarked = line == "@migration"
        }
        guard !names.isEmpty else { return nil }
        self.names = names
    }

    /// Whether a log records all of them, so that no `llm` would change it.
    func areRecorded(in log: String) -> Bool {
        LLMLogLookup(path: log).migrations().map { names.isSubset(of: $0) } ?? false
    }
}
