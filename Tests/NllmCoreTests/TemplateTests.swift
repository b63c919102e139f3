import Testing

@testable import NllmCore

@Suite struct TemplateTests {
    private func filled(_ text: String, _ json: String = "{}") throws -> String {
        let variables = try JSONParser.parse(json)
        return try Template(text).filled { variables.member(at: $0[...]) }
    }

    @Test func placesTakeTheValuesOfVariables() throws {
        #expect(try filled("{{a}}-{{ b.c }}-{{b | dump}}", #"{"a":"x","b":{"c":1.50}}"#) == #"x-1.50-{"c":1.50}"#)
        #expect(try filled("{{a}}{{b}}", #"{"a":true,"b":false}"#) == "truefalse")
        #expect(try filled("no place } } { {") == "no place } } { {")
        #expect(try filled("") == "")
    }

    @Test func aValueIsNotATemplate() throws {
        #expect(try filled("{{a}}", #"{"a":"{{b}}"}"#) == "{{b}}")
    }

    @Test func variablesStandInTheirOrder() throws {
        #expect(try Template("{{b}} {{a.c}} {{b | dump}}").variables == ["b", "a.c", "b"])
        #expect(try Template("x").variables == [])
    }

    @Test(arguments: [
        ("{{a", "`{{` without `}}`"), ("{{ }}", "`{{ }}` names no variable; write {{name}} or {{name | dump}}"),
        ("{{a | upper}}", "there is no `upper`, only {{a | dump}}, which writes JSON"),
    ])
    func whatIsNotUnderstoodIsRefused(text: String, message: String) {
        #expect(throws: TemplateProblem(message: message)) { try Template(text) }
    }

    @Test(arguments: [
        ("{{b}}", "no variable `b`"), ("{{a.b}}", "no variable `a.b`"), ("{{n}}", "no variable `n`"),
        ("{{a}}", "`a` is an array; write {{a | dump}} for its JSON"),
    ])
    func aVariableMustBeThereAndText(text: String, message: String) {
        do {
            _ = try filled(text, #"{"a":[1],"n":null}"#)
            Issue.record("nothing was thrown")
        } catch {
            #expect((error as? TemplateFlaw)?.plainText == message)
        }
    }
}
