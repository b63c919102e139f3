import Foundation
import Testing

/// The bytes of prompts reach the model, and answers come back, whatever the user's environment says of encodings.
@Suite struct LocaleTests {
    private static let environments: [[String: String]] = [
        [
            "LC_ALL": "POSIX", "LANG": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
            "PYTHONIOENCODING": "ascii",
        ],
        ["LC_ALL": "", "LC_CTYPE": "C", "LANG": "xx_YY", "PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"],
    ]
    private static let prompt = "Zażółć gęślą jaźń, ちょっと 😀"
    private static let system = "Réponds à l’envers – «ß»"

    @Test(arguments: [("process", false), ("process", true), ("fork", true), ("shared", false)])
    func textArrivesInEachEnvironment(executor: String, ignoresVariables: Bool) async throws {
        let server = try await LoopbackServer(#"{"m": {"llm": {"vision": true}}}"#)
        // As pipx writes it: then the locale is all that Python goes by.
        let folder = ignoresVariables ? try Batch.llmWithFlags("-E") : nil
        let batch = try Batch(llm: folder, userPath: server.userPath)
        try batch.write("Fragment: naïve Ωmega\n", to: "frägment-ж.txt")
        let dot =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        try batch.write(try #require(Data(base64Encoded: dot)), to: "bïld-図.png")
        let line = #"{"prompt": "\#(Self.prompt)", "system": "\#(Self.system)", "attachments": ["bïld-図.png"], "#
        try batch.write(line + #""options": {"stop": "Ünd"}}"# + "\n", to: "prompts.jsonl")
        // Fragments are not for `shared`.
        let further = executor == "shared" ? [] : ["--", "-f", "frägment-ж.txt"]
        for (number, environment) in Self.environments.enumerated() {
            let name = Comment(rawValue: "\(executor) \(number)")
            try await batch.run(
                ["run", "prompts.jsonl", "-m", "m", "--run", "\(number)", "--no-check", "--executor", executor]
                    + further,
                environment: environment
            ).expectSuccess(name)
            let answer = try #require(try batch.jsonLines("nllm-runs/\(number)/results.jsonl").first)
            #expect((answer["text"] as? String)?.contains(Self.prompt) == true, name)
            let asked = try #require(try server.log().last { $0["n"] != nil })
            let prompt = asked["prompt"] as? String ?? ""
            #expect(prompt == (further.isEmpty ? Self.prompt : "Fragment: naïve Ωmega\n\n" + Self.prompt), name)
            #expect(asked["system"] as? String == Self.system, name)
            #expect((asked["params"] as? [String: Any])?["stop"] as? String == "Ünd", name)
            #expect(asked["parts"] as? Int == 1, name)
        }
        #expect(try server.requests().count == Self.environments.count)
    }
}
