import Foundation
import Testing

@testable import NllmCore

@Suite struct OutcomeTests {
    private func outcome(
        _ end: Execution.End, cause: Execution.Cause? = nil, text: String = "", stderr: String = "",
        keepsRaw: Bool = false
    ) -> Outcome {
        let now = Date(timeIntervalSince1970: 1_000_000)
        let execution = Execution(
            end: end, cause: cause, stdout: Array(text.utf8), stderr: Array(stderr.utf8), startedAt: now,
            finishedAt: now + 1)
        return Outcome(execution, timeout: .seconds(3), maxMemory: nil, keepsRaw: keepsRaw)
    }

    @Test func anAnswerThatArrivedIsKeptWhateverElseHappened() {
        for cause in [nil, Execution.Cause.timedOut, .stopped] {
            let kept = outcome(.exited(code: 0), cause: cause, text: "hello\n")
            #expect(kept.status == .ok)
            #expect(kept.failure == nil)
        }
        let locked = outcome(.exited(code: 1), text: "hello\n", stderr: "sqlite3.OperationalError: database is locked")
        #expect(locked.status == .ok)
    }

    @Test func aProcessThatWasEndedWithoutAnAnswerIsNoSuccess() {
        #expect(outcome(.exited(code: 0), cause: .stopped).status == .interrupted)
        #expect(outcome(.exited(code: 0), cause: .timedOut).status == .timeout)
        #expect(outcome(.exited(code: 0), cause: .flooded, text: "cut").failure?.kind == .crashed)
    }

    @Test func anEmptyAnswerIsOkAndNoted() {
        let empty = outcome(.exited(code: 0), text: " \n")
        #expect(empty.status == .ok)
        #expect(empty.failure?.kind == .empty)
        #expect(empty.exitCode == 0)
    }

    @Test func aTimeoutKeepsThePartialText() {
        let partial = outcome(.signaled(15), cause: .timedOut, text: "half an ans")
        #expect(partial.status == .timeout)
        #expect(partial.exitCode == -1)
        #expect(partial.text == "half an ans")
        #expect(partial.failure?.message == "no answer within 3 s")
    }

    @Test func bytesThatAreNoTextAreReplacedAndKeptWhereRawOutputIs() {
        var execution = Execution(
            end: .exited(code: 0), stdout: [0x61, 0xFF, 0x62], startedAt: Date(), finishedAt: Date())
        execution.stderr = [0xFE]
        let kept = Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: true)
        #expect(kept.text == "a\u{FFFD}b")
        #expect(kept.rawStdout == [0x61, 0xFF, 0x62])
        #expect(kept.rawStderr == [0xFE])
        #expect(Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false).rawStdout == nil)
    }

    @Test func noHalfOfAKeyIsLeftWhereTextIsCut() {
        let key = "sk-" + String(repeating: "k", count: 40)
        // The tail begins in the middle of the key.
        let stderr = "\(key) " + String(repeating: "x", count: Outcome.tailLength - 20)
        #expect(!outcome(.exited(code: 1), stderr: stderr).stderrTail.contains("kk"))
        let message = "Error: " + String(repeating: "x", count: Outcome.messageLength - 20) + " " + key
        #expect(outcome(.exited(code: 1), stderr: message).failure?.message.contains("kk") == false)
    }
}
