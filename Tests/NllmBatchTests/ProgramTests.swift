import Foundation
import Testing

/// Programs that assertions and suites name.
@Suite struct ProgramTests {
    private static let suite = """
        providers: [echo]
        prompts: ['Say {{word}}']
        tests: [{vars: {word: yes please}}, {vars: {word: no}}]
        defaultTest: {assert: [{type: command, value: [./check, '{{word}}']}]}
        gate: [errors <= 1%]
        series: s

        """
    /// Passes if its argument is polite and the answer and the context are there.
    private static let check = """
        #!/bin/sh
        echo "$1" >> asked
        grep -q "Say $1" || { echo "no answer" >&2; exit 2; }
        grep -q '"prompt_id"' "$2" && case $1 in *please*) echo true ;; *) echo 0 ;; esac

        """

    private static func scene() throws -> Batch {
        let batch = try Batch()
        try batch.write(suite, to: "s.yaml")
        try batch.write(check, to: "check")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: batch.directory + "/check")
        return batch
    }

    private static func passed(_ batch: Batch) throws -> [[String]] {
        try batch.query("SELECT pass FROM scores ORDER BY run, prompt_id")
    }

    @Test func aProgramDecidesWhereItIsAllowed() async throws {
        let batch = try Self.scene()
        try await batch.run("run", "s.yaml", "--run", "r", "--allow-commands").expectSuccess()
        #expect(try Self.passed(batch) == [["1"], ["0"]])
        // Each answer once, although the folder is written several times.
        #expect(String(decoding: try batch.read("asked"), as: UTF8.self).split(separator: "\n").count == 2)
    }

    @Test func aProgramInTheDatabaseRunsOnlyWhereItIsAllowed() async throws {
        let batch = try Self.scene()
        try await batch.run("enqueue", "s.yaml", "--run", "r", "--allow-commands").expectSuccess()
        let work = try await batch.run("work", "r")
        #expect(work.code == 1 && !batch.exists("asked"), "\(work.err)")
        #expect(try Self.passed(batch) == [[""], [""]])
        #expect(try await batch.run("grade", "r").code == 0)
        #expect(!batch.exists("asked"))
        try await batch.run("grade", "r", "--allow-commands").expectSuccess()
        #expect(try Self.passed(batch) == [["1"], ["0"]])
        #expect(try await batch.run("gate", "r").code == 0)
        // Prompt files are not asked for permission, and run nothing either.
        try batch.write(#"{"prompt": "x", "assert": "command:./check"}"# + "\n", to: "p.jsonl")
        try FileManager.default.removeItem(atPath: batch.directory + "/asked")
        try await batch.run("run", "p.jsonl", "-m", "echo").expectSuccess()
        #expect(!batch.exists("asked"))
    }

    @Test func aNightIsGivenToACommand() async throws {
        let batch = try Self.scene()
        let good = try await batch.run(
            "run", "s.yaml", "--run", "a", "--allow-commands", "--finally", "cat > night.json")
        #expect(good.code == 0, "\(good.err)")
        let night = try #require(
            try JSONSerialization.jsonObject(with: try batch.read("night.json")) as? [String: Any])
        #expect(night["run"] as? String == "a" && night["passed"] as? Bool == true)
        let bad = try await batch.run(
            "run", "s.yaml", "--run", "b", "--allow-commands", "--finally", "echo nobody home >&2; exit 7")
        #expect(bad.code == 0 && bad.err.contains("`finally` failed: exit code 7: nobody home"), "\(bad.err)")
        let gate = try await batch.run("gate", "b")
        #expect(gate.code == 0 && gate.out.contains("exit code 7"))
    }

    @Test func aWorkerThatDoesNotEndTakesNoFinalCommand() async throws {
        let batch = try Batch()
        let result = try await batch.run("work", "--follow", "--finally", "cat")
        #expect(result.code == 64 && result.err.contains("leave out `--follow`"), "\(result.err)")
        #expect(!batch.exists("nllm-runs"))
    }

    @Test func aSuitesCommandGetsTheNightIfItMay() async throws {
        let batch = try Self.scene()
        try batch.write(
            Self.suite.replacing("gate: [errors <= 1%]", with: "gate: [pass_rate >= 1]")
                + "finally: 'cat > night.json'\n", to: "s.yaml")
        #expect(try await batch.run("run", "s.yaml").code == 78)
        #expect(!batch.exists("night.json") && !batch.exists("nllm-runs"))
        // A bad night is told of as well.
        #expect(try await batch.run("run", "s.yaml", "--allow-commands").code == 1)
        #expect(batch.exists("night.json"))
    }

    @Test func similarityIsTheCosineOfEmbeddings() async throws {
        let batch = try Batch(extra: ["PYTHONPATH": Batch.packageRoot + "/Tests/Support/plugin"])
        try await batch.command(Batch.venv + "/llm", ["embed-models", "default", "letters"]).requireSuccess()
        let server = [
            #"{"id": "a", "prompt": "x", "assert": {"type": "similar", "value": ["zzz", "prompt system attachments stream previous x"], "threshold": 0.8}}"#,
            #"{"id": "b", "prompt": "x", "assert": {"type": "similar", "value": "zzz"}}"#,
            #"{"id": "c", "prompt": "x", "assert": {"type": "not-similar", "value": "zzz"}}"#,
        ]
        try batch.write(server.joined(separator: "\n") + "\n", to: "p.jsonl")
        let run = try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "r")
        #expect(run.code == 0, "\(run.err)")
        #expect(try Self.passed(batch) == [["1"], ["0"], ["1"]])
    }
}
