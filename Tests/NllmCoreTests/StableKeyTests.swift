import Testing

@testable import NllmCore

/// Keys by which answers are found again do not change with how JSON is shown.
@Suite struct StableKeyTests {
    @Test func aSchemaThatIsAnObjectKeepsItsKey() throws {
        let text = "{\"title\":\"a\u{85}b\u{2028}c\u{7F}\u{1B}é\"}"
        let field = PromptField(name: "schema", value: try JSONParser.parse(text.replacing("\u{1B}", with: "\\u001b")))
        let record = PromptRecord(
            fields: [field], text: "p", id: "1", place: InputPlace(file: "p.jsonl"), directory: "/")
        var reader = PromptFieldReader()
        let prompt = try #require(reader.prompt(record) { _, _ in })
        #expect(prompt.schema == "{\"title\":\"a\u{85}b\u{2028}c\\u007f\\u001bé\"}")
        let model = PlannedModel(variant: try ModelVariant("m"))
        let common = CommonRequest(directory: "/")
        let key = CellKeys(prompt: prompt, common: common).key(.init(model, common: common), sample: 1)
        #expect(Hexadecimal.text(key) == "3989720ccb063a16d19f18e988444fdb9ba7594d80c31d43ab3bcda7dce39468")
    }

    @Test func whatIsStoredIsWrittenAsEver() {
        let value = JSONValue.strings(["\u{80}\u{9F}\u{2028}\u{2029}\u{7F}"])
        #expect(JSONWriter.text(value) == "[\"\u{80}\u{9F}\u{2028}\u{2029}\\u007f\"]")
        #expect(value.description == #"["\u0080\u009f\u2028\u2029\u007f"]"#)
        #expect(
            JSONWriter.document(.string("\u{C2}\u{E2}\u{85}…"))
                == Array("\"ÂâX…\"\n".replacing("X", with: #"\u0085"#).utf8))
        #expect(ShellWord.stored(["\u{1B}"]) == "'\u{1B}'")
    }
}
