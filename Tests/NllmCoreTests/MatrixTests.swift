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
        options: [ModelOption] = [], modelSystem: String? = nil, modelArguments: [String] = [], digests: [String] = [],
        arguments: [String] = [], sample: Int = 1
    ) -> [UInt8] {
        var prompt = Prompt(id: "a", text: "hello")
        change(&prompt)
        let model = ModelVariant(
            label: model, name: model, options: options, system: modelSystem, arguments: modelArguments)
        let common = CommonRequest(system: system, arguments: arguments, directory: "/")
        let files = digests.map { RequestFile(flag: "--fragment", value: "f", path: "/f", digest: $0) }
        return CellKeys(prompt: prompt, common: common)
            .key(.init(PlannedModel(variant: model, files: files), common: common), sample: sample)
    }

    @Test func aKeyStaysWhatItWasInEarlierVersions() {
        let options = [ModelOption(name: "b", value: "2"), ModelOption(name: "a", value: "1")]
        let key = key(
            { $0.attachments = [Attachment(location: "/f", digest: "00")] }, system: "s", options: options,
            arguments: ["-x"])
        #expect(Hexadecimal.text(key) == "e2c67d00b2978fee4d405be28f62be7fa5fcf55563c394a69a0ccd0c22f2f2be")
    }

    @Test func everythingThatDecidesTheRequestChangesTheKey() {
        let option = ModelOption(name: "t", value: "1")
        let keys = [
            key(), key { $0.text = "hello " }, key(system: "s"), key { $0.schema = "{}" }, key(model: "n"),
            key(options: [option]), key(arguments: ["-x"]), key(arguments: ["-", "x"]), key(sample: 2),
            key(modelArguments: ["-x"]), key(digests: ["00"]),
            key { $0.attachments = [Attachment(location: "/a", digest: "00")] },
            key { $0.attachments = [Attachment(location: "https://a")] },
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func whatDoesNotChangeTheRequestLeavesTheKey() {
        let (a, b) = (ModelOption(name: "a", value: "1"), ModelOption(name: "b", value: "2"))
        #expect(key { $0.id = "other" } == key())
        #expect(key { $0.metadata = "true" } == key())
        #expect(key(options: [a, b]) == key(options: [b, a]))
        // Whose system prompt it is does not matter, and one that another stands above is never sent.
        #expect(key(system: "s") == key(modelSystem: "s"))
        #expect(key(system: "t", modelSystem: "s") == key(modelSystem: "s"))
        #expect(key({ $0.system = "s" }, system: "t", modelSystem: "u") == key(system: "s"))
        // A file counts by its content.
        #expect(
            key { $0.attachments = [Attachment(location: "/a", digest: "00")] }
                == key { $0.attachments = [Attachment(location: "/b", digest: "00")] })
    }
}
