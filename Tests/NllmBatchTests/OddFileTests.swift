import Foundation
import Testing

/// Files that never end, wait for a writer, or do something when they are opened: none of them holds up a command.
@Suite struct OddFileTests {
    /// What may stand where a file is expected, and how a test makes it.
    enum Odd: String, CaseIterable {
        case fifo, linkToFIFO, device, linkToDevice, kernelLog, madeUp

        /// Makes it below the scratch folder and returns the path for a prompt file in the folder `d`.
        func make(in batch: Batch) throws -> String {
            let path = batch.directory + "/d/odd"
            try batch.write("", to: "d/other.log")
            switch self {
            case .fifo: mkfifo(path, 0o600)
            case .linkToFIFO:
                mkfifo(batch.directory + "/d/pipe", 0o600)
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "pipe")
            case .device: return "/dev/zero"
            case .linkToDevice:
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
            case .kernelLog: return "/proc/kmsg"
            case .madeUp: return "/proc/self/status"
            }
            return "odd"
        }
    }

    @Test(arguments: Odd.allCases) func anAttachmentHasToBeARegularFile(odd: Odd) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let path = try odd.make(in: batch)
        try batch.write("\"fine\"\n{\"prompt\":\"x\",\"attachments\":[\"\(path)\"]}\n", to: "d/p.jsonl")
        try await batch.endsWith(
            ["enqueue", "d/p.jsonl", "-m", "m", "--no-check"], code: 65,
            error: "d/p.jsonl:2: attachment `\(path)` can't be read: not a regular file")
        try batch.write("---\nid: q\nattachments:\n  - \(path)\n---\nWhat is this?\n", to: "d/q.md")
        try await batch.endsWith(
            ["enqueue", "d/q.md", "-m", "m", "--no-check"], code: 65,
            error: "d/q.md:3: attachment `\(path)` can't be read: not a regular file")
        #expect(!batch.exists("nllm-runs"))
    }

    @Test(arguments: [Odd.fifo, .linkToFIFO, .linkToDevice]) func soHasAPromptInADirectory(odd: Odd) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        _ = try odd.make(in: batch)
        try batch.write("a prompt", to: "d/a.txt")
        try FileManager.default.moveItem(atPath: batch.directory + "/d/odd", toPath: batch.directory + "/d/b.txt")
        try FileManager.default.createSymbolicLink(
            atPath: batch.directory + "/d/c.md", withDestinationPath: "/proc/self/status")
        try await batch.endsWith(
            ["enqueue", "d", "-m", "m", "--no-check"], code: 65,
            error: "d/b.txt: not a regular file (2 times)")
    }

    @Test(arguments: [Odd.fifo, .linkToFIFO, .linkToDevice]) func soHasAConfiguration(odd: Odd) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        _ = try odd.make(in: batch)
        let advice = "not a regular file; name or make a file that can be read"
        try await batch.endsWith(["config", "show", "-c", "d/odd"], code: 78, error: "d/odd: \(advice)")
        try batch.write("batch:\n  prices: d/odd\n", to: "priced.yaml")
        try batch.write("\"x\"", to: "p.jsonl")
        try await batch.endsWith(
            ["enqueue", "p.jsonl", "-m", "m", "--no-check", "-c", "priced.yaml"], code: 78,
            error: "d/odd: the price file can't be read: not a regular file; name another under `prices`")
        for place in [".nllm-config.yaml", ".nllm/config.yaml"] {
            try FileManager.default.createDirectory(
                atPath: batch.directory + "/.nllm", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: batch.directory + "/" + place, withDestinationPath: batch.directory + "/d/odd")
            let name = place.hasPrefix(".nllm/") ? batch.directory + "/" + place : place
            for command in [["list"], ["enqueue", "p.jsonl", "-m", "m", "--no-check"]] {
                try await batch.endsWith(command, code: 78, error: "\(name): \(advice)")
            }
            try FileManager.default.removeItem(atPath: batch.directory + "/" + place)
        }
    }

    @Test func aSourceThatIsNamedMayBeAPipe() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"from a file\"\n", to: "p.jsonl")
        let script = """
            "$0" enqueue <(echo '"from a pipe"') -m m --no-check --run one &&
            echo '"from standard input"' | "$0" enqueue /dev/stdin -m m --no-check --run two &&
            mkfifo pipe && { echo '"from a pipe"' > pipe & } && "$0" enqueue pipe -m m --no-check --run three
            """
        try await batch.command("/bin/bash", ["-c", script, Batch.binary]).expectSuccess()
        #expect(
            try batch.query("SELECT text FROM prompts ORDER BY id")
                == [["from a pipe"], ["from standard input"], ["from a pipe"]])
    }

    @Test func aSourceWithoutAnEndIsGivenUpAtTheFirstLineThatIsTooLong() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let arguments = ["-m", "m", "--no-check"]
        try await batch.endsWith(
            ["enqueue", "/dev/zero"] + arguments, code: 65,
            error: "/dev/zero: a binary file; prompts are read from .jsonl, .ndjson, .json, .csv, .tsv, .txt, .md and "
                + ".prompt files, from directories of text files, and from standard input with `-`")
        let endless = #"tr '\0' '"' < /dev/zero"#
        for command in [endless, "{ echo '\"fine\"'; \(endless); }"] {
            let script = "\(command) | timeout 60 \"$0\" enqueue - -m m --no-check"
            let result = try await batch.command("/bin/bash", ["-c", script, Batch.binary])
            #expect(result.code == 65)
            #expect(result.err == "-:\(command.contains("fine") ? 2 : 1): the line is over 64 MB\n")
        }
        let direct = try await batch.command(
            "/bin/bash", ["-c", "cat /dev/zero | timeout 60 \"$0\" enqueue \"$@\" -- x", Batch.binary] + arguments)
        #expect(direct.code == 65)
        #expect(direct.err == "-: the prompt is over 64 MB\n")
    }

    #if os(Linux)
        private static let oddKinds = ["fifo", "device", "socket", "made up"]
    #else
        private static let oddKinds = ["fifo", "device", "socket"]
    #endif

    @Test(arguments: oddKinds) func aDatabaseHasToBeARegularFile(kind: String) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"x\"", to: "p.jsonl")
        var path = batch.directory + "/odd.db"
        switch kind {
        case "fifo": mkfifo(path, 0o600)
        case "device": path = "/dev/zero"
        // The system makes up what is read, though it calls the file regular.
        case "made up": path = "/proc/version"
        default:
            let script = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
            try await batch.command(Batch.venv + "/python", ["-c", script, "odd.db"]).requireSuccess()
        }
        for command in [["list"], ["enqueue", "p.jsonl", "-m", "m", "--no-check"]] {
            try await batch.endsWith(
                command + ["--db", path], code: 66, error: "error: database \(path): not a regular file")
        }
    }

    @Test(arguments: ["manifest.json", "results.jsonl"]) func aPipeInARunsFolderIsNotWaitedFor(name: String)
        async throws
    {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write("\"x\"\n\"y\"", to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "m", "--no-check", "--run", "r").expectSuccess()
        let path = batch.directory + "/nllm-runs/r/" + name
        try FileManager.default.removeItem(atPath: path)
        mkfifo(path, 0o600)
        #expect(try await batch.run("retry", "r", "--all").code == 73)
        for command in [["export", "r"], ["work", "r"]] {
            try await batch.endsWith(
                command, code: 73,
                error: "error: \(path) is not a regular file, and nothing is written there; move it away, or write the "
                    + "run elsewhere with `nllm-batch export r -o DIR`")
        }
        #expect(try batch.query("SELECT count(*) FROM attempts") == [["2"]])
    }
}

extension Batch {
    /// Runs a command, for a minute at most, and expects that it ends with that code and error and prints nothing.
    func endsWith(
        _ arguments: [String], code: Int32, error: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await command("/usr/bin/env", ["timeout", "-k", "1", "60", Self.binary] + arguments)
        #expect(result.code == code, "\(arguments)", sourceLocation: sourceLocation)
        #expect(result.out == "", sourceLocation: sourceLocation)
        #expect(result.err == error + "\n", sourceLocation: sourceLocation)
    }
}
