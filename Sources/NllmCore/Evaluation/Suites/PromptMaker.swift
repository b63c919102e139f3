/// Makes the prompts of a test.
struct PromptMaker {
    let test: SuiteTest
    /// The test's part of the ids.
    let name: String
    let context: SuiteContext
    let problems: SuiteProblems

    /// Makes a prompt for each combination of variables and each template.
    func forEachPrompt(_ body: (SuitePrompt) throws -> Void) throws {
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
