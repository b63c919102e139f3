/// A suite: prompts, tests and models, and what is said about their runs.
struct Suite: Sendable {
    /// The file as the user named it.
    let path: String
    /// The folder at which paths in the suite start, such as those of commands; an absolute path.
    let folder: String
    var description: String?
    var tags: [JSONValue.Member] = []
    /// The models that are asked, with labels that are unique; empty if the command line has to name them.
    var models: [SuiteModel] = []
    /// Absolute paths of prompt files, as `enqueue` reads them.
    var sources: [String] = []
    var settings = SuiteSettings()
    var derivedMetrics: [DerivedMetric] = []
    /// What the prompts have in common, without those of ``sources``.
    var census = SuiteCensus()
    private var prompts: SuitePrompts

    init(path: String, files: SuiteFiles, prompts: SuitePrompts) {
        (self.path, self.folder, self.prompts) = (path, files.folder, prompts)
    }

    /// Hands over all prompts, one after the other, in the order of the suite; files of tests are read anew.
    ///
    /// - Throws: what the body throws, and what is wrong in a file that has changed since the suite was read.
    func forEachPrompt(_ body: (SuitePrompt) throws -> Void) throws {
        let problems = SuiteProblems()
        _ = try prompts.forEach(problems) { prompt in
            if problems.count == 0 { try body(prompt) }
        }
        try problems.check()
    }

    /// Reads a suite and all files that it names, and checks every prompt.
    ///
    /// - Parameters:
    ///   - path: the suite, YAML or JSON by its extension.
    ///   - trustsFiles: whether it may read and write files outside of its folder.
    ///   - allowsCommands: whether it may have programs started.
    ///   - catalogue: the models that `llm` knows; nil if that is not checked.
    /// - Returns: the suite, in which nothing is wrong.
    /// - Throws: everything that is wrong, each with its file and line; as a bad configuration where only trust or
    ///   permission is missing, or a gate cannot be evaluated.
    static func read(
        path: String, trustsFiles: Bool = false, allowsCommands: Bool = false, catalogue: ModelCatalogue? = nil
    ) throws(NllmError) -> Suite {
        let reader = SuiteReader(
            path: path, files: SuiteFiles(suite: path, trustsFiles: trustsFiles), allowsCommands: allowsCommands,
            catalogue: catalogue)
        return try reader.read()
    }
}
