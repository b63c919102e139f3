import Foundation
import Testing

/// What the manifest of a run says: one run is made, and all look at it.
@Suite(.serialized) struct ManifestTests {
    /// A finished run, with its manifest before and after the work.
    private struct Scene: Sendable {
        var batch: Batch
        var before: Data
        var after: Data
    }

    private static let scene = Task {
        let batch = try Batch.scripted()
        try batch.write("\"one\"\n\"limited\"", to: "p.jsonl")
        try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "-m", "m", "--retries", "0", "--timeout", "90.5", "--system",
            "token=hunter2", "--run", "r"
        ).expectSuccess()
        try await batch.run("export", "r").expectSuccess()
        let before = try batch.read("nllm-runs/r/manifest.json")
        _ = try await batch.run("work")
        return Scene(batch: batch, before: before, after: try batch.read("nllm-runs/r/manifest.json"))
    }

    private func object(_ data: Data) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func itHasTheFieldsOfTheContractInTheirOrder() async throws {
        let text = String(decoding: try await Self.scene.value.after, as: UTF8.self)
        let names = text.matches(of: /(?m)^  "([a-z_]+)":/).map { String($0.output.1) }
        #expect(
            names == [
                "cli_args", "resolved_models", "timestamp", "hostname", "git_sha", "config_paths_used", "llm_version",
                "os_info", "working_directory", "schema_version", "run", "version", "sources", "counts", "settings",
                "started_at", "finished_at",
            ])
    }

    @Test func itSaysWhatWasEnqueuedAndWhere() async throws {
        let scene = try await Self.scene.value
        let manifest = try object(scene.after)
        #expect(
            manifest["cli_args"] as? [String] == [
                "nllm-batch", "enqueue", "p.jsonl", "-m", "m", "-m", "m", "--retries", "0", "--timeout", "90.5",
                "--system", "token=***REDACTED***", "--run", "r",
            ])
        #expect(manifest["resolved_models"] as? [String] == ["m", "m#2"])
        #expect(manifest["hostname"] as? String == ProcessInfo.processInfo.hostName)
        #expect(manifest["git_sha"] is NSNull)
        #expect(manifest["config_paths_used"] as? [String] == [])
        #expect(manifest["llm_version"] as? String == "9.9")
        #expect((manifest["os_info"] as? String)?.isEmpty == false)
        #expect(manifest["working_directory"] as? String == scene.batch.directory)
        #expect(manifest["schema_version"] as? Int == 2)
        #expect(manifest["run"] as? String == "r")
        #expect((manifest["version"] as? String)?.isEmpty == false)
    }

    @Test func itHasTheDigestsOfItsSources() async throws {
        let manifest = try object(try await Self.scene.value.after)
        let sources = try #require(manifest["sources"] as? [[String: Any]])
        #expect(sources.count == 1)
        #expect(sources.first?["path"] as? String == "p.jsonl")
        #expect(
            sources.first?["sha256"] as? String == "0f23276db7ab371dc9698cd818852a2c1ecc985f7d1d1512f27c776506f063c2")
        #expect(sources.first?["prompts"] as? Int == 2)
    }

    @Test func itHasTheSettings() async throws {
        let scene = try await Self.scene.value
        let settings = try #require(try object(scene.after)["settings"] as? [String: Any])
        #expect(settings["outdir"] as? String == scene.batch.directory + "/nllm-runs")
        #expect(settings["raw"] as? Bool == false)
        #expect(settings["timeout"] as? Double == 90.5)
        #expect(settings["retries"] as? Int == 0)
    }

    @Test func itCountsTheCells() async throws {
        let scene = try await Self.scene.value
        #expect(try object(scene.before)["counts"] as? [String: Int] == counts(pending: 4))
        #expect(try object(scene.after)["counts"] as? [String: Int] == counts(ok: 2, error: 2))
    }

    @Test func itHasTimesOnceThereAreAny() async throws {
        let scene = try await Self.scene.value
        let (new, manifest) = (try object(scene.before), try object(scene.after))
        for name in ["started_at", "finished_at"] {
            #expect(new[name] is NSNull)
            #expect((manifest[name] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        }
        #expect((manifest["timestamp"] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/) != nil)
    }

    @Test func whatWasRecordedWhenTheRunWasEnqueuedStays() async throws {
        let scene = try await Self.scene.value
        let (new, manifest) = (try object(scene.before), try object(scene.after))
        for name in ["timestamp", "llm_version", "cli_args"] {
            #expect(new[name] as? NSObject == manifest[name] as? NSObject)
        }
    }

    private func counts(pending: Int = 0, ok: Int = 0, error: Int = 0) -> [String: Int] {
        ["pending": pending, "running": 0, "ok": ok, "error": error, "timeout": 0, "cancelled": 0]
    }
}
