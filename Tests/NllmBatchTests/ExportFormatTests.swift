import Foundation
import Testing

/// The formats of `export` beside the run's folder: what a spreadsheet, a notebook or another program reads.
@Suite struct ExportFormatTests {
    /// Texts that a spreadsheet may take for formulas, or that need quotes.
    private static let texts = [
        "=1+1", "+1", "-2.5e3", "-2+3", "@SUM(A1)", "plain", "a, \"b\"\r\nc;d", "```fence``` <script>", "\u{1B}[31mred",
    ]

    /// A run `r` of these texts and one that fails on two models, whose answers are the texts.
    private func scene() async throws -> Batch {
        let batch = try Batch.scripted()
        let lines = try (Self.texts + ["unless it is fixed"]).map { text in
            String(decoding: try JSONSerialization.data(withJSONObject: ["prompt": text]), as: UTF8.self)
        }
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        let result = try await batch.run(
            "run", "p.jsonl", "-m", "a", "-m", "=b", "--run", "r", "--retries", "0", "--executor", "process", "-q",
            "--no-check")
        #expect(result.code == 1, "\(result.err)")
        return batch
    }

    /// The rows of a CSV file, as Python's reader takes them.
    private func rows(_ csv: String, _ batch: Batch) async throws -> [[String]] {
        let script =
            "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline=''), strict=True))))"
        let read = try await batch.command("/usr/bin/python3", ["-c", script, csv]).requireSuccess()
        return try #require(try JSONSerialization.jsonObject(with: Data(read.out.utf8)) as? [[String]])
    }

    /// A text as it stands in a cell.
    private func inert(_ text: String) -> String {
        ["=1+1", "-2+3", "@SUM(A1)"].contains(text) ? "'" + text : text
    }

    @Test func tablesHoldEveryCellAndNoFormula() async throws {
        let batch = try await scene()
        try await batch.run("export", "--format", "csv", "-o", "out.csv").expectSuccess()
        let table = try await rows("out.csv", batch)
        #expect(
            table[0] == [
                "prompt_id", "model", "sample", "status", "text", "score", "pass", "failure.kind", "failure.message",
                "attempts", "duration_ms", "tokens_input", "tokens_output", "cost_estimated", "started_at",
                "finished_at",
                "prompt",
            ])
        #expect(table.count == 1 + 2 * (Self.texts.count + 1))
        #expect(table.dropFirst().map { $0[1] } == Self.texts.flatMap { _ in ["a", "'=b"] } + ["a", "'=b"])
        #expect(
            table.dropFirst().filter { $0[3] == "ok" }.map { $0[4] } == Self.texts.flatMap { [inert($0), inert($0)] })
        #expect(table.last?[3...].prefix(6) == ["error", "", "", "", "request", "Error code: 400 - broken"])
        #expect(table.dropFirst().allSatisfy { $0.count == 17 })

        let wide = try await batch.run("export", "r", "--format", "csv", "--wide", "--select", "status,attempts")
        try batch.write(wide.out, to: "wide.csv")
        let wideRows = try await rows("wide.csv", batch)
        #expect(wideRows[0] == ["prompt_id", "a status", "a attempts", "'=b status", "'=b attempts"])
        #expect(wideRows.count == 2 + Self.texts.count && wideRows[1] == ["000001", "ok", "1", "ok", "1"])

        let failed = try await batch.run(
            "export", "--format", "jsonl", "--failed", "--model", "a", "--select", "prompt_id,failure.kind")
        #expect(failed.out == #"{"prompt_id":"000010","failure.kind":"request"}"# + "\n")
        let all = try await batch.run("export", "--format", "jsonl", "-o", "-").expectSuccess()
        #expect(Data(all.out.utf8) == (try batch.read("nllm-runs/r/results.jsonl")))
    }

    @Test func aReaderThatGoesAwayEndsTheExport() async throws {
        let batch = try await scene()
        let head = try await batch.command(
            "/bin/bash", ["-o", "pipefail", "-c", "\"$0\" export --format csv --select model | head -1", Batch.binary])
        #expect(head.code == 0 && head.out == "model\r\n" && head.err == "")
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"))
    func libreOfficeReadsTheCellsThatPandasReads() async throws {
        let batch = try await scene()
        try await batch.run(
            "export", "--format", "csv", "--select", "prompt_id,model,status,text,failure.message,attempts,prompt",
            "-o",
            "out.csv"
        ).expectSuccess()
        let arguments = [
            "--headless", "--infilter=CSV:44,34,76,1", "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", "converted", "out.csv",
        ]
        try await batch.command("/usr/bin/soffice", arguments).requireSuccess()
        let script = """
            import pandas as pd
            def cells(path):
                table = pd.read_csv(path, dtype=str, keep_default_na=False)
                return [list(table.columns)] + [[number(cell) for cell in row] for row in table.values.tolist()]
            def number(cell):
                try:
                    return float(cell)
                except ValueError:
                    return cell.replace("\\r\\n", "\\n")
            ours, theirs = cells("out.csv"), cells("converted/out.csv")
            assert ours == theirs, (ours, theirs)
            print(len(ours))
            """
        let compared = try await batch.command(
            Batch.venv + "/python", ["-c", script], environment: ["PYTHONPATH": Batch.venv + "/../notebooks"]
        ).requireSuccess()
        #expect(compared.out == "\(1 + 2 * (Self.texts.count + 1))\n")
    }

    @Test func markdownShowsAnswersThatStayText() async throws {
        let batch = try await scene()
        let text = try await batch.run("export", "--format", "markdown", "--model", "a").expectSuccess().out
        #expect(text.hasPrefix("# r\n\n## 000001\n\n```text\n=1+1\n```\n\n### a\n\nok · "))
        #expect(text.contains("\n````text\n```fence``` <script>\n````\n"))
        #expect(text.contains("\nerror (request: Error code: 400 - broken) · "))
        #expect(text.contains("\u{FFFD}[31mred") && !text.contains("\u{1B}"))
    }

    @Test func batchFilesAreAsOpenAIsLibraryReadsThem() async throws {
        let batch = try await scene()
        let written = try await batch.run("export", "--format", "openai-batch", "-o", "batch.jsonl").expectSuccess()
        #expect(written.err == "2 failed cells left out; --failed writes their errors\n")
        let script = """
            import json, sys
            from openai.types.chat import ChatCompletion
            for line in open("batch.jsonl", encoding="utf-8"):
                item = json.loads(line)
                assert item["error"] is None and item["response"]["status_code"] == 200
                answer = ChatCompletion.model_validate(item["response"]["body"], strict=True)
                print(json.dumps([item["custom_id"], answer.model, answer.choices[0].message.content]))
            """
        let read = try await batch.command(Batch.venv + "/python", ["-c", script]).requireSuccess()
        let answers = try read.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String])
        }
        #expect(answers.map { $0[2] } == Self.texts.flatMap { [$0, $0] })
        #expect(answers[0...1] == [["000001@a", "a", "=1+1"], ["000001@=b", "=b", "=1+1"]])
        let errors = try await batch.run("export", "--format", "openai-batch", "--failed").expectSuccess()
        #expect(errors.lines.count == 2)
        #expect(
            errors.lines[0].contains(
                #""custom_id":"000010@a","response":null,"error":{"code":"request","message":"Error code: 400 - broken"}"#
            ))
    }

    /// Inputs whose bytes have to come back: with numbers for ids, and with a column of ids, in odd dialects.
    private static let inputs = [
        "\u{FEFF}prompt,note\r\n\"one, \"\"1\"\"\r\nmore\",=x\r\n\r\ntwo\r\nthree,\"\"\r\n",
        "sep=;\nid;prompt;note\nx;one;\n\"y\";two;\"a;b\"\nz;three;n",
        "id\tprompt\rx\tone\ry\ttwo\rz\tthree\r",
    ]

    @Test(arguments: inputs.indices)
    func joinedRowsKeepTheirBytes(index: Int) async throws {
        let input = Self.inputs[index], batch = try Batch.scripted()
        try batch.write(input, to: "in.csv")
        try await batch.run(
            "run", "in.csv", "-m", "a", "-m", "b", "--run", "r", "--executor", "process", "-q", "--no-check"
        ).expectSuccess()
        let out = try await batch.run("export", "--format", "csv", "--join", "in.csv", "-o", "out.csv").expectSuccess()
        #expect(out.err == "")
        let expected = [
            "\u{FEFF}prompt,note,a,b\r\n\"one, \"\"1\"\"\r\nmore\",=x,\"one, \"\"1\"\"\r\nmore\",\"one, \"\"1\"\"\r\nmore\""
                + "\r\n\r\ntwo,,two,two\r\nthree,\"\",three,three\r\n",
            "sep=;\nid;prompt;note;a;b\nx;one;;one;one\n\"y\";two;\"a;b\";two;two\nz;three;n;three;three",
            "id\tprompt\ta\tb\rx\tone\tone\tone\ry\ttwo\ttwo\ttwo\rz\tthree\tthree\tthree\r",
        ][index]
        #expect(try batch.read("out.csv") == Data(expected.utf8))
    }

    @Test func rowsThatCannotBeToldAreRefused() async throws {
        let batch = try Batch.scripted()
        try batch.write("prompt,key\none,1\n", to: "in.csv")
        try await batch.run(
            "run", "in.csv", "-m", "a", "--run", "r", "--executor", "process", "-q", "--no-check"
        ).expectSuccess()
        try batch.write("prompt,key\nnew,0\none,000001\n", to: "in.csv")
        try await batch.refuses(
            "export", "--format", "csv", "--join", "in.csv", "-o", "out.csv", code: 64,
            error: "error: in.csv is not what the run was enqueued from, so its rows cannot be told by their numbers; "
                + "give them a column `id`, or name one with --join-id")
        let joined = try await batch.run("export", "--format", "csv", "--join", "in.csv", "--join-id", "key")
        #expect(joined.out == "prompt,key,a\nnew,0,\none,000001,one\n")
        #expect(joined.err == "1 row of in.csv without a prompt in run r\n")
        try await batch.refuses(
            "export", "--format", "csv", "--join", "in.csv", "--join-id", "kex", code: 64,
            error: "error: in.csv has no column `kex`; it has `prompt`, `key`")
        try await batch.refuses(
            "export", "--format", "csv", "--join", "gone.csv", "-o", "out.csv", code: 66,
            error: "error: gone.csv: no such file or directory")
        try await batch.refuses(
            "export", "--format", "csv", "-o", "nowhere/out.csv", code: 73,
            error: "error: cannot create nowhere/out.csv: no such file or directory; "
                + "choose another place with --outdir or --db")
        try await batch.refuses(
            "export", "--format", "jsonl", "-o", "nllm-runs/batch.db", code: 73,
            error: "error: cannot create nllm-runs/batch.db: is a database; name another file; "
                + "choose another place with --outdir or --db")
        try batch.write(Data([UInt8](#"prompt,key"#.utf8) + [0x0A, 0xE9, 0x2C, 0x30, 0x0A]), to: "latin.csv")
        try await batch.refuses(
            "export", "--format", "csv", "--join", "latin.csv", "--join-id", "key", "-o", "out.csv", code: 66,
            error: "error: latin.csv: is not UTF-8, to which --join is limited; save it as UTF-8")
        try batch.write("prompt,key\none,000001,more\n", to: "wide.csv")
        try await batch.refuses(
            "export", "--format", "csv", "--join", "wide.csv", "--join-id", "key", "-o", "out.csv", code: 66,
            error: "error: wide.csv: row 1 has 3 cells, but the header has 2; quote cells with delimiters")
        for wrong in [
            ["--failed"], ["--format", "jsonl", "--wide"], ["--format", "markdown", "--select", "text"], ["-o", "-"],
            ["--format", "csv", "--select", "txt"], ["--format", "xls"], ["--format", "csv", "-o", "."],
        ] {
            let code = try await batch.run(["export"] + wrong).code
            #expect(code == (wrong.last == "." ? 73 : 64), "\(wrong)")
        }
    }
}
