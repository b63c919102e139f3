import Foundation
import NllmCore
import Testing

/// What a configuration file in the working directory may not do without having been trusted.
@Suite struct TrustedConfigurationTests {
    private static let name = ".nllm-config.yaml"

    /// A project whose one model has these options, each on its own line from line 4.
    private func batch(options: [String]) throws -> Batch {
        let batch = try Batch()
        let lines = options.map { "    - \(JSONValue.string($0))" }
        try batch.write("models:\n- name: echo\n  options:\n" + lines.joined(separator: "\n"), to: Self.name)
        return batch
    }

    @Test(arguments: [
        (["--functions", "import os"], "--functions", 4), (["-T", "llm_time"], "--tool", 4),
        (["-t", "mine"], "--template", 4), (["-o", "a", "1", "--template=mine"], "--template", 7),
        (["-xf", "keys.json"], "--fragment", 4), (["-fkeys.json"], "--fragment", 4),
        (["--sf", "keys.json"], "--system-fragment", 4), (["-a", "keys.json"], "--attachment", 4),
        (["--at", "keys.json", "text/plain"], "--attachment-type", 4), (["--schema", "keys.json"], "--schema", 4),
        (["--schema", " t:mine"], "--schema", 4), (["--schema-multi={name"], "--schema-multi", 4),
        (["--templat", "mine"], "--templat", 4), (["-s", "-f", "-f", "x"], "--fragment", 6),
        (["-s"], "--system", 4), (["-o", "-f"], "--option", 4), (["-p", "a", "b"], "--param", 4),
        (["--future=1"], "--future", 4), (["-uZ"], "-Z", 4),
    ])
    func optionsThatRunCodeOrReadFilesAreRefused(options: [String], flag: String, line: Int) async throws {
        let batch = try batch(options: options)
        for command in [["run", "--dry-run", "--", "hi"], ["list"], ["work"]] {
            let result = try await batch.run(command)
            #expect(result.code == 78, "\(result.err)")
            #expect(result.out == "")
            #expect(
                result.err.hasPrefix("\(Self.name):\(line): `\(flag)` in a model's `options` can make llm run code"))
            #expect(result.err.contains("--trust-config") && result.err.contains("`batch.trusted_folders`"))
            #expect(result.err.split(separator: "\n").count == 1)
        }
    }

    @Test(arguments: [
        ["-o", "temperature", "-1"], ["-s", "--functions"], ["-xRun", "--no-stream", "--xl"],
        ["--schema", "name, age int"], ["--schema", #"{"type": "object"}"#], ["-sbe brief", "--option", "a", "-f"],
    ])
    func harmlessOptionsNeedNoTrust(options: [String]) async throws {
        let result = try await batch(options: options).run("run", "--dry-run", "--", "hi").expectSuccess()
        #expect(result.err.hasPrefix("1 cell in all; nothing was run\n"))
    }

    @Test func trustIsGivenByAnOptionByTheUsersFileOrByNamingTheFile() async throws {
        let batch = try batch(options: ["-f", "keys.json"])
        let command = ["run", "--dry-run", "--", "hi"]
        func runs(_ more: String..., in batch: Batch) async throws -> Bool {
            let result = try await batch.run(Array(command[..<1]) + more + command[1...])
            try #require([0, 78].contains(result.code), "\(result.err)")
            return result.code == 0
        }
        #expect(try await !runs(in: batch))
        #expect(try await runs("--trust-config", in: batch))
        #expect(try await runs("--config", Self.name, in: batch))
        let user = ".nllm/config.yaml"
        try batch.write("", to: "link-target/x")
        for (folders, isTrusted) in [
            ([batch.directory], true), (["~"], true), (["~/", "/nowhere"], true), (["/"], true), ([], false),
            ([batch.directory + "/link-target"], false), ([String(batch.directory.dropLast())], false),
            (["/proc/self/cwd"], true),
        ] as [([String], Bool)] {
            let list = folders.map { "\"\($0)\"" }.joined(separator: ", ")
            try batch.write("batch: {trusted_folders: [\(list)]}", to: user)
            #expect(try await runs(in: batch) == isTrusted, "\(folders)")
            #expect(try await runs("--config", user, in: batch) == isTrusted, "\(folders)")
        }
    }

    @Test func onlyTheUsersFileNamesTrustedFolders() async throws {
        let batch = try Batch()
        let text = "batch:\n  trusted_folders: [/]"
        for (file, more) in [(Self.name, []), ("other.yaml", ["--config", "other.yaml"])] {
            try batch.write(text, to: file)
            let result = try await batch.run(["list", "--trust-config"] + more)
            #expect(result.code == 78)
            #expect(result.err.hasPrefix("\(file):2: `trusted_folders` can't be said here"), "\(result.err)")
            try batch.write("", to: file)
        }
        try batch.write("batch:\n  trusted_folders: [here]", to: ".nllm/config.yaml")
        let result = try await batch.run("list")
        #expect(result.code == 78)
        #expect(result.err.contains("/.nllm/config.yaml:2: `trusted_folders` holds `here`, not only absolute paths"))
    }

    @Test func pricesOutsideOfTheFolderAreRefused() async throws {
        let batch = try Batch()
        try batch.write("{}", to: "inside.json")
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/link.json", withDestinationPath: "/etc/hostname")
        for (path, isRefused) in [
            ("inside.json", false), ("./a/../inside.json", false), ("link.json", true), ("/etc/hostname", true),
            ("../x.json", true), ("~/inside.json", false),
        ] {
            try batch.write("batch:\n  prices: \(path)", to: Self.name)
            let result = try await batch.run("list")
            #expect(result.code == (isRefused ? 78 : 66), "\(path): \(result.err)")
            #expect(result.err.contains("`prices` names a file outside of this folder") == isRefused)
        }
    }

    @Test func whatIsNotTrustedIsShownAndCalledSo() async throws {
        let batch = try batch(options: ["--functions", "import os"])
        let result = try await batch.run("config", "show").expectSuccess()
        #expect(result.out.contains(#"options: ["--functions", "import os"]"#))
        #expect(result.err.hasPrefix("not trusted: \(Self.name):4: `--functions` in a model's `options`"))
        let trusted = try await batch.run("config", "show", "--trust-config")
        #expect((trusted.code, trusted.out, trusted.err) == (0, result.out, ""))
        let doctor = try await batch.run("doctor", "--json")
        #expect(doctor.code == 78)
        #expect(doctor.out.contains(#"{"check":"configuration","ok":false"#))
    }
}
