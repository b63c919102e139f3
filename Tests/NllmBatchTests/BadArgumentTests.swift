import Foundation
import Testing

/// Command lines that are refused: the command says why and leaves everything as it was.
@Suite struct BadArgumentTests {
    private static let namesRule =
        "a run's name holds letters, digits, `.`, `_` and `-`, starts with a letter or digit, and does not start with `batch.db`"

    /// Arguments after `enqueue p.jsonl`, and the error.
    private static let usages: [(arguments: [String], error: String)] = [
        (["-m", "m", "--run", "../x"], "run name `../x`: \(namesRule)"),
        (["-m", "m", "--run", ""], "run name ``: \(namesRule)"),
        (["-m", "m", "--run", "a b"], "run name `a b`: \(namesRule)"),
        (["-m", "m", "--run", "é"], "run name `é`: \(namesRule)"),
        (["-m", "m", "--run", ".x"], "run name `.x`: \(namesRule)"),
        (["-m", "m", "--run", "batch.db"], "run name `batch.db`: \(namesRule)"),
        (["-m", "m", "--run", "Batch.DB"], "run name `Batch.DB`: \(namesRule)"),
        (["-m", ""], "an empty model name; name one that `llm models` lists"),
        (["-m", "m[foo]"], "model `m[foo]`: `foo` is not key=value; write 'NAME[key=value,key=value]'"),
        (["-m", "m[]"], "model `m[]`: `` is not key=value; write 'NAME[key=value,key=value]'"),
        (["-m", "m[a=1,]"], "model `m[a=1,]`: `` is not key=value; write 'NAME[key=value,key=value]'"),
        (["-m", "m[=1]"], "model `m[=1]`: `=1` is not key=value; write 'NAME[key=value,key=value]'"),
        (["-m", "m", "--option", "x"], "option `x` is not KEY=VALUE; write --option temperature=0.2"),
        (["-m", "m", "--option", "=x"], "option `=x` is not KEY=VALUE; write --option temperature=0.2"),
        (["-m", "m", "--samples", "0"], "`samples` is 0 but must be a whole number from 1 to 10,000"),
        (["-", "-", "-m", "m"], "`-` is named twice, but standard input can be read once"),
        (
            ["-m", "m", "--timeout=-1"],
            "`--timeout` is `-1` but must be a duration such as 90, 15m, 24h or 7d; see `nllm-batch enqueue --help`"
        ),
        (
            ["-m", "m", "--timeout=nan"],
            "`--timeout` is `nan` but must be a duration such as 90, 15m, 24h or 7d; see `nllm-batch enqueue --help`"
        ),
        (
            ["-m", "m", "--retries", "1001"],
            "`--retries` is 1001 but must be 0 to 1000; see `nllm-batch enqueue --help`"
        ),
        (["-m", "m", "--outdir", ""], "`--outdir` is empty; name a directory; see `nllm-batch enqueue --help`"),
        (["-m", "m", "--db", ""], "`--db` is empty; name a file; see `nllm-batch enqueue --help`"),
    ]

    @Test(arguments: usages.indices)
    func badArgumentsAreRefused(index: Int) async throws {
        let (arguments, error) = Self.usages[index]
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.refuses(["enqueue", "p.jsonl"] + arguments, code: 64, error: "error: " + error, input: "\"y\"")
    }

    /// A model whose bracket is not closed, or that has only options, is a slip and no model.
    @Test(arguments: ["m[a=1", "m]", "[a=1]"])
    func aModelWithHalfItsSyntaxIsRefused(model: String) async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let before = batch.listing()
        let result = try await batch.run("enqueue", "p.jsonl", "-m", model)
        #expect(result.code == 64)
        #expect(result.out == "")
        #expect(result.err.hasPrefix("error: model `\(model)`"))
        #expect(batch.changes(since: before) == [])
    }

    @Test(arguments: [
        (["work", "--concurrency", "0"], "`--concurrency` is 0 but must be 1 to 1024; see `nllm-batch work --help`"),
        (
            ["run", "p.jsonl", "-m", "m", "-j", "0"],
            "`--concurrency` is 0 but must be 1 to 1024; see `nllm-batch run --help`"
        ),
        (
            ["work", "--timeout=-0.5"],
            "`--timeout` is `-0.5` but must be a duration such as 90, 15m, 24h or 7d; see `nllm-batch work --help`"
        ),
        (
            ["run", "p.jsonl", "-m", "m", "--new", "--run", "r"],
            "`--new` and `--run` exclude each other; see `nllm-batch run --help`"
        ),
    ])
    func badNumbersForAWorkerAreRefused(arguments: [String], error: String) async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.refuses(arguments, code: 64, error: "error: " + error)
    }

    @Test func runsThatAreNotThereAreToldWithTheNearestName() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        _ = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "main")
        let database = batch.directory + "/nllm-runs/batch.db"
        for command in ["status", "work", "show", "tail", "export", "retry", "cancel", "pause", "resume"] {
            try await batch.refuses(
                command, "mian", code: 66, error: "error: no run `mian` in \(database); did you mean `main`?")
        }
        try await batch.refuses(
            "status", "something", code: 66,
            error: "error: no run `something` in \(database); `nllm-batch list` shows the runs")
    }
}
