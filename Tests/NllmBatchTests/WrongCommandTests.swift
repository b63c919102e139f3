import Foundation
import Testing

/// Habits from `llm` and from other programs: each gets one line that says what to write, and what it names works.
@Suite struct WrongCommandTests {
    /// A command line for a shell, its exit code, and what it prints.
    typealias Wrong = (command: String, code: Int32, error: String)

    private static let help = "; see `nllm-batch"
    /// What can be done about it stands behind the last colon, as a command.
    private static let table: [Wrong] = [
        ("p.jsonl", 64, "Unexpected argument 'p.jsonl'; did you mean: nllm-batch run p.jsonl"),
        ("./p.jsonl -m echo", 64, "Unknown option '-m'; did you mean: nllm-batch run ./p.jsonl -m echo"),
        ("folder", 64, "Unexpected argument 'folder'; did you mean: nllm-batch run folder"),
        ("-m echo hi.txt", 64, "Unknown option '-m'; did you mean: nllm-batch run -m echo hi.txt"),
        ("'what is up'", 64, "Unexpected argument 'what is up'; for a prompt: nllm-batch run -- 'what is up'"),
        ("results", 64, "Unexpected argument 'results'; did you mean: nllm-batch show"),
        ("logs", 64, "Unexpected argument 'logs'; did you mean: nllm-batch show"),
        ("ls", 64, "Unexpected argument 'ls'; did you mean: nllm-batch list"),
        ("runs", 64, "Unexpected argument 'runs'; did you mean: nllm-batch list"),
        ("stop r", 64, "2 unexpected arguments: 'stop', 'r'; did you mean: nllm-batch pause r"),
        ("kill r", 64, "2 unexpected arguments: 'kill', 'r'; did you mean: nllm-batch cancel r"),
        ("info", 64, "Unexpected argument 'info'; did you mean: nllm-batch status"),
        ("remove r", 64, "2 unexpected arguments: 'remove', 'r'; did you mean: nllm-batch rm r"),
        ("delete r", 64, "2 unexpected arguments: 'delete', 'r'; did you mean: nllm-batch rm r"),
        ("prompt p.jsonl -m echo", 64, "Unknown option '-m'; did you mean: nllm-batch run p.jsonl -m echo"),
        ("init", 64, "Unexpected argument 'init'; did you mean: nllm-batch config init"),
        ("version", 64, "Unexpected argument 'version'; did you mean: nllm-batch --version"),
        ("-v", 64, "Unknown option '-v'; did you mean: nllm-batch --version"),
        ("--verison", 64, "Unknown option '--verison'; see `nllm-batch --help`"),
        ("-V", 64, "Unknown option '-V'; did you mean: nllm-batch --version"),
        ("models", 64, "Unexpected argument 'models'; that is a command of llm: llm models"),
        ("keys", 64, "Unexpected argument 'keys'; that is a command of llm: llm keys"),
        ("stauts", 64, "Unexpected argument 'stauts'; did you mean: nllm-batch status"),
        ("lsit", 64, "Unexpected argument 'lsit'; did you mean: nllm-batch list"),
        ("run -m echo hello", 66, "hello: no such file or directory; for a prompt: nllm-batch run -m echo -- hello"),
        (
            "run -m echo 'hello there, how are you?'", 66,
            "hello there, how are you?: no such file or directory; for a prompt: nllm-batch run -m echo -- "
                + "'hello there, how are you?'"
        ),
        ("run hello -m echo", 66, "hello: no such file or directory; for a prompt: nllm-batch run -m echo -- hello"),
        ("run missing.jsonl -m echo", 66, "missing.jsonl: no such file or directory"),
        ("run folder/missing -m echo", 66, "folder/missing: no such file or directory"),
        (
            "run '*.jsonl' -m echo", 66,
            "*.jsonl: no such file or directory; leave the pattern without quotes, so that the shell replaces it by the files"
        ),
        (
            "run https://127.0.0.1:9/p.jsonl -m echo", 66,
            "https://127.0.0.1:9/p.jsonl: no such file or directory; URLs are not read; download it: curl -sSL "
                + "https://127.0.0.1:9/p.jsonl | nllm-batch run - -m echo"
        ),
        (
            "run p.jsonl -m echo -o temperature 0.2", 66,
            "0.2: no such file or directory; for an option of the model: --option temperature=0.2 (-o is the directory of results)"
        ),
        (
            "run p.jsonl -m echo -o temperature=0.2", 64,
            "`-o temperature=0.2` is a directory of results; for an option of the model: --option temperature=0.2; see `nllm-batch run --help`"
        ),
        (
            "run p.jsonl -m echo --temperature 0.2", 64,
            "Unknown option '--temperature'; did you mean: nllm-batch run p.jsonl -m echo --option temperature=0.2"
        ),
        (
            "run p.jsonl -m echo --temperature=0.2", 64,
            "Unknown option '--temperature'; did you mean: nllm-batch run p.jsonl -m echo --option temperature=0.2"
        ),
        (
            "run p.jsonl -m echo --max-tokens 20", 64,
            "Unknown option '--max-tokens'; did you mean: nllm-batch run p.jsonl -m echo --option max_tokens=20"
        ),
        (
            "run p.jsonl -m echo --top_p 0.5", 64,
            "Unknown option '--top_p'; did you mean: nllm-batch run p.jsonl -m echo --option top_p=0.5"
        ),
        (
            "run p.jsonl -m echo -s 'be brief'", 64,
            "Unknown option '-s'; did you mean: nllm-batch run p.jsonl -m echo --system 'be brief'"
        ),
        (
            "run p.jsonl -m echo -t poem", 64,
            "Unknown option '-t'; did you mean: nllm-batch run p.jsonl -m echo -- -t poem"
        ),
        (
            "run p.jsonl -m echo --template poem", 64,
            "template 1 has no {{variable}}, so every prompt would be the same; a template of llm's is passed on: -- -t NAME"
        ),
        (
            "run p.jsonl -m echo -f hi.txt", 64,
            "Unknown option '-f'; did you mean: nllm-batch run p.jsonl -m echo -- -f hi.txt"
        ),
        (
            "run p.jsonl -m echo --fragment hi.txt", 64,
            "Unknown option '--fragment'; did you mean: nllm-batch run p.jsonl -m echo -- --fragment hi.txt"
        ),
        (
            "run -m echo -a hi.txt -- hi", 64,
            "Unknown option '-a'; did you mean: nllm-batch run -m echo -- -a hi.txt hi"
        ),
        (
            "run p.jsonl -m echo -p subject sky", 64,
            "Unknown option '-p'; did you mean: nllm-batch run p.jsonl -m echo -- -p subject sky"
        ),
        (
            "run -m echo --prompt 'hi there'", 64,
            "Unknown option '--prompt'; did you mean: nllm-batch run -m echo -- 'hi there'"
        ),
        (
            "run p.jsonl -m echo --output out", 64,
            "Unknown option '--output'; did you mean: nllm-batch run p.jsonl -m echo --outdir out"
        ),
        (
            "run p.jsonl --key sk-0123456789abcdef0123456789abcdef -m echo", 64,
            "Unknown option '--key'; keys are not given on the command line; store one with: llm keys set NAME"
        ),
        (
            "run p.jsonl --models echo", 64,
            "Unknown option '--models'. Did you mean '--model'?; see `nllm-batch run --help`"
        ),
        (
            "run p.jsonl --concurency 3 -m echo", 64,
            "Unknown option '--concurency'. Did you mean '--concurrency'?; see `nllm-batch run --help`"
        ),
        ("run p.jsonl -m echo,echo", 64, "`-m echo,echo` names several models; write -m echo -m echo"),
        (
            "run p.jsonl -m ecko", 64,
            "`llm` knows no model `ecko`; did you mean `echo`? (--no-check skips this check)"
        ),
        ("run p.jsonl p.jsonl -m echo", 64, "source `p.jsonl` is named twice; see `nllm-batch run --help`"),
        (
            "run -m echo < hi.txt", 64,
            "no source named; to read prompts from standard input, name it: -; see `nllm-batch run --help`"
        ),
        (
            "run -m echo", 64,
            "no source named; give a file, a directory, or -, or a prompt behind --; see `nllm-batch run --help`"
        ),
        (
            "run p.jsonl -m 'echo[temperature]'", 64,
            "model `echo[temperature]`: `temperature` is not key=value; write 'NAME[key=value,key=value]'"
        ),
        ("run p.jsonl -m echo -j 0", 64, "`--concurrency` is 0 but must be 1 to 1024; see `nllm-batch run --help`"),
        (
            "run p.jsonl -m echo --timeout 10min", 64,
            "`--timeout` is `10min` but must be a duration such as 90, 15m, 24h or 7d; see `nllm-batch run --help`"
        ),
        (
            "work --grace soon", 64,
            "`--grace` is `soon` but must be a duration such as 90, 15m, 24h or 7d; see `nllm-batch work --help`"
        ),
        (
            "run p.jsonl -m echo --files csv", 64,
            "The value 'csv' is invalid for '--files <which>': `--files` is `csv` but must be one of all, jsonl, none; "
                + "see `nllm-batch run --help`"
        ),
        ("show r 000001", 64, "Unexpected argument '000001'; did you mean: nllm-batch show r --prompt 000001"),
        ("show nope", 66, "no run `nope` in nllm-runs/batch.db; `nllm-batch list` shows the runs"),
        ("show rr", 66, "no run `rr` in nllm-runs/batch.db; did you mean `r`?"),
        ("show r --prompt 00001", 64, "run `r` has no prompt `00001`; did you mean `000001`?"),
        ("show r -m eco", 64, "run `r` has no model `eco`; it has `echo`; did you mean `echo`?"),
        (
            "show r --kind nokind", 64,
            "The value 'nokind' is invalid for '--kind <kind>': unknown failure kind `nokind`; use one of "
        ),
        ("retry r --prompt nope", 64, "run `r` has no prompt `nope`"),
        ("rm nope", 66, "no run `nope` in nllm-runs/batch.db; `nllm-batch list` shows the runs"),
        ("work nope", 66, "no run `nope` in nllm-runs/batch.db; `nllm-batch list` shows the runs"),
        ("config edit", 64, "Unexpected argument 'edit'; see `nllm-batch config --help`"),
    ]

    private func scene() async throws -> Batch {
        let batch = try Batch()
        try batch.write("\"hi\"\n", to: "p.jsonl")
        try batch.write("hi\n", to: "hi.txt")
        try batch.write("hi\n", to: "folder/one.txt")
        try batch.write("prompt: 'On this: $input'\n", to: "llm-user/templates/poem.yaml")
        try FileManager.default.createDirectory(atPath: batch.directory + "/bin", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/bin/nllm-batch", withDestinationPath: Batch.binary)
        try await batch.run("enqueue", "p.jsonl", "-m", "echo", "--no-check", "--run", "r").expectSuccess()
        return batch
    }

    @Test func eachGetsALineThatHelps() async throws {
        #expect(Self.table.count >= 60)
        let batch = try await scene()
        let before = batch.listing()
        for (command, code, error) in Self.table {
            let name = Comment(rawValue: command)
            let result = try await shell("nllm-batch " + command, batch)
            #expect(result.code == code, name)
            #expect(result.out == "", name)
            let expected = "error: " + error.replacing("nllm-runs/", with: batch.directory + "/nllm-runs/")
            #expect(
                result.err.hasPrefix(expected) && result.err.split(separator: "\n").count == 1,
                "\(command): \(result.err)")
            if !error.hasSuffix(" of ") { #expect(result.err == expected + "\n", name) }
        }
        #expect(batch.changes(since: before).filter { !$0.contains("batch.db") } == [])
    }

    @Test func theCommandsThatAreNamedWork() async throws {
        let named = Self.table.compactMap { row in
            row.error.firstMatch(of: /(?:did you mean|for a prompt): (nllm-batch .*)$/).map { String($0.1) }
        }
        #expect(named.count > 25)
        for command in Set(named) {
            let batch = try await scene()
            var command = command.replacing("temperature=0.2", with: "example_bool=true")
            for option in ["max_tokens=20", "top_p=0.5"] { command = command.replacing("--option " + option, with: "") }
            // Echo takes no attachment.
            if command.contains("-a hi.txt") { continue }
            let result = try await shell(command, batch)
            #expect(result.code == 0, "\(command): \(result.err)")
        }
    }

    /// Runs a line with the shell, in which `nllm-batch` is the built binary.
    private func shell(_ line: String, _ batch: Batch) async throws -> Batch.Result {
        let path = "\(batch.directory)/bin:\(batch.environment["PATH"] ?? "")"
        return try await batch.command("/bin/sh", ["-c", line], environment: ["PATH": path, "LLM_MODEL": "echo"])
    }
}
