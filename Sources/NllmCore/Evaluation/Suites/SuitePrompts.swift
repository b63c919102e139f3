/// The prompts of a suite: its templates filled in for each of its tests.
struct SuitePrompts: Sendable {
    /// Tests of one group, in the order in which they stand.
    struct Source: Sendable {
        enum Content: Sendable {
            /// A test, with its number in the group.
            case test(SuiteTest, number: Int)
            case file(TestFile)
        }

        var content: Content
        /// How ids of the group begin.
        var group = ""
        /// What each test is merged into.
        var defaults: SuiteTest
    }

    var context: SuiteContext
    var sources: [Source]

    /// Makes all prompts, one after the other.
    ///
    /// - Parameters:
    ///   - problems: takes what is wrong.
    ///   - body: takes a prompt.
    /// - Returns: what they have in common.
    /// - Throws: what the body throws.
    func forEach(_ problems: SuiteProblems, _ body: (SuitePrompt) throws -> Void) throws -> SuiteCensus {
        let reader = SuiteTestReader(context: context, problems: problems)
        var ids = SuiteID()
        var census = SuiteCensus()
        func take(_ test: SuiteTest, _ number: Int, _ source: Source) throws {
            let (isScored, place) = (test.threshold != nil, test.place)
            let test = test.merged(over: source.defaults)
            if isScored, test.assertions.isEmpty { problems.report(place, "a threshold without any assertion") }
            census.add(test)
            let name = ids.name(test.description, number: number, in: source.group)
            let maker = PromptMaker(test: test, name: name, context: context, problems: problems)
            try maker.forEachPrompt { prompt in
                census.prompts += 1
                try body(prompt)
            }
        }
        for source in sources {
            switch source.content {
            case .test(let test, let number): try take(test, number, source)
            case .file(let file):
                var number = 0
                try file.forEachTest(reader) { test in
                    number += 1
                    try take(test, number, source)
                }
                if number == 0, problems.count == 0 { problems.report(InputPlace(file: file.file.name), "no tests") }
            }
        }
        return census
    }
}
