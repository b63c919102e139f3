import Foundation
import Testing

/// What becomes of a run where llm's own log database, which each `llm` opens, is older, broken, or breaks in mid-run.
@Suite struct LogTests {
    private static let executors = ["process", "fork", "shared"]
    /// As a kill leaves it: steps are done and not recorded.
    private static let halved = "DELETE FROM _llm_migrations WHERE name >= 'm017'"

    /// A scratch folder with a log that `llm` itself has made, changed by SQL, and a run of one cell an executor.
    private static func batch(_ sql: String?, llm: String? = nil) async throws -> Batch {
        let batch = try Batch(llm: llm)
        try await Self.llm(batch).expectSuccess()
        if let sql { try batch.execute(sql, in: "llm-user/logs.db") }
        try batch.write("ping", to: "prompt.txt")
        for executor in executors {
            try await batch.run("enqueue", "prompt.txt", "-m", "echo", "--no-check", "--run", executor).expectSuccess()
        }
        return batch
    }

    /// A plain `llm`, which asks no provider.
    private static func llm(_ batch: Batch) async throws -> Batch.Result {
        try await batch.command(Batch.venv + "/llm", ["-n", "-m", "echo", "x"])
    }

    /// Works on the run of each executor, on all at once.
    private static func work(_ batch: Batch, _ executors: [String] = executors) async throws -> [Batch.Result] {
        try await withThrowingTaskGroup(of: Batch.Result.self) { group in
            for executor in executors {
                group.addTask { try await batch.run("work", executor, "--executor", executor) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func expectUntouched(_ batch: Batch) throws {
        let cells = try batch.query("SELECT DISTINCT status, attempts, lease FROM cells")
        #expect(cells == [["pending", "0", "0"]])
        #expect(try batch.query("SELECT id FROM attempts").isEmpty)
    }

    private static func expectAllDone(_ batch: Batch) async throws {
        for result in try await work(batch) { result.expectSuccess() }
        #expect(try batch.query("SELECT DISTINCT status, attempts FROM cells") == [["ok", "1"]])
    }

    private static let isBroken = #"is half migrated (table "tools" already exists), so that no llm works; "#

    @Test func aHalfMigratedLogWithoutAnswersStopsEveryExecutorAndIsFixed() async throws {
        let batch = try await Self.batch(Self.halved)
        let log = batch.directory + "/llm-user/logs.db"
        let message =
            "llm's log \(log) \(Self.isBroken)"
            + "it holds no answers; `nllm-batch doctor --fix` puts a new one in its place"
        for result in try await Self.work(batch) {
            #expect(result.code == 69)
            // On a busy machine a line of progress may stand before it.
            #expect(result.err.hasSuffix("error: \(message)\n"), "\(result.err)")
        }
        try Self.expectUntouched(batch)
        let doctor = try await batch.run("doctor")
        #expect(doctor.code == 69)
        #expect(doctor.lines.contains("FAIL executor: \(message)"), "\(doctor.out)")

        let broken = try batch.read("llm-user/logs.db")
        let fix = try await batch.run("doctor", "--fix").expectSuccess()
        let done = "was broken and held no answers; it was moved to \(log).broken, and a new one was made"
        #expect(fix.lines.first == "ok   fixed: llm's log \(log) \(done)")
        #expect(try batch.read("llm-user/logs.db.broken") == broken)
        try await Self.llm(batch).expectSuccess()
        let again = try await batch.run("doctor", "--fix")
        #expect(again.code == 0 && !again.out.contains("fixed"), "\(again.out)")
        try await Self.expectAllDone(batch)
    }

    @Test func aHalfMigratedLogWithAnswersIsHealedByTheCommandsThatAreNamed() async throws {
        let batch = try await Self.batch(
            "INSERT INTO responses (id, response) VALUES ('a', 'Kept.'); " + Self.halved)
        for arguments in [["work", "fork"], ["work", "shared", "--executor", "shared"], ["doctor", "--fix"]] {
            let result = try await batch.run(arguments)
            #expect(result.code == 69)
            #expect((result.err + result.out).contains(Self.isBroken + "move it away with: mv "), "\(result)")
        }
        try Self.expectUntouched(batch)
        #expect(!batch.exists("llm-user/logs.db.broken"))
        let said = try await batch.run("work", "process", "--executor", "process").err
        let command = try #require(said.firstRange(of: "move it away with: ").map { said[$0.upperBound...] })
        try await batch.command("/bin/sh", ["-c", String(command.prefix { $0 != "(" })]).expectSuccess()
        try await Self.expectAllDone(batch)
        let answers = try batch.query("SELECT response FROM responses", database: "llm-user/logs.db.broken")
        #expect(answers == [["Kept."]])
    }

    @Test func aDamagedLogAndAFolderInItsPlaceAreFoundBeforeACellIsTouched() async throws {
        let batch = try await Self.batch(nil)
        try batch.write(String(repeating: "no database ", count: 1000), to: "llm-user/logs.db")
        for result in try await Self.work(batch, ["process", "shared"]) {
            #expect(result.code == 69)
            #expect(result.err.contains("logs.db is damaged (file is not a database), so that no llm works; move"))
        }
        try FileManager.default.removeItem(atPath: batch.directory + "/llm-user/logs.db")
        try batch.write("", to: "llm-user/logs.db/file")
        for result in try await Self.work(batch, ["process", "fork"]) {
            #expect(result.code == 69)
            #expect(result.err.contains("logs.db cannot be used (it is a folder); move it away with: mv "))
        }
        try Self.expectUntouched(batch)
    }

    @Test func anOlderLogIsBroughtUpToDate() async throws {
        let batch = try await Self.batch(
            """
            INSERT INTO turns (id, model) VALUES ('a', 'old'); DROP VIEW message_tree;
            ALTER TABLE turns DROP COLUMN response_json; DELETE FROM _llm_migrations WHERE name >= 'm026'
            """)
        try await Self.expectAllDone(batch)
        let turns = try batch.query("SELECT id, response_json FROM turns", database: "llm-user/logs.db")
        #expect(turns == [["a", ""]])
        try await Self.llm(batch).expectSuccess()
    }

    // MARK: In mid-run

    @Test(arguments: ["process", "fork", "shared"])
    func aLogThatBreaksInMidRunStopsTheWorkerAndCostsNoCell(executor: String) async throws {
        let batch = try Batch(extra: ["PYTHONPATH": Batch.packageRoot + "/Tests/Support/plugin"])
        try await Self.llm(batch).expectSuccess()
        // A cell's own code breaks it: for a cold llm, which looks into it each time, in place.
        let log = batch.directory + "/llm-user/logs.db"
        try FileManager.default.copyItem(atPath: log, toPath: log + "2")
        try batch.execute(Self.halved, in: "llm-user/logs.db2")
        let replace = "import os; os.path.exists('\(log)2') and os.replace('\(log)2', '\(log)'); say('done')"
        let halve =
            "import sqlite3; l = sqlite3.connect('\(log)'); l.execute(\"\(Self.halved)\"); l.commit(); say('done')"
        let first = executor == "process" ? halve : replace
        try batch.write(prompts: [["prompt": first], ["prompt": "say('second')"], ["prompt": "say('third')"]])
        let run = try await batch.run(
            "run", "prompts.jsonl", "-m", "code", "--run", "main", "-j", "1", "--executor", executor)
        #expect(run.code == 69, "\(run.err)")
        #expect(run.err.contains("logs.db " + Self.isBroken), "\(run.err)")
        let cells = try batch.query("SELECT status, attempts FROM cells ORDER BY id")
        #expect(cells == [["ok", "1"], ["pending", "0"], ["pending", "0"]])
        try await batch.run("doctor", "--fix").expectSuccess()
        try await batch.run("work", "main", "--executor", executor).expectSuccess()
        let ends = try batch.query("SELECT DISTINCT status, attempts FROM cells")
        #expect(ends == [["ok", "1"]])
    }

    // MARK: Where the Python can't be found

    /// A program that runs `llm` for everything but what would show its Python.
    private static func wrapper() throws -> String {
        try Batch.fakeLLM("[ \"$1\" != --version ] || exit 0\nexec '\(Batch.venv)/llm' \"$@\"")
    }

    @Test func llmItselfFindsAHalfMigratedLog() async throws {
        let batch = try await Self.batch(Self.halved, llm: Self.wrapper())
        let result = try await batch.run("work", "fork")
        #expect(result.code == 69)
        #expect(result.err.contains("/llm-user/logs.db \(Self.isBroken)move it away with: mv "), "\(result.err)")
        try Self.expectUntouched(batch)
    }

    @Test func aKillOfTheWorkerDoesNotEndTheLLMThatMakesTheLog() async throws {
        let batch = try Batch(llm: Self.wrapper())
        try batch.write("ping", to: "prompt.txt")
        try await batch.run("enqueue", "prompt.txt", "-m", "echo", "--no-check", "--run", "main").expectSuccess()
        let worker = try await batch.start("work", "main")
        while !batch.exists("llm-user/logs.db"), !OSProcess.isGone(worker.pid) {
            try await Task.sleep(for: .milliseconds(1))
        }
        worker.signal(SIGKILL)
        #expect(try await worker.result().code == 128 + SIGKILL)
        try await batch.run("work", "main").expectSuccess()
        try await Self.llm(batch).expectSuccess()
    }

    // MARK: doctor

    @Test(arguments: [
        ("exit 3", "exit code 3"), ("exit 0", "the answer is empty"),
        ("echo \"Error: No module named 'x'\" >&2; exit 1", "No module named 'x'"),
    ])
    func doctorRunsWhatACellRuns(script: String, reason: String) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = --version ] && exit; \(script)"))
        let doctor = try await batch.run("doctor")
        #expect(doctor.code == 69)
        #expect(
            doctor.lines.contains(
                "FAIL executor: llm fails as executor process: \(reason); see what `llm -n -m MODEL hi` says"),
            "\(doctor.out)")
    }
}
