import Foundation
import Testing

/// README's line for every night, as a cron daemon runs it.
@Suite struct CronTests {
    /// A home folder with the server's models, six prompts, and what to ask: a single model is llm's default.
    private func home(_ models: [String], _ server: LoopbackServer) throws -> Batch {
        let home = try ReadmeTests().home()
        try home.write((1...6).map { "\"prompt \($0)\"\n" }.joined(), to: "evals/prompts.jsonl")
        let llm = home.directory + "/.config/io.datasette.llm"
        try FileManager.default.removeItem(atPath: llm)
        try FileManager.default.copyItem(atPath: server.userPath, toPath: llm)
        if models.count == 1 {
            try home.write(models[0], to: ".config/io.datasette.llm/default_model.txt")
        } else {
            try home.write("models: [\(models.joined(separator: ", "))]\n", to: "evals/.nllm-config.yaml")
        }
        return home
    }

    @Test(.enabled(if: CronDaemon.isAvailable, "needs cron, and the right to mount"))
    func theLogAndTheExitCodeTellOfEachNight() async throws {
        let server = try await LoopbackServer(
            #"{"good": {}, "odd": {"fail": {"status": 400, "message": "no such luck"}}, "refused": {"fail": {"status": 401}}}"#
        )
        let homes = try [["good"], ["good", "odd"], ["refused"]].map { try home($0, server) }
        let line = try #require(MarkdownDocument("README.md").blocks(in: "cron").first)
        let command = try #require(line.firstMatch(of: /([0-9*]+ +){5}(?<command>.+)/)).output.command
        let jobs = homes.map { "HOME=\($0.directory)\n* * * * * \(command); echo $? > \"$HOME/code\"\n" }
        let daemon = try await CronDaemon(jobs.joined(), in: homes[0])
        try await eventually("all jobs have begun") { homes.allSatisfy { $0.exists("evals/nightly.log") } }
        try await daemon.stop()
        try await eventually("all jobs have ended") {
            homes.allSatisfy { (try? $0.lines("code"))?.count == 1 }
        }
        #expect(try homes.map { try $0.lines("code") } == [["0"], ["1"], ["1"]])
        let logs = try homes.map { home in try home.lines("evals/nightly.log").map { steady($0, home) } }
        // Nothing to tell.
        #expect(logs[0] == [])
        #expect(
            logs[1] == [
                "TIME RUN: 6 ok, 6 error in DURATION", "TIME   model  ok  failed p50  tokens in/out",
                "TIME   good    6       0 DURATION          12/18", "TIME   odd     0       6 DURATION",
                "TIME   6 × request on odd: Error code: 400 - no such luck",
                "TIME   see them with: nllm-batch show RUN --failed", "TIME   artifacts: HOME/evals/nllm-runs/RUN",
            ])
        let refusal =
            "Error code: 401 - Incorrect API key provided: ***REDACTED***. "
            + "You can find your API key at https://platform.openai.com/account/api-keys."
        #expect(
            logs[2] == [
                "TIME RUN: blocked, 3 error, 3 pending in DURATION", "TIME   model    failed  left p50",
                "TIME   refused       3     3 DURATION",
                "TIME   refused: 3 cells left, paused after repeated auth failures: \(refusal); fix that, then: "
                    + "nllm-batch work RUN",
                "TIME   3 × auth on refused: \(refusal)", "TIME   see them with: nllm-batch show RUN --failed",
                "TIME   artifacts: HOME/evals/nllm-runs/RUN",
            ])
    }

    /// A line of a log with what differs from night to night as a word.
    private func steady(_ line: String, _ home: Batch) -> String {
        line.replacing(#/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /#, with: "TIME ").replacing(home.directory, with: "HOME")
            .replacing(#/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d/#, with: "RUN")
            .replacing(#/ +(\d+ min )?\d+(\.\d+)? m?s\b/#, with: " DURATION").replacing(#/ +p50/#, with: " p50")
    }
}
