import Foundation
import NllmCore
import Testing

/// What texts hold does nothing to a terminal, breaks no line, and shows no secret.
@Suite struct TerminalSafetyTests {
    /// C0 but tab and line break, DEL, and C1.
    private static let controls = (Array(1...8) + Array(11...31) + Array(127...159)).compactMap {
        Unicode.Scalar(UInt32($0))
    }
    private static let hostile = "\u{1B}]0;x\u{7}\u{9B}31m\u{7F}\r\u{8}end"

    private static func isClean(_ text: String) -> Bool {
        !text.unicodeScalars.contains { controls.contains($0) }
    }

    @Test func answersAndReasonsAreShownWithoutControlCharacters() async throws {
        let server = try await LoopbackServer(
            #"{"evil": {"answer": "a\u001b]52;c;eA==\u0007\r\nb\u009b2J\u007f\r\n"}, "bad": {"fail": {"status": 400, "message": "no\u001b[2J\nnext\u0085line"}}}"#
        )
        let batch = try Batch(userPath: server.userPath)
        let run = try await batch.run("run", "-m", "evil", "-m", "bad", "--run", "r", "--", "hi")
        #expect(run.code == 1)
        for arguments in [["show", "r"], ["show", "r", "--json"], ["status", "r"], ["status", "--json"], ["list"]] {
            let result = try await batch.run(arguments).expectSuccess()
            #expect(
                Self.isClean(result.out + result.err), "\(arguments): \((result.out + result.err).debugDescription)")
        }
        let shown = try await batch.run("show", "r")
        #expect(shown.out.contains("    | a\u{FFFD}]52;c;eA==\u{FFFD}\n    | b\u{FFFD}2J\u{FFFD}\n"), "\(shown.out)")
        #expect(Self.isClean(run.out + run.err))
        // What was answered is kept as it is.
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect((results[0]["text"] as? String)?.unicodeScalars.contains("\u{9B}") == true)
    }

    @Test func namesBreakNoLineAndReachNoTerminal() async throws {
        let batch = try Batch()
        let name = "na\nme\(Self.hostile)"
        try batch.write("x", to: "folder/\(name)/empty.txt")
        try batch.write("---\nsamples: x\n---\ny", to: "folder/\(name)/a.txt")
        try batch.write("", to: "empty/\(name)/b.txt")
        try batch.write("x", to: "empty/c.txt")
        try batch.write(
            "{\"prompt\":\"x\",\(JSONValue.string(name)):1}\n{\"\\u0085\\n\":2,\"prompt\":1}", to: "p.jsonl")
        let empty = try await batch.run("enqueue", "empty", "-m", "echo", "--run", "e").expectSuccess()
        #expect(Self.isClean(empty.err) && empty.err.count { $0 == "\n" } == 3, "\(empty.err.debugDescription)")
        try batch.write("batch:\n  \(JSONValue.string(name)): 1", to: "c.yaml")
        for (arguments, lines) in [
            (["enqueue", "folder", "-m", "echo"], 1), (["enqueue", "p.jsonl", "-m", "echo"], 1),
            (["enqueue", name, "-m", "echo"], 1), (["list", "--config", "c.yaml"], 1), (["list", "--config", name], 1),
            (["list", "--db", name], 1), (["show", name], 1), ([name], 1), (["list", "--\(name)"], 1),
            (["run", "x", "--timeout", name], 1), (["run", "x", "--executor=\(name)"], 1),
            (["enqueue", "p.jsonl", "-m", name], 1), (["enqueue", "-m", "echo", "--run", name, "--", "hi"], 1),
            (["enqueue", "-m", "echo", "--option", name, "--", "hi"], 1),
            (["enqueue", "-m", "echo", "--model-option", name, "--", "hi"], 1), (["status", name], 1),
        ] as [([String], Int)] {
            let result = try await batch.run(arguments)
            #expect(result.code >= 64, "\(arguments)")
            #expect(Self.isClean(result.err), "\(arguments): \(result.err.debugDescription)")
            #expect(result.err.count { $0 == "\n" } == lines, "\(arguments): \(result.err.debugDescription)")
        }
    }

    @Test func aConfigurationIsShownWithoutControlCharacters() async throws {
        let batch = try Batch()
        let name = JSONValue.string("k\n\u{9B}\u{2028}\u{1B}")
        try batch.write(
            "costs: {\(name): {input_per_1k: 1}}\nbatch: {system: \(name), limits: {\(name): {rpm: 1}}}", to: "c.yaml")
        for more in [[], ["--json"]] {
            let result = try await batch.run(["config", "show", "-c", "c.yaml"] + more).expectSuccess()
            #expect(Self.isClean(result.out))
        }
    }

    /// Each shell has to give `llm` the same bytes as a cell would.
    @Test(arguments: ["sh", "bash", "dash"])
    func aDryRunCanBePastedWhateverItHolds(shell: String) async throws {
        guard FileManager.default.isExecutableFile(atPath: "/bin/" + shell) else { return }
        let recorder = try Batch.fakeLLM(
            #"for a in "$@"; do printf '%s\n--\n' "$a"; done >>"$RECORD.args"; cat >>"$RECORD.input""#)
        let batch = try Batch(llm: recorder)
        let all = String(String.UnicodeScalarView(Self.controls))
        for (index, text) in ["a'b\r\n\n", all + "\n", "\u{1B}", "x\n\u{7}\n", "\u{80}é\u{9F}'\"$(id)`\\033"]
            .enumerated()
        {
            let preview = try await batch.run(
                ["enqueue", "--dry-run", "-m", "m", "--system", text, "--"], input: text
            ).expectSuccess()
            #expect(Self.isClean(preview.out), "\(preview.out.debugDescription)")
            let json = try await batch.run(["enqueue", "--dry-run", "--json", "-m", "m", "--"], input: text)
            #expect(Self.isClean(json.out))
            let record = batch.directory + "/record\(index)"
            try await batch.command("/bin/" + shell, ["-c", preview.out], environment: ["RECORD": record])
                .expectSuccess()
            #expect(try batch.read("record\(index).input") == Data(text.utf8), "\(preview.out.debugDescription)")
            let arguments = ["-m", "m", "-n", "-u", "-s", text].map { $0 + "\n--\n" }.joined()
            #expect(try batch.read("record\(index).args") == Data(arguments.utf8))
        }
    }

    @Test func noErrorRepeatsASecret() async throws {
        let batch = try Batch()
        let secret = "sk-live-4f9Qh2Lx7Zt0"
        try batch.write("models: [\"m[api_key=\(secret)\"]\nbatch: {executor: \(secret)}", to: "c.yaml")
        try batch.write("{\"prompt\":\"x\",\"models\":[\"m[password=plain-text-1]\"],\"\(secret)\":1}", to: "p.jsonl")
        for arguments in [
            ["enqueue", "-m", "x[api_key=\(secret)]", "--", "hi"],
            ["enqueue", "-m", "x[api_key=\(secret)", "--", "hi"],
            ["enqueue", "-m", "x[password=plain-text-1,y]", "--", "hi"], ["enqueue", "-m", secret, "--", "hi"],
            ["enqueue", "-m", "m", "--option", secret, "--", "hi"], ["list", "--api-key=plain-text-1"],
            ["run", "--key", "plain-text-1", "x"], ["run", "x", "--token=plain-text-1"], ["enqueue", secret],
            ["run", "x", "--rpm", "api_key=plain-text-1"], ["run", "x", "--timeout", secret],
            ["list", "--config", "c.yaml"], ["enqueue", "p.jsonl", "-m", "m", "--no-check"],
            ["enqueue", "https://user:plain-text-1@host/p.jsonl"], ["list", "--db", secret], ["show", secret], [secret],
            ["enqueue", "-m", "m", "--model-option", "m2:-o:api_key:\(secret)", "--", "hi"],
            ["enqueue", "-m", "m", "--model-option", secret, "--", "hi"],
        ] {
            let result = try await batch.run(arguments)
            #expect(result.code >= 64, "\(arguments)")
            let isShown = result.err.contains("4f9Qh2Lx7Zt0") || result.err.contains("plain-text-1")
            #expect(!isShown, "\(arguments): \(result.err)")
        }
    }

    @Test(arguments: [
        String(repeating: "Wort", count: 1250), String(repeating: "a", count: 5000),
        "Donaudampfschifffahrtsgesellschaft",
        "thisIsALongNameInCamelCaseWithoutDigits", String(repeating: "LOUD", count: 20),
    ])
    func aLongWordIsNotTakenForAKey(word: String) async throws {
        let batch = try Batch()
        let result = try await batch.run("run", "--dry-run", "--no-check", "-m", "m", "--system", word, "--", "hi")
            .expectSuccess()
        #expect(result.out == "printf %s hi | llm -m m -n -u -s \(word)\n")
    }

    @Test(arguments: [
        "abcdefghijklmnopqrstuvwxyz012345", "0123456789abcdef0123456789abcdef", "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeF",
    ])
    func whatCanOnlyBeAKeyStillIs(key: String) async throws {
        let result = try await Batch().run("run", "--dry-run", "--no-check", "-m", "m", "--system", key, "--", "hi")
        #expect(result.out == "printf %s hi | llm -m m -n -u -s '***REDACTED***'\n")
    }
}
