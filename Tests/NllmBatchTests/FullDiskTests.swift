import Foundation
import Testing

/// The database's disk is full while answers arrive: they wait, nothing more is paid for, and no end of the worker loses
/// them.
///
/// `NLLM_BATCH_SOAK=1` makes it long; `NLLM_BATCH_SEED` repeats the choices of an earlier run.
@Suite(.enabled(if: TinyDisk.isAvailable, "a disk can be mounted here")) struct FullDiskTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["NLLM_BATCH_SOAK"] == "1"
    private static let place = ["--db", "disk/batch.db"]

    /// A run of `cells` on a small disk.
    private func scene(
        _ server: LoopbackServer, cells: Int, kilobytes: Int = 24 << 10
    ) async throws -> (Batch, TinyDisk) {
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...cells).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk", kilobytes: kilobytes)
        try await batch.run(
            ["enqueue", "p.jsonl", "--no-check", "-m", "good", "-o", "disk/out", "--run", "r", "--retries", "0"]
                + Self.place
        ).expectSuccess()
        return (batch, disk)
    }

    /// Every cell has its one answer, in the database and in the files, and the server was asked once for each.
    private func proveOnce(
        _ batch: Batch, _ server: LoopbackServer, cells: Int, note: Comment = ""
    ) throws {
        let prompts = Set((1...cells).map { "prompt \($0)" })
        let requests = try server.requestsByPrompt()
        #expect(Set(requests.keys) == prompts, note)
        #expect(requests.filter { $0.value != 1 } == [:], note)
        let rows = try batch.query(
            "SELECT status, attempts, count(*) FROM cells GROUP BY 1, 2", database: "disk/batch.db")
        #expect(rows == [["ok", "1", String(cells)]], note)
        let answers = try batch.query(
            "SELECT count(*) FROM attempts WHERE outcome = 'ok'", database: "disk/batch.db")
        #expect(answers == [[String(cells)]], note)
        let lines = try batch.jsonLines("disk/out/r/results.jsonl")
        #expect(lines.compactMap { $0["prompt_id"] as? String }.count == cells, note)
        #expect(Set(lines.compactMap { $0["text"] as? String }).count == cells, note)
        #expect(batch.rescueFiles == [], note)
    }

    /// Fills the disk at a moment when answers are under way, so that something waits for it.
    ///
    /// At another moment nothing is in flight and no cell can start, so it is freed and filled again.
    private func fill(_ disk: TinyDisk, until what: String, _ holds: () async throws -> Bool) async throws {
        for _ in 1...20 {
            for _ in 1...100 {
                try disk.fill()
                if try await holds() { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            try disk.free()
            try await Task.sleep(for: .milliseconds(500))
        }
        try #require(Bool(false), "waited in vain until \(what)")
    }

    // MARK: Freed again

    @Test(arguments: [("shared", 20, 800), ("fork", 16, 800), ("process", 6, 60)])
    func aDiskThatIsFilledAndFreedAgainLosesNothing(
        executor: String, brief: Int, long: Int
    ) async throws {
        let seed = Self.variables["NLLM_BATCH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
        var random = SeededGenerator(seed)
        let cells = Self.isLong ? long : brief
        // A few short answers would find room in the log that is there already.
        // One word, because each is a piece of the stream.
        let word = String(repeating: "word-", count: Self.isLong ? 400 : 20_000)
        let server = try await LoopbackServer(
            #"{"good": {"answer": "{prompt}: \#(word)", "delay_ms": 1000}}"#)
        let (batch, disk) = try await scene(server, cells: cells)
        defer { disk.unmount() }
        let worker = try await batch.start(
            Batch.binary, ["work", "-j", "4", "--executor", executor, "--quiet"] + Self.place)
        // The first time it is full until answers wait, then at any moment.
        try await eventually("requests are under way") { try server.requests().count >= 2 }
        try await fill(disk, until: "answers wait") { try !batch.rescuedPrompts().isEmpty }
        try disk.free()
        while !OSProcess.isGone(worker.pid) {
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...2000, using: &random)))
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                try disk.fill()
                try await Task.sleep(for: .milliseconds(100))
            }
            try? disk.free()
        }
        let result = try await worker.result().expectSuccess("repeat with NLLM_BATCH_SEED=\(seed)")
        #expect(result.err.contains("to be recorded: the disk of \(batch.directory)/disk/batch.db is full; free "))
        try proveOnce(batch, server, cells: cells, note: "repeat with NLLM_BATCH_SEED=\(seed)")
    }

    // MARK: Ended meanwhile

    private static let ends: [(String, [Int32])] =
        [("shared", [SIGTERM, SIGINT]), ("process", [SIGKILL])]
        + (isLong ? [("fork", [SIGKILL]), ("fork", [SIGINT, SIGTERM])] : [])

    @Test(arguments: ends)
    func aWorkerThatEndsMeanwhileLeavesItsAnswersToTheNext(executor: String, signals: [Int32]) async throws {
        let server = try await LoopbackServer(#"{"good": {"delay_ms": 1500}}"#)
        let (batch, disk) = try await scene(server, cells: 8)
        defer { disk.unmount() }
        let worker = try await batch.start("work", "-j", "3", "--executor", executor, "--db", "disk/batch.db")
        try await eventually("requests are under way") { try !server.requests().isEmpty }
        try await fill(disk, until: "all answers wait") {
            guard try !batch.rescuedPrompts().isEmpty else { return false }
            let recorded = try batch.query(
                "SELECT count(*) FROM cells WHERE status = 'ok'", database: "disk/batch.db")
            let running = try batch.query(
                "SELECT count(*) FROM cells WHERE status = 'running'", database: "disk/batch.db")
            let waiting = try batch.rescuedPrompts().count
            return try running == [[String(waiting)]]
                && recorded == [[String(server.requests().count - waiting)]] && waiting > 0
        }
        let waiting = try batch.rescuedPrompts().count
        for signal in signals { worker.signal(signal) }
        let ended = try await worker.result()
        #expect(signals.map { 128 + $0 }.contains(ended.code))
        if signals != [SIGKILL] {
            let file = try #require(batch.rescueFiles.first)
            #expect(ended.err.contains("that could not be recorded"), "\(ended.err)")
            #expect(ended.err.contains("kept in \(batch.directory)/\(file); the next worker records"), "\(ended.err)")
        }
        #expect(batch.rescueFiles.count == 1)
        let mode = try FileManager.default.attributesOfItem(atPath: batch.directory + "/" + batch.rescueFiles[0])
        let database = try FileManager.default.attributesOfItem(atPath: batch.directory + "/disk/batch.db")
        #expect(mode[.posixPermissions] as? Int == database[.posixPermissions] as? Int)

        try disk.free()
        let again = try await batch.run("work", "-j", "3", "--executor", executor, "--db", "disk/batch.db")
            .expectSuccess()
        let said = "\(waiting) answer\(waiting == 1 ? "" : "s") that an earlier worker could not record, recorded now"
        #expect(again.err.contains(said), "\(again.err)")
        try proveOnce(batch, server, cells: 8)
    }

    /// 6 answers of 1 MB do not fit into a file of 4 MB.
    @Test func whatDoesNotFitIntoTheFileGoesToTheStateFolder() async throws {
        let llm = try Batch.fakeLLM(
            """
            [ "$1" = -m ] || exit 0
            read prompt; echo "$prompt" >> "$HOME/calls"
            while [ ! -e "$HOME/go" ]; do sleep 0.05; done
            head -c 1000000 /dev/zero | tr '\\0' a; echo " $prompt"
            """)
        let batch = try Batch(llm: llm)
        try batch.write((1...6).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        let disk = try TinyDisk(at: batch.directory + "/disk", kilobytes: 32 << 10)
        defer { disk.unmount() }
        try await batch.run(["enqueue", "p.jsonl", "--no-check", "-m", "m", "--run", "r"] + Self.place).expectSuccess()
        let worker = try await batch.start("work", "-j", "6", "--db", "disk/batch.db")
        try await eventually("all run") { try batch.lines("calls").count == 6 }
        try disk.fill()
        try batch.write("", to: "go")
        try await eventually("all answers wait") { try batch.rescuedPrompts().count == 6 }
        worker.signal(SIGKILL)
        _ = try await worker.result()
        let beside = try #require(batch.rescueFiles.first { $0.hasPrefix("disk/batch.db.rescue-") })
        let state = try #require(batch.rescueFiles.first { $0.hasPrefix(".local/state/nllm-batch/rescue-") })
        #expect(try batch.rescuedPrompts(in: beside).count >= 3)
        #expect(try batch.rescuedPrompts(in: state).count >= 2)

        try disk.free()
        let again = try await batch.run(["work"] + Self.place).expectSuccess()
        #expect(again.err.contains("6 answers that an earlier worker could not record, recorded now"))
        #expect(try batch.lines("calls").count == 6)
        let texts = try batch.jsonLines("nllm-runs/r/results.jsonl").compactMap { $0["text"] as? String }
        #expect(texts.map { $0.drop { $0 == "a" } } == (1...6).map { " prompt \($0)" })
        #expect(texts.allSatisfy { $0.utf8.count > 1_000_000 })
        #expect(batch.rescueFiles == [])
    }
}

extension Batch {
    /// The lines of a text file below the scratch folder; none if it isn't there.
    func lines(_ name: String) throws -> [String] {
        String(decoding: (try? read(name)) ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
