import Foundation
import Testing

/// Nights that a cron daemon starts, by the line of docs/nightly.md.
@Suite struct NightlyCronTests {
    private static let isSoak = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] != nil
    private static let isPossible = CronDaemon.isAvailable

    /// Two nights a minute apart, of which the second gets other answers.
    @Test(.enabled(if: isPossible, "needs cron, and the right to mount"))
    func twoNightsAreInTheLogAndInTheTrend() async throws {
        let rights = (1...6).map { #"["<\#($0)>", "fine"]"# }.joined(separator: ", ")
        let server = try await LoopbackServer(#"{"m": {"answer": "wrong", "answers_once": [\#(rights)]}}"#)
        let tests = (1...6).map { "  - {description: q\($0), vars: {n: '\($0)'}}\n" }.joined()
        let home = try NightlyHome(
            server,
            suite: """
                series: nightly
                providers: [m]
                prompts: ['Question <{{n}}>']
                defaultTest: {assert: [{type: equals, value: fine}]}
                gate: [no_regression, pass_rate >= 0.9]
                tests:

                """ + tests)
        let place = try Batch()
        let daemon = try await CronDaemon(home.crontab(["* * * * *"]), in: place)
        try await eventually("two nights are over") { home.nights.count >= 2 && home.codes.count >= 2 }
        try await daemon.stop()
        withExtendedLifetime(place) {}
        try await eventually("no job is left") { home.processes.isEmpty }

        // On a slow machine, one start may find another at work, and a third night may have begun.
        #expect(home.nights.prefix(2) == [true, false])
        #expect(home.codes.filter { $0 != 75 }.prefix(2) == [0, 1], "\(home.log)")
        // The first one has nothing to tell.
        #expect(home.log.first == "exit code 0")
        #expect(home.log.contains { $0.contains("FAILED") }, "\(home.log)")
        #expect(try await home.trend().prefix(2).map { $0["state"] as? String } == ["passed", "failed"])
    }

    /// A week of nights at two minutes' distance, with most of what can go wrong.
    @Test(.enabled(if: isPossible && isSoak, "twenty minutes, with cron and the right to mount"))
    func aWeekOfNightsIsToldAsItWas() async throws {
        let server = try await LoopbackServer(NightlyWeek.behaviours())
        let home = try NightlyHome(server, suite: NightlyWeek.suite)
        let place = try Batch()
        // In odd minutes only when a night is to be taken up.
        let daemon = try await CronDaemon(
            home.crontab(["*/2 * * * *", "1-59/2 * * * * test -e \"$HOME/again\" &&"]), in: place)
        let week = NightlyWeek(server: server, home: home)
        try await week.pass()
        try await daemon.stop()
        withExtendedLifetime(place) {}
        try await eventually("no job is left") { home.processes.isEmpty }

        let trend = try await home.trend()
        #expect(trend.map { $0["state"] as? String } == week.states, "\(home.log.joined(separator: "\n"))")
        #expect(home.codes == week.codes, "\(home.log.joined(separator: "\n"))")
        #expect(home.log.count { $0.contains("series nightly is being run by process") } == 1)
        #expect(home.log.count { $0.contains("is left with") } == 1)
        for night in trend where night["state"] as? String == "passed" {
            let result = try #require(night["result"] as? [String: Any])
            #expect(result["errors"] as? Int == 0 && result["no_verdicts"] as? Int == 0)
            #expect(result["pass_rate"] as? Double == 1)
        }
        #expect(
            try home.batch.query(
                "SELECT count(*) FROM runs JOIN nights ON nights.run = runs.name",
                database: "evals/nllm-runs/batch.db") == [["\(week.states.count)"]])
    }
}

/// What happens in a week, night by night.
private final class NightlyWeek {
    private static let prompts = 12
    static let suite = """
        series: nightly
        providers: [m, n]
        judge: j
        prompts: ['Question <{{n}}>']
        defaultTest: {assert: [{type: llm-rubric, value: 'is about {{n}}'}, {type: contains, value: fine}]}
        gate: [no_regression, pass_rate >= 0.9]
        evaluateOptions: {maxConcurrency: 2}
        resume_within: 90s
        tests:

        """ + (1...prompts).map { "  - {description: q\($0), vars: {n: '\($0)'}}\n" }.joined()

    private let server: LoopbackServer
    private let home: NightlyHome
    /// The exit codes that are expected so far, and the states of the nights.
    private(set) var codes: [Int] = []
    private(set) var states: [String] = []

    init(server: LoopbackServer, home: NightlyHome) { (self.server, self.home) = (server, home) }

    /// The two models and their judge, with more that all models do, or another `n` or judge.
    static func behaviours(all: String = "", n: String? = nil, judge: String = "", answer: String = "fine") -> String {
        let usual = #"{"answer": "\#(answer)"\#(all)}"#
        let models = [#""m": \#(usual)"#] + [n ?? usual].filter { !$0.isEmpty }.map { #""n": \#($0)"# }
        let verdict = #"{\"reason\": \"It is.\", \"score\": 1, \"pass\": true}"#
        return #"{\#(models.joined(separator: ", ")), "j": {"answer": "\#(verdict)"\#(judge)}}"#
    }

    func pass() async throws {
        try await night("passed")
        try await overlap()
        try await night("replaced", killed: true)
        try await night("passed")
        try await resumption()
        let broken = #", "fail": {"status": 401}"#
        try await night("blocked", Self.behaviours(all: broken, judge: broken))
        // The provider knows it no more.
        try await night("blocked", Self.behaviours(n: ""))
        // Other answers, because verdicts on the same ones are known.
        try await night("failed", Self.behaviours(judge: broken, answer: "fine and new"))
        try await night("passed")
    }

    /// One night from its start to its end, or to a power cut.
    private func night(_ state: String, _ behaviours: String = behaviours(), killed: Bool = false) async throws {
        try await server.change(killed ? Self.behaviours(all: #", "delay_ms": 1000"#) : behaviours)
        states.append(state)
        guard !killed else { return try await cutPower() }
        codes.append(state == "passed" ? 0 : 1)
        try await ends()
    }

    /// A night that is still at work when the next one is due.
    private func overlap() async throws {
        try await server.change(Self.behaviours(all: #", "until": "go""#))
        states.append("passed")
        codes.append(75)
        try await ends()
        try server.release()
        codes.append(0)
        try await ends()
    }

    /// A night that is cut off, and taken up a minute later.
    private func resumption() async throws {
        try await night("passed", killed: true)
        try await server.change(Self.behaviours())
        let asked = try server.requests().count
        try home.batch.write("", to: "again")
        codes.append(0)
        try await ends()
        try FileManager.default.removeItem(atPath: home.batch.directory + "/again")
        #expect(try server.requests().filter { $0.model != "j" }.count > 0)
        #expect(try server.requests().count - asked < 4 * Self.prompts)
    }

    private func cutPower() async throws {
        let before = try server.requests().count
        try await eventually("a night is half done", within: .seconds(300)) {
            try server.requests().count >= before + Self.prompts
        }
        try await home.killEverything()
    }

    /// Waits until as many starts have ended as are expected to.
    private func ends() async throws {
        try await eventually("start \(codes.count) has ended", within: .seconds(300)) {
            home.codes.count >= codes.count
        }
        try #require(home.codes == codes, "\(home.log.joined(separator: "\n"))")
    }
}
