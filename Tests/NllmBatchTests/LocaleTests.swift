import Foundation
import Testing

/// The bytes of prompts reach the model, and answers come back, whatever the user's environment says of encodings.
@Suite(.serialized) struct LocaleTests {
    private static let environments: [[String: String]] = [
        [
            "LC_ALL": "POSIX", "LANG": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
            "PYTHONIOENCODING": "ascii",
        ],
        ["LC_ALL": "", "LC_CTYPE": "C", "LANG": "xx_YY", "PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"],
    ]
    private static let prompt = "Zażółć gęślą jaźń, ちょっと 😀"
    private static let system = "Réponds à l’envers – «ß»"

    @Test(arguments: ["process", "fork", "shared"], [false, true])
    func textArrivesInEachEnvironment(executor: String, ignoresVariables: Bool) async throws {
        let server = try await LoopbackServer(#"{"m": {"llm": {"vision": true}}}"#)
        let folder = ignoresVariables ? try Batch.llmWithFlags("-E") : nil
        let batch = try Batch(llm: folder, userPath: server.userPath)
        try batch.write("Fragment: naïve Ωmega\n", to: "frägment-ж.txt")
        let dot =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        try batch.write(try #require(Data(base64Encoded: dot)), to: "bïld-図.png")
        let line = #"{"prompt": "\#(Self.prompt)", "system": "\#(Self.system)", "attachments": ["bïld-図.png"], "#
        try batch.write(line + #""options": {"stop": "Ünd"}}"# + "\n", to: "plain.jsonl")
        try batch.write("\"\(Self.prompt)\"\n", to: "with fragment.jsonl")
        for (number, environment) in Self.environments.enumerated() {
            let before = try server.log().count
            let name = Comment(rawValue: "\(executor) \(number)")
            for (source, further) in [("plain.jsonl", []), ("with fragment.jsonl", ["--", "-f", "frägment-ж.txt"])] {
                let run = "\(executor)-\(number)-\(further.count)"
                let result = try await batch.run(
                    ["run", source, "-m", "m", "--run", run, "--executor", executor] + further,
                    environment: environment)
                #expect(result.code == 0, "\(name): \(result.err)")
                let answer = try #require(try batch.jsonLines("nllm-runs/\(run)/results.jsonl").first)
                #expect((answer["text"] as? String)?.contains(Self.prompt) == true, name)
            }
            let asked = try server.log().dropFirst(before).filter { $0["n"] != nil }
            #expect(asked.count == 2, name)
            #expect(asked.first?["prompt"] as? String == Self.prompt, name)
            #expect(asked.first?["system"] as? String == Self.system, name)
            #expect((asked.first?["params"] as? [String: Any])?["stop"] as? String == "Ünd", name)
            #expect(asked.first?["parts"] as? Int == 1, name)
            #expect((asked.last?["prompt"] as? String)?.contains("Fragment: naïve Ωmega") == true, name)
        }
    }
}
