import Foundation
import Testing

@Suite(.serialized) struct ArtifactTests {
    /// Answers with the prompt, or as some prompts ask; `--version` and the like answer nothing.
    private static let llm = #"""
        case $1 in -m) ;; --version) echo "llm, version 9.9"; exit;; *) exit;; esac
        prompt=$(cat)
        case $prompt in
            garbage) printf 'a\377b\n'; printf 'warn \376\n' >&2;;
            limited) echo 'Error: Error code: 429 - Rate limit reached. Please try again in 20s.' >&2; exit 1;;
            slow) printf partial; sleep 20;;
            secret) echo 'Error: Error code: 401 - Incorrect API key: sk-abcdefghijklmnop, token=hunter2' >&2; exit 1;;
            json) printf ' {"b":1.50,"a":[]}\n'; echo 'Token usage: 1,234 input, 16 output, {"cached": 3}' >&2;;
            unless*) [ -e "$HOME/fixed" ] || { echo 'Error: Error code: 400 - broken' >&2; exit 1; }; printf 'mended';;
            *) printf '%s' "$prompt";;
        esac
        """#

    // MARK: Results

    @Test func aLineHasTheFieldsOfTheContractInTheirOrder() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write(
            """
            {"id":"a/json","prompt":"json","metadata":{"n":1.50,"a":"é"},"system":"s","options":{"t":0.10}}
            {"id":"limited","prompt":"limited"}
            {"id":"slow","prompt":"slow"}

            """, to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m[x=1]", "--retries", "0", "--timeout", "0.5", says: "3 cells")
        let work = try await batch.run("work", "r")
        #expect(work.code == 1)
        #expect(work.out == "\(batch.directory)/nllm-runs/r\n")

        let lines = String(decoding: try batch.read("nllm-runs/r/results.jsonl"), as: UTF8.self)
        let head = ###""schema_version":1,"run":"r","prompt_id""###
        #expect(
            Self.withoutTimes(lines) == """
                {"model":"m[x=1]","status":"ok","duration_ms":N,"exit_code":0,"text":" {\\"b\\":1.50,\\"a\\":[]}\\n",\
                "meta":{"tokens_input":1234,"tokens_output":16,"usage_details":{"cached":3}},\
                "command":["llm","-m","m","-n","-u","-s","s","-o","x","1","-o","t","0.10"],\
                "stderr_tail":"Token usage: 1,234 input, 16 output, {\\"cached\\": 3}\\n","json":{"b":1.50,"a":[]},\
                \(head):"a/json","sample":1,"attempts":1,"failure":null,"started_at":"T","finished_at":"T",\
                "metadata":{"n":1.50,"a":"é"}}
                {"model":"m[x=1]","status":"error","duration_ms":N,"exit_code":1,"text":"",\
                "meta":{"error":true,\
                "error_message":"Error code: 429 - Rate limit reached. Please try again in 20s."},\
                "command":["llm","-m","m","-n","-u","-o","x","1"],\
                "stderr_tail":"Error: Error code: 429 - Rate limit reached. Please try again in 20s.\\n","json":null,\
                \(head):"limited","sample":1,"attempts":1,"failure":{"kind":"rate_limited",\
                "message":"Error code: 429 - Rate limit reached. Please try again in 20s.","http_status":429,\
                "retry_after":20.0},"started_at":"T","finished_at":"T","metadata":null}
                {"model":"m[x=1]","status":"timeout","duration_ms":N,"exit_code":-1,"text":"partial","meta":{"timeout":true},\
                "command":["llm","-m","m","-n","-u","-o","x","1"],"stderr_tail":"","json":null,\
                \(head):"slow","sample":1,"attempts":1,"failure":{"kind":"timeout","message":"no answer within 0.5 s",\
                "http_status":null,"retry_after":null},"started_at":"T","finished_at":"T","metadata":null}

                """)
        try batch.expectFilesAsLines("nllm-runs/r", files: ["a_json/m[x=1]", "limited/m[x=1]", "slow/m[x=1]"])
        #expect(lines.contains(#""n":1.50"#))
        let durations = try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["duration_ms"] as? Int ?? -1 }
        #expect(durations[2] >= 500)
    }

    @Test func resultsStandInPromptOrderThenModelOrderThenSample() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write(
            "{\"id\":\"z\",\"prompt\":\"1\",\"samples\":2}\n{\"id\":\"a\",\"prompt\":\"2\"}\n", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "y", "-m", "b", says: "6 cells")
        try await batch.work()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl").map { line in
            "\(line["prompt_id"] ?? "") \(line["model"] ?? "") \(line["sample"] ?? "")"
        }
        #expect(lines == ["z y 1", "z y 2", "z b 1", "z b 2", "a y 1", "a b 1"])
        try batch.expectFilesAsLines("nllm-runs/r", files: ["z/y", "z/y.2", "z/b", "z/b.2", "a/y", "a/b"])
    }

    @Test func aRunOfOnePromptHasNoFoldersForPrompts() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"hello\"", to: "p.jsonl")
        try await batch.enqueue(
            "p.jsonl", "-m", "a/x", "-m", "a:x", "-m", "A_X", "--samples", "2", "--raw", says: "6 cells")
        try await batch.work()
        let names = ["a_x", "a_x-ef7e44ae", "A_X-7514cfe0"].flatMap { [$0, $0 + ".2"] }
        try batch.expectFilesAsLines("nllm-runs/r", files: names)
        #expect(
            try batch.files(below: "nllm-runs/r").keys.sorted()
                == (names.flatMap { ["results/\($0).json", "raw/\($0).stdout.txt", "raw/\($0).stderr.txt"] }
                + ["manifest.json", "results.jsonl"]).sorted())
    }

    @Test func aSampleNeverOverwritesAnotherModel() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write(#"{"prompt":"hello","samples":12}"#, to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m", "-m", "m.2", "-m", "m.12", says: "36 cells")
        try await batch.work()
        #expect(try batch.files(below: "nllm-runs/r/results").count == 36)
    }

    @Test func namesThatFileSystemsRefuseAreReplaced() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        let ids = ["plain", #"<>:\"/\\|?*"#, "a/b", "a_b", "..", String(repeating: "x", count: 300)]
        try batch.write(
            ids.map { "{\"id\":\"\($0)\",\"prompt\":\"p\",\"metadata\":\"\($0)\"}" }.joined(separator: "\n"),
            to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", #"<m>:"/\|?*"#, says: "6 cells")
        try await batch.work()
        let folders = [
            "plain", "_________", "a_b", "a_b-648fa9b3", "__", String(repeating: "x", count: 100),
        ]
        try batch.expectFilesAsLines("nllm-runs/r", files: folders.map { $0 + "/_m________" })
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").allSatisfy {
                $0["prompt_id"] as? String == $0["metadata"] as? String
            })
    }

    // MARK: Raw output

    @Test func rawFilesHoldTheBytesAsTheyCame() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"garbage\"\n\"fine é\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m/x", "--raw", says: "2 cells")
        try await batch.work()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(lines.map { $0["text"] as? String } == ["a\u{FFFD}b\n", "fine é"])
        #expect(lines.map { $0["stderr_tail"] as? String } == ["warn \u{FFFD}\n", ""])
        #expect(
            try batch.files(below: "nllm-runs/r/raw") == [
                "000001/m_x.stdout.txt": Data([0x61, 0xFF, 0x62, 0x0A]),
                "000001/m_x.stderr.txt": Data("warn ".utf8) + Data([0xFE, 0x0A]),
                "000002/m_x.stdout.txt": Data("fine é".utf8),
                "000002/m_x.stderr.txt": Data(),
            ])
    }

    // MARK: Export

    @Test func anExportGivesTheSameBytesWheneverItIsDone() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"garbage\"\n\"two\"\n\"json\"\n\"limited\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "a", "-m", "b", "--raw", "--retries", "0", says: "8 cells")
        let work = try await batch.run("work")
        #expect(work.code == 1)
        let files = try batch.files(below: "nllm-runs/r")
        #expect(files.count == 2 + 8 + 16)
        for isDeleted in [false, false, true] {
            if isDeleted { try FileManager.default.removeItem(atPath: batch.directory + "/nllm-runs/r") }
            let export = try await batch.run("export", "r")
            #expect(export.code == 0)
            #expect(export.out == "\(batch.directory)/nllm-runs/r\n")
            #expect(export.err == "")
            #expect(try batch.files(below: "nllm-runs/r") == files)
        }
        // Files that were damaged are mended, and those that do not belong there go.
        try batch.write("damaged", to: "nllm-runs/r/results/000001/a.json")
        try batch.write("damaged", to: "nllm-runs/r/results.jsonl")
        _ = try await batch.run("export", "r")
        #expect(try batch.files(below: "nllm-runs/r") == files)
    }

    @Test func anExportOfAnUnfinishedRunHoldsWhatIsThere() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"one\"\n\"two\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m", says: "2 cells")
        let export = try await batch.run("export", "r")
        #expect(export.code == 0)
        #expect(export.out == "\(batch.directory)/nllm-runs/r\n")
        #expect(export.err == "")
        #expect(try batch.read("nllm-runs/r/results.jsonl") == Data())
        try await batch.work()
        try batch.expectFilesAsLines("nllm-runs/r", files: ["000001/m", "000002/m"])
    }

    // MARK: Changes

    @Test func aRetryReplacesResults() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"unless it is fixed\"\n\"good\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m", "--raw", says: "2 cells")
        let work = try await batch.run("work")
        #expect(work.code == 1)
        let good = try batch.read("nllm-runs/r/results/000002/m.json")

        let retry = try await batch.run("retry", "r")
        #expect(retry.code == 0)
        #expect(retry.out == "")
        #expect(retry.err == "1 cell requeued\ncontinue with: nllm-batch work r\n")
        try batch.expectFilesAsLines("nllm-runs/r", files: ["000002/m"])
        #expect(!batch.exists("nllm-runs/r/raw/000001"))

        try batch.write("", to: "fixed")
        try await batch.work()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(lines.map { $0["text"] as? String } == ["mended", "good"])
        #expect(lines.map { $0["attempts"] as? Int } == [2, 1])
        try batch.expectFilesAsLines("nllm-runs/r", files: ["000001/m", "000002/m"])
        #expect(try batch.read("nllm-runs/r/results/000002/m.json") == good)
        #expect(try batch.read("nllm-runs/r/raw/000001/m.stdout.txt") == Data("mended".utf8))
    }

    /// How a run's prompts are edited, what is said of it, and the files that are there after the work.
    private static let edits: [(before: [String], after: [String], report: String, files: [String])] = [
        (
            ["a:1", "b:2", "c:3", "d:4"], ["new:9", "b:2", "a:1", "c:33"], "2 kept, 1 changed, 1 new, 1 removed",
            ["new/m", "b/m", "a/m", "c/m"]
        ),
        // Lines that only moved are kept under their new number.
        (
            [":one", ":two"], [":zero", ":one", ":two"], "2 kept, 0 changed, 1 new, 0 removed",
            ["000001/m", "000002/m", "000003/m"]
        ),
        // An id that was renamed leaves no folder behind.
        (["a:1", "b:2"], ["a:1", "renamed:2"], "2 kept, 0 changed, 0 new, 0 removed", ["a/m", "renamed/m"]),
        // Between one prompt and many the layout changes.
        (["a:1", "b:2"], ["a:1"], "1 kept, 0 changed, 0 new, 1 removed", ["m"]),
        (["a:1"], ["a:1", "b:2"], "1 kept, 0 changed, 1 new, 0 removed", ["a/m", "b/m"]),
        // A folder may have the name of a file.
        (["m:1", "b:2"], ["m:1"], "1 kept, 0 changed, 0 new, 1 removed", ["m"]),
        (["m.json:1", "b:2"], ["m.json:1"], "1 kept, 0 changed, 0 new, 1 removed", ["m"]),
        (["m.json:1"], ["m.json:1", "b:2"], "1 kept, 0 changed, 1 new, 0 removed", ["m.json/m", "b/m"]),
    ]

    @Test(arguments: edits.indices)
    func artifactsFollowAnEditedRun(index: Int) async throws {
        let edit = Self.edits[index]
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.writePrompts(edit.before)
        try await batch.enqueue(
            "p.jsonl", "-m", "m", "--raw", says: edit.before.count == 1 ? "1 cell" : "\(edit.before.count) cells")
        try await batch.work()
        try batch.writePrompts(edit.after)
        let enqueue = try await batch.run("enqueue", "p.jsonl", "-m", "m", "--raw", "--run", "r")
        #expect(enqueue.code == 0)
        #expect(enqueue.out == "r\n")
        #expect(enqueue.err == "run r: \(edit.report)\n")
        try await batch.work()
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["text"] as? String }
                == edit.after.map { $0.split(separator: ":").last.map(String.init) })
        try batch.expectFilesAsLines("nllm-runs/r", files: edit.files)
        #expect(
            try batch.files(below: "nllm-runs/r/raw").keys.sorted()
                == edit.files.flatMap { [$0 + ".stderr.txt", $0 + ".stdout.txt"] }.sorted())
        #expect(batch.emptyFolders(below: "nllm-runs/r") == [])
    }

    @Test func anEditedModelListTakesItsFilesAlong() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"one\"\n\"two\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m[a=1,b=2]", "-m", "gone", says: "4 cells")
        try await batch.work()
        // The same options in another order ask the same.
        let enqueue = try await batch.run("enqueue", "p.jsonl", "-m", "new", "-m", "m[b=2,a=1]", "--run", "r")
        #expect(enqueue.err == "run r: 2 kept, 0 changed, 2 new, 2 removed\n")
        try await batch.work()
        try batch.expectFilesAsLines(
            "nllm-runs/r", files: ["000001/new", "000001/m[b=2,a=1]", "000002/new", "000002/m[b=2,a=1]"])
    }

    // MARK: The manifest

    @Test func theManifestHasTheFieldsOfTheContractInTheirOrder() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"one\"\n\"limited\"", to: "p.jsonl")
        let enqueue = try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "-m", "m", "--retries", "0", "--timeout", "1.5", "--system",
            "token=hunter2",
            "--run", "r")
        #expect(enqueue.code == 0, "\(enqueue.err)")
        let before = try await batch.run("export", "r")
        #expect(before.code == 0)
        let new = try batch.manifest()
        #expect(new["counts"] as? [String: Int] == Self.counts(pending: 4))
        #expect(new["started_at"] is NSNull)
        #expect(new["finished_at"] is NSNull)
        _ = try await batch.run("work")

        let text = String(decoding: try batch.read("nllm-runs/r/manifest.json"), as: UTF8.self)
        let names = text.matches(of: /(?m)^  "([a-z_]+)":/).map { String($0.output.1) }
        #expect(
            names == [
                "cli_args", "resolved_models", "timestamp", "hostname", "git_sha", "config_paths_used", "llm_version",
                "os_info", "working_directory", "schema_version", "run", "version", "sources", "counts", "settings",
                "started_at", "finished_at",
            ])
        let manifest = try batch.manifest()
        #expect(
            manifest["cli_args"] as? [String] == [
                "nllm-batch", "enqueue", "p.jsonl", "-m", "m", "-m", "m", "--retries", "0", "--timeout", "1.5",
                "--system", "token=***REDACTED***", "--run", "r",
            ])
        #expect(manifest["resolved_models"] as? [String] == ["m", "m#2"])
        #expect(manifest["hostname"] as? String == ProcessInfo.processInfo.hostName)
        #expect(manifest["git_sha"] is NSNull)
        #expect(manifest["config_paths_used"] as? [String] == [])
        #expect(manifest["llm_version"] as? String == "9.9")
        #expect((manifest["os_info"] as? String)?.isEmpty == false)
        #expect(manifest["working_directory"] as? String == batch.directory)
        #expect(manifest["schema_version"] as? Int == 1)
        #expect(manifest["run"] as? String == "r")
        #expect((manifest["version"] as? String)?.isEmpty == false)
        let sources = try #require(manifest["sources"] as? [[String: Any]])
        #expect(sources.count == 1)
        #expect(sources.first?["path"] as? String == "p.jsonl")
        #expect(
            sources.first?["sha256"] as? String == "0f23276db7ab371dc9698cd818852a2c1ecc985f7d1d1512f27c776506f063c2")
        #expect(sources.first?["prompts"] as? Int == 2)
        #expect(manifest["counts"] as? [String: Int] == Self.counts(ok: 2, error: 2))
        let settings = try #require(manifest["settings"] as? [String: Any])
        #expect(settings["outdir"] as? String == batch.directory + "/nllm-runs")
        #expect(settings["raw"] as? Bool == false)
        #expect(settings["timeout"] as? Double == 1.5)
        #expect(settings["retries"] as? Int == 0)
        for name in ["started_at", "finished_at"] {
            #expect((manifest[name] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        }
        #expect((manifest["timestamp"] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/) != nil)
        // What was recorded when the run was enqueued stays as it was.
        for name in ["timestamp", "llm_version", "cli_args"] {
            #expect(new[name] as? NSObject == manifest[name] as? NSObject)
        }
    }

    // MARK: Secrets

    @Test func secretsStandNowhere() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try batch.write("\"secret\"", to: "p.jsonl")
        try await batch.enqueue(
            "p.jsonl", "-m", "m", "--retries", "0", "--system", "token=hunter2 and sk-zyxwvutsrqpo", says: "1 cell")
        let work = try await batch.run("work", "r", "--verbose")
        #expect(work.code == 1)
        #expect(work.out == "\(batch.directory)/nllm-runs/r\n")
        let line = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        let mark = "***REDACTED***"
        #expect(
            line["stderr_tail"] as? String == "Error: Error code: 401 - Incorrect API key: \(mark), token=\(mark)\n")
        let failure = try #require(line["failure"] as? [String: Any])
        #expect(failure["message"] as? String == "Error code: 401 - Incorrect API key: \(mark), token=\(mark)")
        #expect(
            line["command"] as? [String] == ["llm", "-m", "m", "-n", "-u", "-s", "token=\(mark) and \(mark)"])
        let show = try await batch.run("show", "r")
        let shown =
            [work.err, show.out]
            + (try batch.files(below: "nllm-runs/r").values.map { String(decoding: $0, as: UTF8.self) })
        for text in shown {
            for secret in ["hunter2", "sk-abc", "sk-zyx"] { #expect(!text.contains(secret)) }
        }
    }

    // MARK: Texts

    /// The text with a letter in place of each time and duration.
    private static func withoutTimes(_ text: String) -> String {
        text.replacing(/"duration_ms":\d+/, with: "\"duration_ms\":N")
            .replacing(/"(started_at|finished_at)":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/) {
                "\"\($0.output.1)\":\"T\""
            }
    }

    private static func counts(pending: Int = 0, ok: Int = 0, error: Int = 0) -> [String: Int] {
        ["pending": pending, "running": 0, "ok": ok, "error": error, "timeout": 0, "cancelled": 0]
    }
}

extension Batch {
    /// Enqueues as the new run `r` and expects that it says so.
    fileprivate func enqueue(
        _ arguments: String..., says cells: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await run(["enqueue"] + arguments + ["--run", "r"])
        #expect(result.code == 0, sourceLocation: sourceLocation)
        #expect(result.out == "r\n", sourceLocation: sourceLocation)
        #expect(result.err == "\(cells) in new run r\n", sourceLocation: sourceLocation)
    }

    /// Works on run `r` and expects that every cell is answered.
    fileprivate func work(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let result = try await run("work", "r", "-j", "2")
        #expect(result.code == 0, "\(result.err)", sourceLocation: sourceLocation)
        #expect(result.out == "\(directory)/nllm-runs/r\n", sourceLocation: sourceLocation)
    }

    /// Writes `p.jsonl` with a prompt for each `id:text`; an empty id is left out.
    fileprivate func writePrompts(_ prompts: [String]) throws {
        let lines = prompts.map { prompt in
            let parts = prompt.split(separator: ":", omittingEmptySubsequences: false)
            return parts[0].isEmpty ? "\"\(parts[1])\"" : "{\"id\":\"\(parts[0])\",\"prompt\":\"\(parts[1])\"}"
        }
        try write(lines.joined(separator: "\n"), to: "p.jsonl")
    }

    /// Expects that the files of results are these, in the order of the lines, and hold the same objects.
    fileprivate func expectFilesAsLines(
        _ folder: String, files: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lines = try jsonLines(folder + "/results.jsonl")
        let found = try self.files(below: folder + "/results")
        #expect(found.keys.sorted() == files.map { $0 + ".json" }.sorted(), sourceLocation: sourceLocation)
        #expect(lines.count == files.count, sourceLocation: sourceLocation)
        for (line, file) in zip(lines, files) {
            guard let data = found[file + ".json"] else { continue }
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            #expect(object as NSDictionary? == line as NSDictionary, "\(file)", sourceLocation: sourceLocation)
        }
    }

    fileprivate func manifest() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: read("nllm-runs/r/manifest.json")) as? [String: Any])
    }

    /// Folders that hold nothing.
    fileprivate func emptyFolders(below name: String) -> [String] {
        let root = directory + "/" + name
        return (FileManager.default.enumerator(atPath: root) ?? .init()).compactMap { $0 as? String }.filter { path in
            (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + path))?.isEmpty == true
        }
    }
}
