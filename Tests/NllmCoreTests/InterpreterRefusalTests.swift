import Foundation
import Testing

@testable import NllmCore

/// Programs called `llm` behind which no Python is taken, and why.
@Suite struct InterpreterRefusalTests {
    private let scripts = InterpreterScripts()

    @Test func whatAPythonInItsPlaceWouldNotDoIsARefusal() async throws {
        let llm = try scripts.quickLLM()
        let wrappers = [
            ("exec '%' -u \"$@\"", "gives `llm` other arguments than it gets"),
            ("exec '%' \"$@\" --help", "gives `llm` other arguments than it gets"),
            ("cd / && exec '%' \"$@\"", "runs `llm` in another directory"),
            ("'%' \"$@\" | cat", "stands between `llm` and its input or output"),
            ("'%' \"$@\" 2>/dev/null", "stands between `llm` and its input or output"),
            ("echo More | '%' \"$@\"", "stands between `llm` and its input or output"),
            ("K=$(printf '\\377') exec '%' \"$@\"", "runs `llm` with an environment that is no UTF-8"),
        ]
        for (line, loss) in wrappers {
            let path = try scripts.write("#!/bin/sh\n" + line.replacingOccurrences(of: "%", with: llm) + "\n")
            #expect(try await scripts.reason(path) == "`\(path)` \(loss)", "\(line)")
        }
    }

    @Test func whatIsNotLLMIsARefusal() async throws {
        let programs = [
            ("#!/bin/sh\nexec cat /dev/null\n", "`%` is no Python program, as far as can be seen"),
            ("#!/bin/sh\necho first >&2; echo 'no luck' >&2; exit 3\n", "`% --version` fails: no luck"),
            ("#!/bin/sh\necho '+ API_KEY=abcdef' >&2; exit 3\n", "`% --version` fails: + API_KEY=***REDACTED***"),
            ("#!/bin/sh\nexit 3\n", "`% --version` fails: it does not say why"),
            ("#!\(InterpreterScripts.python)\nprint('llm, version 9')\n", "`%` is a Python program of its own"),
            (
                "#!\(InterpreterScripts.python)\nimport llm.cli, os\nos.environ['K'] = '1'\nllm.cli.cli()\n",
                "`%` is a Python program of its own"
            ),
            ("#!/nowhere/python\(InterpreterScripts.entry)", "`/nowhere/python`, which runs `%`, can't be executed"),
            ("#!/etc/passwd\(InterpreterScripts.entry)", "`/etc/passwd`, which runs `%`, can't be executed"),
            (
                "#!/usr/bin/env no-such-python\(InterpreterScripts.entry)",
                "`no-such-python`, which runs `%`, can't be executed"
            ),
        ]
        for (text, expected) in programs {
            let path = try scripts.write(text)
            #expect(try await scripts.reason(path) == expected.replacingOccurrences(of: "%", with: path), "\(text)")
        }
        try FileManager.default.removeItem(atPath: scripts.folder + "/llm")
        try FileManager.default.copyItem(atPath: "/bin/cat", toPath: scripts.folder + "/llm")
        #expect(
            try await scripts.reason(scripts.folder + "/llm")?.contains("no Python program, as far as can be seen")
                == true)
        let missing = try await scripts.reason(scripts.folder + "/nothing")
        #expect(missing?.hasPrefix("`\(scripts.folder)/nothing` can't be started: ") == true)
    }

    @Test func aProgramThatDoesNotEndInTimeIsARefusal() async throws {
        let path = try scripts.write("#!/bin/sh\nexec sleep 1000\n")
        await #expect(throws: NoInterpreter(reason: "`\(path) --version` does not end")) {
            try await InterpreterProbe.interpreter(behind: path, patience: .zero)
        }
    }
}
