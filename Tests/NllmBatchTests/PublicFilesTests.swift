import Foundation
import Testing

/// Small files in the shapes of public ones, in Tests/Fixtures/prompt-files.json: what they mean was written from the
/// formats' documentation, and many name the repository and path whose shape they have.
@Suite struct PublicFilesTests {
    private static func table() throws -> [[String: Any]] {
        let path = Batch.packageRoot + "/Tests/Fixtures/prompt-files.json"
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
        return try #require(json as? [[String: Any]])
    }

    private static func rows(refused: Bool) throws -> [[String: Any]] {
        try table().filter { ($0["error"] != nil) == refused }
    }

    /// Writes a row's files into a folder of its own and enqueues them as a run of its name.
    private func enqueue(_ row: [String: Any], in batch: Batch) async throws -> Batch.Result {
        let name = try #require(row["name"] as? String)
        for (path, content) in try #require(row["files"] as? [String: Any]) {
            if let text = content as? String { try batch.write(text, to: name + "/" + path) }
            if let bytes = (content as? [String: String])?["base64"].flatMap({ Data(base64Encoded: $0) }) {
                try batch.write(bytes, to: name + "/" + path)
            }
        }
        try batch.write("", to: name + "/.here")
        let arguments = try #require(row["arguments"] as? [String])
        let folder = batch.directory + "/nllm-runs"
        return try await batch.command(
            "/bin/sh",
            ["-c", "cd '\(batch.directory)/\(name)' && exec \"$@\"", "sh", Batch.binary, "enqueue"] + arguments
                + ["-m", "m", "--no-check", "--run", name, "-o", folder, "--db", folder + "/batch.db"],
            input: row["stdin"] as? String ?? "")
    }

    @Test func theTableIsLarge() throws {
        #expect(try Self.table().count >= 100)
        #expect(try Self.table().count { $0["origin"] is String } >= 50)
    }

    @Test func filesThatAreNotReadGetAMessageThatHelps() async throws {
        let batch = try Batch.scripted()
        for row in try Self.rows(refused: true) {
            let result = try await enqueue(row, in: batch)
            let name = try #require(row["name"] as? String)
            #expect([64, 65, 66].contains(result.code), "\(name): \(result.err)")
            #expect(result.err.contains(try #require(row["error"] as? String)), "\(name): \(result.err)")
            if let flag = row["flag"] as? String { #expect(result.err.contains(flag), "\(name): \(result.err)") }
            if let lines = row["lines"] as? Int {
                #expect(result.err.split(separator: "\n").count <= lines, "\(name): \(result.err)")
            }
        }
        #expect(!batch.exists("nllm-runs/batch.db"))
    }

    @Test func filesMeanWhatTheirFormatsSay() async throws {
        let batch = try Batch.scripted()
        for row in try Self.rows(refused: false) {
            let name = try #require(row["name"] as? String)
            try await enqueue(row, in: batch).expectSuccess("\(name)")
            let prompts = try batch.query(
                """
                SELECT prompts.name, text, ifnull(prompts.system, ''), prompts.options, ifnull(schema, 'null'),
                    ifnull(turns, 'null') FROM prompts JOIN runs ON runs.id = run_id
                WHERE runs.name = '\(name)' ORDER BY prompts.position
                """)
            #expect(prompts.count == row["cells"] as? Int, "\(name)")
            #expect(prompts.map { $0[0] } == row["ids"] as? [String], "\(name)")
            let first = try #require(row["first"] as? [String: Any])
            guard let found = prompts.first else { continue }
            if let text = first["prompt"] as? String { #expect(found[1] == text, "\(name)") }
            if let system = row["system"] as? String { #expect(found[2] == system, "\(name)") }
            if let schema = row["schema"] as? NSDictionary {
                #expect(try object(found[4]) as? NSDictionary == schema)
            }
            if let turns = first["turns"] as? [String] {
                #expect(try object(found[5]) as? [String] == turns, "\(name)")
            }
            guard let options = row["options"] as? [String: Any] else { continue }
            let had = try #require(try object(found[3]) as? [String: Any])
            #expect(had.mapValues { "\($0)" } == options.mapValues { "\($0)" }, "\(name)")
        }
    }

    private func object(_ json: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    }

    /// A chat request that the server has received.
    private struct Received {
        var messages: Data
        var parameters: [String: Any]
    }

    /// What each row's first prompt asks, as the provider receives it.
    @Test func whatIsAskedArrives() async throws {
        let server = try await LoopbackServer(#"{"m": {"llm": {"vision": true, "supports_schema": true}}}"#)
        let batch = try Batch(userPath: server.userPath)
        let rows = try Self.rows(refused: false)
        for row in rows { try await enqueue(row, in: batch).expectSuccess("\(row["name"] ?? "")") }
        try await batch.run("work", "--executor", "shared", "-j", "16").expectSuccess()
        let received = try server.log().filter { $0["n"] != nil }.map { line in
            Received(
                messages: try canonical(line["messages"] ?? []),
                parameters: try #require(line["params"] as? [String: Any]))
        }
        for row in rows {
            for messages in try messages(of: row) {
                let expected = try canonical(messages)
                let found = received.contains { $0.messages == expected && hasParameters($0.parameters, of: row) }
                #expect(found, "\(row["name"] ?? ""): \(String(decoding: expected, as: UTF8.self))")
            }
        }
    }

    /// The messages of each request for a row's first prompt; turns are asked one after the other.
    private func messages(of row: [String: Any]) throws -> [[[String: Any]]] {
        let first = try #require(row["first"] as? [String: Any])
        let system: [[String: Any]] = row["system"].map { [["role": "system", "content": $0]] } ?? []
        guard let turns = first["turns"] as? [String] else {
            let plain: [[String: Any]] = [["role": "user", "content": first["prompt"] ?? ""]]
            return [system + (first["messages"] as? [[String: Any]] ?? plain)]
        }
        return turns.indices.map { index in
            turns[...index].enumerated().reduce(into: system) { messages, turn in
                messages.append(["role": "user", "content": turn.element])
                guard turn.offset < index else { return }
                messages.append(["role": "assistant", "content": "echo: \(turn.element)"])
            }
        }
    }

    /// Whether a request has the options and the schema of a row's first prompt.
    private func hasParameters(_ parameters: [String: Any], of row: [String: Any]) -> Bool {
        let options = row["options"] as? [String: Any] ?? [:]
        guard options.allSatisfy({ (parameters[$0.key] as? NSNumber) == ($0.value as? NSNumber) }) else { return false }
        let format = (parameters["response_format"] as? [String: Any])?["json_schema"] as? [String: Any]
        return format?["schema"] as? NSDictionary == row["schema"] as? NSDictionary
    }

    private func canonical(_ value: Any) throws -> Data {
        try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
    }
}
