import Foundation
import Testing

/// Answers are checked against the assertions of their prompts.
@Suite struct GradingTests {
    private static let prompts = """
        {"id": "a", "prompt": "Paris", "assert": "contains:Paris"}
        {"id": "b", "prompt": "Rome", "assert": [{"type": "equals", "value": "echo: {{city}}"}, "contains:x"], "vars": {"city": "Rome"}}
        {"id": "c", "prompt": "Oslo", "assert": {"type": "contains", "value": "Berlin"}}
        {"id": "d", "prompt": "Bonn"}

        """

    private func graded(_ batch: Batch, _ run: String) throws -> [[String]] {
        try batch.query("SELECT prompt_id, score, pass FROM scores WHERE run = '\(run)' ORDER BY prompt_id")
    }

    /// A server that lives as long as the folder in which the prompts were run.
    private struct Scene {
        let server: LoopbackServer
        let batch: Batch
    }

    private func scene(_ arguments: String...) async throws -> Scene {
        let server = try await LoopbackServer(#"{"m": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(Self.prompts, to: "p.jsonl")
        try await batch.run(["run", "p.jsonl", "-m", "m", "--run", "r", "--executor", "shared"] + arguments)
            .expectSuccess()
        return Scene(server: server, batch: batch)
    }

    @Test func scoresStandInTheDatabaseTheResultsAndTheSummaries() async throws {
        let scene = try await scene()
        let batch = scene.batch
        #expect(try graded(batch, "r") == [["a", "1.0", "1"], ["b", "0.5", "0"], ["c", "0.0", "0"]])
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(results.map { $0["pass"] as? Bool } == [true, false, false, nil])
        #expect(results.map { $0["score"] as? Double } == [1, 0.5, 0, nil])
        #expect(!results[3].keys.contains("pass"))
        let asserts = try #require(results[1]["asserts"] as? [[String: Any]])
        #expect(asserts.map { $0["type"] as? String } == ["equals", "contains"])
        #expect(asserts.map { $0["pass"] as? Bool } == [true, false])
        #expect((asserts[1]["reason"] as? String)?.isEmpty == false)

        let status = try await batch.run("status", "r").expectSuccess().out
        #expect(status.contains("passed") && status.contains("1/3"))
        let json = try await batch.run("status", "r", "--json").expectSuccess().out
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let verdicts = try #require(document["verdicts"] as? [String: Any])
        #expect(verdicts["passed"] as? Int == 1 && verdicts["failed"] as? Int == 2 && verdicts["none"] as? Int == 0)
        let show = try await batch.run("show", "r", "-p", "c").expectSuccess().out
        #expect(show.contains("  did not pass, score 0.0\n    contains: "))
    }

    @Test func assertionsOfTheCommandHoldForEveryPrompt() async throws {
        let scene = try await scene("--assert", "starts-with:echo", "--assert", "not-contains:Bonn")
        let batch = scene.batch
        #expect(
            try graded(batch, "r") == [
                ["a", "1.0", "1"], ["b", "0.75", "0"], ["c", "0.6666666666666666", "0"], ["d", "0.5", "0"],
            ])
    }

    /// Assertions are no part of a request, so that answers stay when they change.
    @Test func changedAssertionsAreAppliedToTheAnswersThatAreThere() async throws {
        let scene = try await scene()
        let batch = scene.batch
        try batch.write(Self.prompts.replacing("Berlin", with: "Oslo"), to: "p.jsonl")
        let again = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--run", "r").expectSuccess()
        #expect(again.err.contains("run r: 4 kept, 0 changed, 0 new, 0 removed"))
        let grade = try await batch.run("grade", "r").expectSuccess()
        #expect(
            grade.out == "r: 2 of 3 passed, 1 changed\n  c on m: failed → passed\n" || grade.out.contains("2 of 3"))
        #expect(try graded(batch, "r").map { $0[2] } == ["1", "0", "1"])
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["pass"] as? Bool } == [
                true, false, true, nil,
            ])
        #expect(try batch.query("SELECT count(*) FROM grades") == [["4"]])
        let same = try await batch.run("grade", "r", "--json").expectSuccess().out
        let json = try #require(try JSONSerialization.jsonObject(with: Data(same.utf8)) as? [String: Any])
        #expect(json["changed"] as? Int == 0 && json["passed"] as? Int == 2)
    }

    @Test func aReusedAnswerIsGraded() async throws {
        let scene = try await scene()
        let batch = scene.batch
        try await batch.run("run", "p.jsonl", "-m", "m", "--run", "s", "--cache", "any", "--executor", "process")
            .expectSuccess()
        #expect(try graded(batch, "s") == graded(batch, "r"))
    }

    /// A worker may die between an answer and its grade.
    @Test func aMissingGradeIsMadeUpForBeforeResultsAreWritten() async throws {
        let scene = try await scene()
        let batch = scene.batch
        let before = try graded(batch, "r")
        let results = try batch.read("nllm-runs/r/results.jsonl")
        try batch.execute("UPDATE cells SET grade_id = NULL", in: "nllm-runs/batch.db")
        #expect(try graded(batch, "r").isEmpty)
        try await batch.run("export", "r").expectSuccess()
        #expect(try graded(batch, "r") == before)
        #expect(try batch.read("nllm-runs/r/results.jsonl") == results)
        try await batch.run("rm", "r").expectSuccess()
        #expect(try batch.query("SELECT count(*) FROM grades") == [["0"]])
    }

    @Test(arguments: [
        (#"{"prompt": "x", "assert": "contains"}"#, "value"), (#"{"prompt": "x", "assert": "regex:("}"#, "pattern"),
        (#"{"prompt": "x", "assert": {"type": "contain", "value": "y"}}"#, "did you mean `contains`"),
        (#"{"prompt": "x", "assert": {"type": "javascript", "value": "1"}}"#, "command"),
        (#"{"prompt": "x", "expect": "y"}"#, "`expect` is now `assert`"),
    ]) func whatIsNoAssertionIsRefusedWithItsPlace(line: String, text: String) async throws {
        let batch = try Batch.scripted()
        try batch.write("{\"prompt\": \"fine\"}\n\(line)\n", to: "p.jsonl")
        let result = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check")
        #expect(result.code == 65 && result.err.hasPrefix("p.jsonl:2: ") && result.err.contains(text), "\(result.err)")
        #expect(!batch.exists("nllm-runs/batch.db"))
    }

    @Test func aTableHasAssertionsInAColumn() async throws {
        let batch = try Batch.scripted()
        try batch.write(
            "prompt,assert\nx,42\ny,\"[{\"\"type\"\": \"\"is-json\"\"}]\"\nz,not-icontains:Sorry\nv,\n", to: "p.csv")
        try await batch.run("enqueue", "p.csv", "-m", "m", "--no-check").expectSuccess()
        let found = try batch.query(
            "SELECT ifnull(content, '') FROM prompts LEFT JOIN gradings ON gradings.id = grading_id ORDER BY position")
        #expect(
            found.map { $0[0] } == [
                #"{"assert":[{"type":"equals","value":"42"}]}"#, #"{"assert":[{"type":"is-json"}]}"#,
                #"{"assert":[{"type":"not-icontains","value":"Sorry"}]}"#, "",
            ])
    }

    /// A suite's changed assertions and gates hold for a night that is over, without a request.
    @Test func aSuiteGradesARunAgain() async throws {
        let batch = try Batch()
        let suite = """
            providers: [echo]
            prompts: ['Say {{word}}']
            tests: [{vars: {word: [one, two]}, assert: [{type: contains, value: Say}]}]
            gate: [pass_rate >= 1]

            """
        try batch.write(suite, to: "s.yaml")
        try await batch.run("run", "s.yaml", "--run", "r").expectSuccess()
        try batch.write(suite.replacing("value: Say", with: "value: one"), to: "s.yaml")
        let grade = try await batch.run("grade", "r", "--suite", "s.yaml").expectSuccess()
        #expect(grade.out.contains("1 of 2 passed") && grade.out.contains("passed → failed"), "\(grade.out)")
        #expect(try await batch.run("gate", "r").code == 1)
        #expect(try batch.query("SELECT count(*) FROM attempts") == [["2"]])
        try batch.write(suite.replacing("[one, two]", with: "[one, three]"), to: "s.yaml")
        let other = try await batch.run("grade", "r", "--suite", "s.yaml")
        #expect(other.code == 64 && other.err.contains("asks something else than run r"), "\(other.err)")
        #expect(try await batch.run("gate", "r").code == 1)
    }
}
