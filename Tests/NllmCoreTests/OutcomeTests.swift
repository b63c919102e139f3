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
        #expect(outcome(.exited(code: 0), cause: .flooded, text: "cut").failure?.kind == .request)
    }

    @Test func anAnswerOverTheLimitIsCutBetweenCharactersAndMayBeBilled() {
        let now = Date(timeIntervalSince1970: 1_000_000)
        for (bytes, text) in [("aé€😀", "aé€😀"), ("aé€😀x", "aé€😀x"), ("", "")] {
            for torn in [[], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98]] as [[UInt8]] {
                let execution = Execution(
                    end: .signaled(9), cause: .flooded, stdout: Array(bytes.utf8) + torn, startedAt: now,
                    finishedAt: now)
                let cut = Outcome(execution, timeout: nil, maxMemory: nil, maxAnswer: 3, keepsRaw: true)
                #expect(cut.text == text)
                #expect(cut.rawStdout == nil)
                #expect(cut.mayBeBilled)
                #expect((cut.status, cut.exitCode, cut.failure?.kind) == (.error, -1, .request))
                #expect(cut.failure?.message == "over --max-answer 3 MB; what had come is kept")
            }
        }
    }

    @Test func whatIsNoModelsAnswerIsNoEmptyOne() {
        let now = Date(timeIntervalSince1970: 1_000_000)
        var execution = Execution(
            end: .exited(code: 0), stdout: Array("\n".utf8), stderr: Array("Token usage: \n".utf8), startedAt: now,
            finishedAt: now)
        // A warm Python sees what was sent: a local model that tells no usage.
        #expect(Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false).failure?.kind == .empty)
        execution.foreignAnswer = "HTML (text/plain)"
        let foreign = Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false)
        #expect((foreign.status, foreign.exitCode, foreign.failure?.kind) == (.error, 0, .request))
        #expect(
            foreign.failure?.message
                == "the server sent HTML (text/plain), not a model's answer; check the model's api_base")
        execution.foreignAnswer = nil
        execution.isOpaque = true
        #expect(Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false).failure?.kind == .request)
        for (text, stderr) in [
            (" \n", "Token usage: \n"), ("\n", ""), ("\n", "Token usage: 3 input, 0 output\n"),
            ("\n", "Token usage: \nToken usage: 3 input\n"),
        ] {
            (execution.stdout, execution.stderr) = (Array(text.utf8), Array(stderr.utf8))
            #expect(Outcome(execution, timeout: nil, maxMemory: nil, keepsRaw: false).failure?.kind == .empty)
        }
    }

    @Test func anEncodingErrorIsNotTheProviders() {
        for error in [
            "Error: 'utf-8' codec can't encode character '\\ud83d' in position 5: surrogates not allowed",
            "UnicodeEncodeError: 'charmap' codec can't encode characters in position 0-3: character maps to <undefined>",
            "Error: 'ascii' codec can't decode byte 0xc3 in position 1: ordinal not in range(128)",
            "Error: 'latin-1' codec can't encode character '\\u20ac' in position 0: ordinal not in range(256)",
        ] {
            let failed = outcome(.exited(code: 1), text: "half ", stderr: "\(error)\n")
            #expect((failed.status, failed.failure?.kind, failed.text) == (.error, .request, "half "))
            #expect(failed.mayBeBilled)
        }
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
