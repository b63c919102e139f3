import Foundation
import Testing

/// Who may read what: the umask decides, and `--private` keeps everything from all others.
@Suite struct PrivateFilesTests {
    /// Runs a command under a umask.
    private func run(_ batch: Batch, umask: String, _ arguments: [String]) async throws {
        try await batch.command(
            "/bin/sh", ["-c", "umask \(umask); exec \"$0\" \"$@\"", Batch.binary] + arguments
        ).expectSuccess("\(arguments)")
    }

    /// The permissions of everything below a folder, by relative path; of itself under an empty name.
    private func modes(_ batch: Batch, _ name: String) throws -> [String: Int] {
        let root = batch.directory + "/" + name
        var found: [String: Int] = [:]
        for path in [""] + (FileManager.default.enumerator(atPath: root) ?? .init()).compactMap({ $0 as? String }) {
            let attributes = try FileManager.default.attributesOfItem(atPath: path.isEmpty ? root : root + "/" + path)
            found[path] = attributes[.posixPermissions] as? Int
        }
        return found
    }

    private func isFolder(_ batch: Batch, _ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: batch.directory + "/" + path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    private func expect(_ batch: Batch, files: Int, folders: Int, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let modes = try modes(batch, "nllm-runs")
        #expect(modes.count > 10, sourceLocation: sourceLocation)
        for (path, mode) in modes {
            let expected = isFolder(batch, "nllm-runs/" + path) ? folders : files
            #expect(
                String(mode, radix: 8) == String(expected, radix: 8), "\(path)", sourceLocation: sourceLocation)
        }
    }

    private static let enqueue = ["enqueue", "p.jsonl", "-m", "m", "--no-check", "--raw", "--run", "r"]

    private func batch() throws -> Batch {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"x\"\n\"y\"", to: "p.jsonl")
        return batch
    }

    @Test(arguments: [("077", 0o600, 0o700), ("027", 0o640, 0o750), ("022", 0o644, 0o755)])
    func theUmaskDecides(umask: String, files: Int, folders: Int) async throws {
        let batch = try batch()
        try await run(batch, umask: umask, Self.enqueue)
        try await run(batch, umask: umask, ["work"])
        try expect(batch, files: files, folders: folders)
    }

    @Test(arguments: ["option", "configuration"]) func whatIsPrivateIsForNobodyElse(way: String) async throws {
        let batch = try batch()
        if way == "configuration" { try batch.write("batch:\n  private: true\n", to: ".nllm-config.yaml") }
        let option = way == "option" ? ["--private"] : []
        try await run(batch, umask: "000", Self.enqueue + option)
        try expect0(batch)
        try await run(batch, umask: "000", ["work"] + option)
        try expect(batch, files: 0o600, folders: 0o700)
    }

    private func expect0(_ batch: Batch) throws {
        for (path, mode) in try modes(batch, "nllm-runs") { #expect(mode & 0o077 == 0, "\(path)") }
    }

    @Test func whatIsThereBecomesPrivate() async throws {
        let batch = try batch()
        try await run(batch, umask: "022", Self.enqueue)
        try await run(batch, umask: "022", ["work"])
        try await run(batch, umask: "022", ["export", "r", "--private"])
        var modes = try modes(batch, "nllm-runs")
        // The folder of all runs may hold others.
        #expect(modes.removeValue(forKey: "") == 0o755)
        for (path, mode) in modes { #expect(mode & 0o077 == 0, "\(path)") }
        #expect(modes["r/results/000001/m.json"] == 0o600)
        #expect(modes["batch.db"] == 0o600)
    }

    @Test func aPrivateConfigurationIsWrittenPrivately() async throws {
        let batch = try batch()
        try await run(batch, umask: "022", ["config", "init", "--private"])
        let attributes = try FileManager.default.attributesOfItem(atPath: batch.directory + "/.nllm-config.yaml")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func llmInheritsIt() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("umask > \"$HOME/umask\"; cat"))
        try batch.write("\"x\"", to: "p.jsonl")
        try await run(batch, umask: "022", ["run", "p.jsonl", "-m", "m", "--no-check", "--private"])
        #expect(try String(decoding: batch.read("umask"), as: UTF8.self).hasSuffix("077\n"))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") && geteuid() == 0))
    func whatCannotBeMadePrivateIsAnError() async throws {
        let batch = try batch()
        try await run(batch, umask: "000", Self.enqueue)
        // All may write it, but only its owner may say who.
        chmod(batch.directory + "/nllm-runs/batch.db", 0o666)
        let result = try await batch.command(
            "/usr/bin/setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", Batch.binary, "list", "--private"])
        #expect(result.code == 73)
        #expect(
            result.err.hasPrefix("error: cannot make \(batch.directory)/nllm-runs/batch.db private: "), "\(result.err)")
    }
}
