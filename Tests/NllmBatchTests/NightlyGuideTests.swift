import Foundation
import Testing

/// What docs/nightly.md tells people to write works, as far as this machine can tell.
@Suite struct NightlyGuideTests {
    private static let countries = ["France": "Paris", "Kenya": "Nairobi", "Nepal": "Kathmandu", "Peru": "Lima"]

    /// Models that know the capitals, except those that the smaller one answers otherwise.
    private static func behaviours(_ other: [String: String] = [:]) throws -> String {
        let answers = { (cities: [String: String]) in
            [
                "answers": cities.sorted { $0.key < $1.key }.map { [$0.key, $0.value] },
                "llm": ["api_key_name": "openai"],
            ] as [String: Any]
        }
        let models = [
            "gpt-4o-mini": answers(countries), "gpt-4.1-nano": answers(countries.merging(other) { $1 }),
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: models), as: UTF8.self)
    }

    @Test func theNightsAreAsItShowsThem() async throws {
        let server = try await LoopbackServer(Self.behaviours())
        let hook = try await Webhook()
        let batch = try Batch(userPath: server.userPath, extra: ["WEBHOOK": hook.address])
        try Data(#"{"openai": "sk-x"}"#.utf8).write(to: URL(filePath: server.userPath + "/keys.json"))
        try batch.write("", to: "evals/.keep")
        try batch.write("#!/bin/sh\n{ echo \"$@\"; cat; } > \"$HOME/mail.txt\"\n", to: "bin/mail")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: batch.directory + "/bin/mail")
        let ran = try await DocumentedCommandTests.run(NightlyHome.guide, in: batch) { block in
            guard block.text.hasPrefix("nllm-batch run nightly.yaml --quiet ||") else { return }
            for _ in 2...6 { try await Self.night(in: batch).expectSuccess() }
            try await server.change(Self.behaviours(["Peru": "I am not sure; it may be Cusco."]))
        }
        #expect(ran.commands > 5 && ran.outputs == 3)
        let mail = try batch.lines("mail.txt")
        #expect(
            mail.first?.hasPrefix("-s nightly evaluation: ") == true && mail.first?.hasSuffix("me@example.org") == true)
        #expect(mail.dropFirst().first == "FAILED: 1 of 3 gates failed")
        #expect(try await hook.body() == #"{"text":"capitals: FAILED, pass rate 0.875"}"#)
        // After `accept`, the same answers are the normal.
        try await Self.night(in: batch).expectSuccess()
    }

    private static func night(in batch: Batch) async throws -> Batch.Result {
        try await batch.command("/bin/sh", ["-c", "cd evals && exec \"$0\" run nightly.yaml --quiet", Batch.binary])
    }

    // MARK: systemd

    private static let analyze = "/usr/bin/systemd-analyze"
    private static let hasSystemd = FileManager.default.isExecutableFile(atPath: analyze)

    @Test(.enabled(if: hasSystemd, "needs Debian's package systemd"))
    func theUnitsAreValidAndStartTheNight() async throws {
        let server = try await LoopbackServer(Self.behaviours())
        let home = try NightlyHome(server, suite: NightlyHome.block("sh", with: "nightly.yaml <<").suite)
        try home.addKey()
        let units = try MarkdownDocument(NightlyHome.guide).blocks(in: "ini").map { try Self.unit($0, in: home) }
        #expect(units.map { URL(filePath: $0).lastPathComponent } == ["nightly.service", "nightly.timer"])
        let verified = try await Self.verify(units, in: home)
        #expect(verified.code == 0 && verified.err == "", "\(verified.err)")

        let service = try String(contentsOfFile: units[0], encoding: .utf8)
        let values = { (key: String) in
            service.split(separator: "\n").filter { $0.hasPrefix(key + "=") }.map {
                $0.dropFirst(key.count + 1).replacing("%h", with: home.batch.directory)
            }
        }
        let path = try #require(values("Environment").first?.wholeMatch(of: /PATH=(.*)/)).output.1
        let command =
            "cd \(try #require(values("WorkingDirectory").first)) && exec \(try #require(values("ExecStart").first))"
        try await home.bare(command, ["PATH": String(path)]).expectSuccess()
        #expect(home.nights == [true])

        // What is wrong would be noticed.
        try home.batch.write(service.replacing("Type=", with: "Typ="), to: "wrong/nightly.service")
        let wrong = try await Self.verify([home.batch.directory + "/wrong/nightly.service"], in: home)
        #expect(wrong.err.contains("Unknown key"), "\(wrong.err)")
    }

    /// Writes a unit where its first line says.
    private static func unit(_ text: String, in home: NightlyHome) throws -> String {
        let path = try #require(text.prefixMatch(of: /# ~\/(\.config\/systemd\/user\/[a-z.]+)\n/)).output.1
        return try home.batch.write(text + "\n", to: String(path))
    }

    private static func verify(_ units: [String], in home: NightlyHome) async throws -> Batch.Result {
        try await home.batch.command(
            analyze, ["verify", "--user", "--man=no"] + units,
            environment: ["HOME": home.batch.directory, "XDG_RUNTIME_DIR": home.batch.directory])
    }

    // MARK: GitHub

    @Test func theWorkflowHasWhatGitHubKnowsAndReportsTheNight() async throws {
        let server = try await LoopbackServer(Self.behaviours())
        let home = try NightlyHome(server, suite: NightlyHome.block("sh", with: "nightly.yaml <<").suite)
        try home.addKey()
        let workflow = try await Self.workflow(in: home.batch)
        #expect(Set(workflow.keys) == ["name", "on", "permissions", "concurrency", "jobs"])
        let times = (workflow["on"] as? [String: Any])?["schedule"] as? [[String: String]]
        #expect(times?.first?["cron"]?.wholeMatch(of: /([0-9*]+ ?){5}/) != nil)
        let jobs = try #require(workflow["jobs"] as? [String: [String: Any]])
        let job = try #require(jobs["nightly"])
        #expect(Set(job.keys) == ["runs-on", "timeout-minutes", "env", "steps"])
        let steps = try #require(job["steps"] as? [[String: Any]])
        for step in steps {
            #expect((step["run"] == nil) != (step["uses"] == nil), "\(step)")
            #expect(
                Set(step.keys).isSubset(of: ["name", "id", "if", "uses", "with", "run", "timeout-minutes"]), "\(step)")
            let action = step["uses"] as? String
            #expect(action?.wholeMatch(of: /actions\/[a-z\/-]+@v\d+/) != nil || action == nil, "\(step)")
        }
        // After a night that failed, too.
        #expect(steps.suffix(2).allSatisfy { $0["if"] as? String == "always()" })

        let tools = home.batch.directory + "/.local/bin:/usr/bin:/bin"
        for (index, step) in steps.enumerated() {
            guard let command = step["run"] as? String else { continue }
            let parsed = try await home.bare(command, shell: ["/bin/bash", "-n", "-c"])
            #expect(parsed.code == 0, "\(parsed.err)")
            guard command.hasPrefix("nllm-batch ") else { continue }
            #expect(index > 0)
            try await home.bare(
                "cd evals && \(command)", shell: ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
                ["PATH": tools, "GITHUB_STEP_SUMMARY": home.batch.directory + "/summary.md", "CI": "true"]
            ).expectSuccess()
        }
        #expect(home.nights == [true])
        #expect(try home.batch.lines("summary.md").first?.hasPrefix("## PASSED") == true)
        #expect(home.batch.exists("evals/junit.xml"))
    }

    /// The guide's workflow, all scalars as texts: YAML's own reading makes `true` of the key `on`.
    private static func workflow(in batch: Batch) async throws -> [String: Any] {
        let script = "import json, sys, yaml; print(json.dumps(yaml.load(sys.stdin, yaml.BaseLoader)))"
        let result = try await batch.command(
            Batch.venv + "/python", ["-c", script], input: NightlyHome.block("yaml", with: "runs-on")
        ).requireSuccess()
        return try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
    }
}

extension String {
    /// The file that a block writes between two lines with END.
    fileprivate var suite: String {
        get throws { String(try #require(firstMatch(of: #/<<'END'\n((?s).*?\n)END/#)).output.1) }
    }
}

extension NightlyHome {
    /// Stores the key that the models of the guide want.
    fileprivate func addKey() throws {
        try batch.write(#"{"openai": "sk-x"}"#, to: ".config/io.datasette.llm/keys.json")
    }
}

/// A server on this machine that takes one request and answers it with 200.
private final class Webhook {
    let address: String
    private let process: RunningProcess

    init() async throws {
        let script = """
            import http.server, sys
            class Hook(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    self.send_response(200)
                    self.end_headers()
                    print(body.decode(), flush=True)
            server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
            server.timeout = 600
            print(server.server_port, flush=True)
            server.handle_request()
            """
        let (lines, send) = AsyncStream.makeStream(of: String.self)
        process = try await RunningProcess(
            Batch.venv + "/python", ["-c", script], directory: "/",
            environment: ProcessInfo.processInfo.environment
        ) { send.yield($0) }
        var port: String?
        for await line in lines {
            port = line
            break
        }
        address = "http://127.0.0.1:\(try #require(port))/hook"
    }

    /// What was sent, when it was.
    func body() async throws -> String {
        try #require(try await process.result().lines.last)
    }
}
