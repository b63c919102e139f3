import Testing

@testable import NllmCore

/// Keys by which answers are found again do not change with how JSON is shown.
@Suite struct StableKeyTests {
    @Test func aSchemaThatIsAnObjectKeepsItsKey() throws {
        let text = "{\"title\":\"a\u{85}b\u{2028}c\u{7F}\u{1B}é\"}"
        let field = PromptField(name: "schema", value: try JSONParser.parse(text.replacing("\u{1B}", with: "\\u001b")))
        var reader = PromptFieldReader(directory: "/")
        let prompt = try #require(
            reader.prompt([PromptField(name: "prompt", value: .string("p")), field], defaultID: "1") { _, _ in })
        #expect(prompt.schema == "{\"title\":\"a\u{85}b\u{2028}c\\u007f\\u001bé\"}")
        let model = PlannedModel(variant: try ModelVariant("m"))
        let common = CommonRequest(directory: "/")
        let key = CellKeys(prompt: prompt, common: common).key(.init(model, common: common), sample: 1)
        #expect(Hexadecimal.text(key) == "3989720ccb063a16d19f18e988444fdb9ba7594d80c31d43ab3bcda7dce39468")
    }

    @Test func conversationsKeepTheirKeys() throws {
        var prompt = Prompt(id: "1", text: "c")
        prompt.system = "s"
        prompt.conversation = Conversation(messages: [
            .init(role: .user, parts: [.text("a")]), .init(role: .assistant, parts: [.text("b")]),
            .init(
                role: .user,
                parts: [.text("c"), .link("https://a/b"), .content(InlineContent(type: "image/png", digest: "00"))]),
        ])
        var turns = Prompt(id: "1", text: "b")
        turns.turns = ["a", "b"]
        let keys = try [prompt, turns].map { prompt in
            let common = CommonRequest(directory: "/")
            let model = PlannedModel(variant: try ModelVariant("m"))
            return Hexadecimal.text(
                CellKeys(prompt: prompt, common: common).key(.init(model, common: common), sample: 1))
        }
        #expect(
            keys == [
                "a499bf5a8f647cc94c86c74add40761804d1fc031c0150521be01ca1dcd79384",
                "f47c00e247de593d37b3757f4f565c41474a0a10f5b1193197730b4337b34d32",
            ])
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
