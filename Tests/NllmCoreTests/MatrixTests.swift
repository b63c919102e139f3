import Testing

@testable import NllmCore

@Suite struct MatrixTests {
    @Test func aModelIsANameWithOptionsUnderItsTextAsLabel() throws {
        let plain = try ModelVariant("gpt-4o")
        #expect(plain.label == "gpt-4o" && plain.name == "gpt-4o" && plain.options.isEmpty)
        let varied = try ModelVariant("gpt-4o[temperature=0.2,stop==]")
        #expect(varied.label == "gpt-4o[temperature=0.2,stop==]")
        #expect(varied.name == "gpt-4o")
        #expect(
            varied.options == [ModelOption(name: "temperature", value: "0.2"), ModelOption(name: "stop", value: "=")])
    }

    @Test(arguments: ["", "x[]", "x[a]", "x[=1]", "-x", "[a=1]\n"])
    func whatIsNoModelIsRefused(text: String) {
        #expect(throws: NllmError.self) { try ModelVariant(text) }
    }

    @Test func laterModelsOfOneLabelAreNumbered() throws {
        let models = try ["a", "a", "b", "a", "a#2"].map { try ModelVariant($0) }
        #expect(ModelVariant.distinct(models).map(\.label) == ["a", "a#3", "b", "a#4", "a#2"])
    }

    @Test func laterOptionsStandAboveEarlierOnes() {
        let run = [ModelOption(name: "a", value: "1"), ModelOption(name: "b", value: "1")]
        let prompt = [ModelOption(name: "b", value: "2"), ModelOption(name: "c", value: "2")]
        #expect(
            ModelOption.merged(run, prompt) == [
                ModelOption(name: "a", value: "1"), ModelOption(name: "b", value: "2"),
                ModelOption(name: "c", value: "2"),
            ])
    }

    private func key(
        _ change: (inout Prompt) -> Void = { _ in }, system: String? = nil, model: String = "m",
        options: [ModelOption] = [], arguments: [String] = [], sample: Int = 1
    ) -> [UInt8] {
        var prompt = Prompt(id: "a", text: "hello")
        change(&prompt)
        return CellKey(prompt: prompt, system: system, arguments: arguments)
            .bytes(model: model, options: options, sample: sample)
    }

    @Test func everythingThatDecidesTheRequestChangesTheKey() {
        let option = ModelOption(name: "t", value: "1")
        let keys = [
            key(), key { $0.text = "hello " }, key(system: "s"), key { $0.schema = "{}" }, key(model: "n"),
            key(options: [option]), key(arguments: ["-x"]), key(arguments: ["-", "x"]), key(sample: 2),
            key { $0.attachments = [Attachment(location: "/a", digest: "00")] },
            key { $0.attachments = [Attachment(location: "https://a")] },
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func whatDoesNotChangeTheRequestLeavesTheKey() {
        let (a, b) = (ModelOption(name: "a", value: "1"), ModelOption(name: "b", value: "2"))
        #expect(key { $0.id = "other" } == key())
        #expect(key { $0.metadata = .bool(true) } == key())
        #expect(key(options: [a, b]) == key(options: [b, a]))
        // A file counts by its content.
        #expect(
            key { $0.attachments = [Attachment(location: "/a", digest: "00")] }
                == key { $0.attachments = [Attachment(location: "/b", digest: "00")] })
    }
}
