import Foundation
import Testing

/// The list of `llm`'s models that is kept for a short while.
@Suite struct ModelListCacheTests {
    /// A scratch folder with a cache of its own, in which one list is kept; `ghost` is added to that list alone.
    private func haunted() async throws -> (batch: Batch, list: String) {
        let cache = FileManager.default.temporaryDirectory.path + "/nllm-batch-cache-" + UUID().uuidString
        let batch = try Batch(extra: ["XDG_CACHE_HOME": cache])
        try batch.write("\"hello\"\n", to: "p.jsonl")
        let first = try await enqueue(batch, "echo")
        #expect(first.code == 0, "\(first.err)")
        let names = try FileManager.default.contentsOfDirectory(atPath: cache + "/nllm-batch")
        try #require(names.count == 1 && names[0].hasPrefix("models-"))
        let path = cache + "/nllm-batch/" + names[0]
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = text.replacing("\"model_id\": \"echo\"", with: "\"model_id\": \"ghost\"")
        try #require(changed != text)
        try Data(changed.utf8).write(to: URL(filePath: path))
        return (batch, path)
    }

    private func enqueue(_ batch: Batch, _ model: String) async throws -> Batch.Result {
        try await batch.run("enqueue", "p.jsonl", "-m", model)
    }

    private func remove(_ list: String) {
        try? FileManager.default.removeItem(
            atPath: URL(filePath: list).deletingLastPathComponent().deletingLastPathComponent().path)
    }

    @Test func aListIsUsedAgain() async throws {
        let (batch, list) = try await haunted()
        defer { remove(list) }
        let run = try await enqueue(batch, "ghost")
        #expect(run.code == 0, "\(run.err)")
    }

    @Test func aNameThatIsMissingIsLookedUpAnew() async throws {
        let (batch, list) = try await haunted()
        defer { remove(list) }
        let known = try await enqueue(batch, "echo")
        #expect(known.code == 0, "\(known.err)")
        // The new list has taken the old one's place.
        let ghost = try await enqueue(batch, "ghost")
        #expect(ghost.code == 64)
        #expect(ghost.err.contains("`ghost`"))
    }

    @Test(arguments: ["extra-openai-models.yaml", "plugin/models.json"])
    func aListIsOutdatedByAFileOfLLMsUser(name: String) async throws {
        let (batch, list) = try await haunted()
        defer { remove(list) }
        try batch.write("[]\n", to: "llm-user/" + name)
        let run = try await enqueue(batch, "ghost")
        #expect(run.code == 64, "\(run.err)")
    }

    @Test func aListIsOutdatedByItsAge() async throws {
        let (batch, list) = try await haunted()
        defer { remove(list) }
        try FileManager.default.setAttributes([.modificationDate: Date() - 601], ofItemAtPath: list)
        let run = try await enqueue(batch, "ghost")
        #expect(run.code == 64, "\(run.err)")
    }

    @Test func theDefaultModelIsUsedAgainUntilItIsSet() async throws {
        let cache = FileManager.default.temporaryDirectory.path + "/nllm-batch-cache-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let batch = try Batch(extra: ["XDG_CACHE_HOME": cache])
        try batch.write("\"hello\"\n", to: "p.jsonl")
        try await batch.run("enqueue", "p.jsonl").expectSuccess()
        let names = try FileManager.default.contentsOfDirectory(atPath: cache + "/nllm-batch")
        let name = try #require(names.first { $0.hasPrefix("default-model-") })
        try Data("echo".utf8).write(to: URL(filePath: "\(cache)/nllm-batch/\(name)"))
        #expect(try await batch.run("enqueue", "p.jsonl").err.contains("using llm's default model echo"))
        try await batch.command(Batch.venv + "/llm", ["models", "default", "gpt-4o-mini"]).expectSuccess()
        #expect(try await batch.run("enqueue", "p.jsonl").err.contains("using llm's default model gpt-4o-mini"))
    }

    @Test func aUserFolderOfManyFilesIsNotLookedThrough() async throws {
        let (batch, list) = try await haunted()
        defer { remove(list) }
        for number in 0...1000 { try batch.write("", to: "llm-user/models/\(number)") }
        let run = try await enqueue(batch, "ghost")
        #expect(run.code == 64, "\(run.err)")
    }

    @Test func aFolderThatCannotBeWrittenIsNoObstacle() async throws {
        let batch = try Batch(extra: ["XDG_CACHE_HOME": "/dev/null/cache"])
        try batch.write("\"hello\"\n", to: "p.jsonl")
        let run = try await enqueue(batch, "echo")
        #expect(run.code == 0, "\(run.err)")
        #expect(run.err.contains("cache") == false)
    }
}
