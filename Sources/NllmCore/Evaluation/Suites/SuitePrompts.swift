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
            let test = test.merged(over: source.defaults)
            census.add(test)
            let name = ids.name(test.description, number: number, in: source.group)
            var maker = PromptMaker(test: test, name: name, context: context, problems: problems)
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
            }
        }
        return census
    }
}

/// Makes the prompts of a test.
struct PromptMaker {
    let test: SuiteTest
    /// The test's part of the ids.
    let name: String
    let context: SuiteContext
    let problems: SuiteProblems

    /// Makes a prompt for each combination of variables and each template.
    mutating func forEachPrompt(_ body: (SuitePrompt) throws -> Void) throws {
        let expansion = VariableExpansion(test.variables, keepsLists: test.keepsLists ?? false)
        guard let count = expansion.count else {
            return report("its lists make more than \(VariableExpansion.limit) combinations; write fewer values")
        }
        guard count > 0 else {
            return report("the list `\(expansion.empty ?? "")` is empty; name a value, or set `disableVarExpansion`")
        }
        let grading = test.grading
        let metadata = test.metadata.isEmpty ? nil : JSONWriter.text(.object(test.metadata))
        let (prefix, suffix) = (template(test.prefix), template(test.suffix))
        for (index, members) in expansion.enumerated() {
            let variables = JSONValue.object(members)
            guard isSound(members) else { return }
            let id = expansion.multiplies ? "\(name).\(index + 1)" : name
            for template in context.prompts where test.prompts?.contains(template.name) ?? true {
                let parts = [prefix, template.template, suffix].compactMap(\.self)
                guard let text = filled(parts, variables, template) else { continue }
                var prompt = Prompt(id: context.prompts.count > 1 ? "\(id)/\(template.name)" : id, text: text)
                prompt.vars = members.isEmpty ? nil : JSONWriter.text(variables)
                prompt.metadata = metadata
                prompt.models = test.models
                prompt.grading = grading
                try body(
                    SuitePrompt(
                        prompt: prompt, place: test.place, description: test.description, label: template.label,
                        answer: test.answer))
            }
        }
    }

    private func template(_ text: String?) -> Template? { text.flatMap { $0.isEmpty ? nil : try? Template($0) } }

    private func report(_ message: String) {
        let name = test.description.map { "test `\($0.prefix(80))`: " } ?? ""
        problems.report(test.place, name + message)
    }

    /// The text of a prompt; nil, and a problem, if it cannot be made.
    private func filled(_ parts: [Template], _ variables: JSONValue, _ template: SuiteTemplate) -> String? {
        let of = context.prompts.count > 1 ? "prompt `\(template.label ?? template.name)`: " : ""
        do throws(TemplateFlaw) {
            var text = ""
            for part in parts { text += try part.filled { variables[$0] ?? variables.member(at: $0[...]) } }
            guard let flaw = PromptFieldReader.flaw(text: text, "prompt") else { return text }
            report(of + flaw)
        } catch {
            report(of + error.plainText)
        }
        return nil
    }

    /// Whether the variables can be filled into the values of assertions, and hold none themselves.
    private func isSound(_ variables: [JSONValue.Member]) -> Bool {
        for variable in variables {
            guard variable.value.hasPlaces, let text = variable.value.stringValue, let inner = try? Template(text)
            else { continue }
            let names = Set(variables.map { $0.name[...] })
            if let name = inner.variables.first(where: { names.contains($0.prefix { $0 != "." }) }) {
                report("`\(variable.name)` holds {{\(name)}}, and variables are not filled into others; write it out")
                return false
            }
        }
        let object = JSONValue.object(variables)
        for assertion in test.assertions.flatMap({ [$0.assertion] + $0.assertion.members })
        where !assertion.variables.isEmpty && assertion.type != .set {
            do throws(AssertionProblem) {
                if assertion.type.isDecidedHere {
                    _ = try AssertionCheck(assertion, variables: object)
                } else {
                    _ = try assertion.filledValue(with: object)
                }
            } catch {
                report(error.message)
                return false
            }
        }
        return true
    }
}
