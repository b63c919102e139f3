import Foundation
import Testing

/// The home folder of somebody who evaluates every night: the tools in ~/.local/bin, `llm` with the server's models, and
/// a suite in ~/evals, whose series is `nightly`.
struct NightlyHome {
    /// The page whose recipes are followed.
    static let guide = "docs/nightly.md"

    let batch: Batch
    /// What a scheduler passes on: no variable of whoever runs the tests.
    let environment: [String: String]

    init(_ server: LoopbackServer, suite: String) throws {
        batch = try ReadmeTests().home()
        try batch.write(suite, to: "evals/nightly.yaml")
        let llm = batch.directory + "/.config/io.datasette.llm"
        try FileManager.default.removeItem(atPath: llm)
        try FileManager.default.copyItem(atPath: server.userPath, toPath: llm)
        environment = [
            "HOME": batch.directory, "LOGNAME": "me", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin",
        ]
    }

    /// The only block of the guide in a language that has this text.
    static func block(_ language: String, with text: String = "") throws -> String {
        let blocks = try MarkdownDocument(guide).blocks(in: language).filter { $0.contains(text) }
        try #require(blocks.count == 1, "\(language) \(text)")
        return blocks[0]
    }

    /// Runs a shell command with nothing in its environment but what a scheduler passes on.
    func bare(_ command: String, shell: [String] = ["/bin/sh", "-c"], _ extra: [String: String] = [:]) async throws
        -> Batch.Result
    {
        let variables = environment.merging(extra) { _, new in new }.map { "\($0)=\($1)" }
        return try await batch.command("/usr/bin/env", ["-i"] + variables + shell + [command])
    }

    // MARK: cron

    /// A crontab with the guide's line, whose exit code goes to the log, at each of these times.
    ///
    /// A condition may follow the times.
    func crontab(_ times: [String]) throws -> String {
        let line = try Self.block("cron", with: "nightly.yaml")
        let command = try #require(line.wholeMatch(of: #/([0-9*]+ +){5}(?<command>[^\n]+)/#)).output.command
        let job = #"{ \#(command); echo "exit code $?" >> "$HOME/evals/nightly.log"; }"#
        return "HOME=\(batch.directory)\n" + times.map { "\($0) \(job)\n" }.joined()
    }

    /// The lines that cron's jobs have left.
    var log: [String] { (try? batch.lines("evals/nightly.log")) ?? [] }

    /// The exit codes of the jobs that have ended, in their order.
    var codes: [Int] { log.compactMap { $0.hasPrefix("exit code ") ? Int($0.dropFirst(10)) : nil } }

    /// The processes that live with this home folder.
    var processes: [pid_t] {
        let home = Data("HOME=\(batch.directory)".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ")
            return environment?.split(separator: 0).contains(home) == true && !OSProcess.isGone(pid)
        }
    }

    /// Ends all of them at once, as a power cut does.
    func killEverything() async throws {
        // Again, because one may have started another meanwhile.
        try await eventually("nothing is left") {
            let left = processes
            for pid in left { kill(pid, SIGKILL) }
            return left.isEmpty
        }
    }

    // MARK: Nights

    /// Whether a night passed, for all evaluated nights in their order; empty while there is no database.
    var nights: [Bool] {
        guard batch.exists("evals/nllm-runs/batch.db") else { return [] }
        let sql = "SELECT passed FROM nights WHERE evaluated_at IS NOT NULL"
        return ((try? batch.query(sql, database: "evals/nllm-runs/batch.db")) ?? []).map { $0 == ["1"] }
    }

    /// What `trend` shows as JSON, night by night.
    func trend() async throws -> [[String: Any]] {
        let command = "cd evals && nllm-batch trend nightly --last 30 --json"
        let result = try await bare(
            command, ["PATH": "\(batch.directory)/.local/bin:/usr/bin:/bin"]
        ).expectSuccess()
        let document = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
        return try #require(document?["nights"] as? [[String: Any]])
    }
}
