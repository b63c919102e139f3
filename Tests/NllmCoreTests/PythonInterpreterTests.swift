import Foundation
import Testing

@testable import NllmCore

/// Finds the Python behind programs called `llm`.
@Suite struct PythonInterpreterTests {
    private let scripts = InterpreterScripts()

    @Test func theScriptsOfInstallersNameTheirPython() async throws {
        let long = "\(scripts.folder)/a folder/it's python"
        try scripts.write("", to: "a folder/it's python")
        let found = ProgramSearch.find("python3")
        let python3 = try #require(found)
        let layouts: [(head: String, command: [String])] = [
            ("#!/bin/cat", ["/bin/cat"]),
            ("#! /bin/cat -E ", ["/bin/cat", "-E"]),
            ("#!/usr/bin/env python3", [python3]),
            ("#!/usr/bin/env -S python3 -E -s", [python3, "-E", "-s"]),
            ("#!/usr/bin/env -S /bin/cat -E", ["/bin/cat", "-E"]),
            ("#!/bin/sh\n'''exec' /bin/cat -E \"$0\" \"$@\"\n' '''", ["/bin/cat", "-E"]),
            ("#!/bin/sh\n'''exec' \"\(long)\" \"$0\" \"$@\"\n' '''", [long]),
            (
                "#!/bin/sh\n'''exec' '\(scripts.folder)/a folder/it'\"'\"'s python' -I \"$0\" \"$@\"\n' '''",
                [long, "-I"]
            ),
        ]
        for (head, command) in layouts {
            let path = try scripts.write(head + InterpreterScripts.entry)
            #expect(try await scripts.find(path) == PythonInterpreter(command: command, environment: nil), "\(head)")
        }
    }

    @Test func everyInstallersScriptIsKnown() throws {
        let usual = [
            // uv
            """
            #!/p
            # -*- coding: utf-8 -*-
            import sys
            from llm.cli import cli
            if __name__ == "__main__":
                if sys.argv[0].endswith("-script.pyw"):
                    sys.argv[0] = sys.argv[0][:-11]
                elif sys.argv[0].endswith(".exe"):
                    sys.argv[0] = sys.argv[0][:-4]
                sys.exit(cli())
            """,
            // pip, since 25
            """
            #!/p
            import sys
            from llm.cli import cli
            if __name__ == '__main__':
                sys.argv[0] = sys.argv[0].removesuffix('.exe')
                sys.exit(cli())
            """,
        ]
        for text in usual { #expect(EntryScript(path: try scripts.write(text))?.interpreter == ["/p"], "\(text)") }
        let own = [
            "", "#!/p\n", "from llm.cli import cli\n", "#!/p\nimport llm.cli\n", "#!/p\nfrom llm.cli import main\n",
            "#!/p\nimport os\nos.environ['K'] = '1'\nfrom llm.cli import cli\nsys.exit(cli())\n",
            "#!/p\nfrom llm.cli import cli\nsys.argv[0] = 'llm'; sys.argv.append('-u')\nsys.exit(cli())\n",
            "#!/p\nfrom llm.cli import cli\nsys.exit(cli(['-m', 'x']))\n",
        ]
        for text in own { #expect(EntryScript(path: try scripts.write(text)) == nil, "\(text)") }
    }

    /// As of pipx and uv: the virtual environment's Python is a link, and so is the command.
    @Test(arguments: [[], ["-E"]])
    func linksToAScriptAreFollowedButNotThoseOfItsPython(flags: [String]) async throws {
        let python = scripts.folder + "/venvs/llm/bin/python"
        let script = try scripts.write(
            "#!" + ([python] + flags).joined(separator: " ") + InterpreterScripts.entry, to: "venvs/llm/bin/llm")
        try FileManager.default.createSymbolicLink(atPath: python, withDestinationPath: InterpreterScripts.python)
        try FileManager.default.createSymbolicLink(atPath: scripts.folder + "/llm", withDestinationPath: script)
        let interpreter = PythonInterpreter(command: [python] + flags, environment: nil)
        #expect(try await scripts.find(scripts.folder + "/llm") == interpreter)
    }

    @Test func theProjectsOwnLLMIsFound() async throws {
        let own = try await scripts.find(InterpreterScripts.llm)
        #expect(own.command.map { $0.hasPrefix(InterpreterScripts.python) } == [true])
        #expect(own.environment == nil)
    }

    @Test(arguments: [
        "#!/bin/sh\nexport LOOPBACK_KEY='a = b'\nexec '%' \"$@\"\n",
        "#!/bin/sh\nLOOPBACK_KEY='a = b' '%' \"$@\"\n",
        "#!/bin/sh\nLOOPBACK_KEY='a = b' exec SHIM \"$@\"\n",
        "#!PYTHON\nimport os, sys\nos.environ['LOOPBACK_KEY'] = 'a = b'\n"
            + "os.execv('%', ['%'] + sys.argv[1:])\n",
        "#!PYTHON\nimport os, subprocess, sys\nos.environ['LOOPBACK_KEY'] = 'a = b'\n"
            + "sys.exit(subprocess.call(['%'] + sys.argv[1:]))\n",
        "#!/bin/sh\n'%' keys get x 2>/dev/null | cat\nLOOPBACK_KEY='a = b' '%' \"$@\"\n",
    ])
    func aWrapperIsRunThroughAndItsEnvironmentTaken(text: String) async throws {
        let llm = try scripts.quickLLM()
        // A script that picks a version, as pyenv's do.
        let shim = try scripts.write(
            "#!/bin/sh\nversion=$(echo quick)\nexec \"\(scripts.folder)/$version/llm\" \"$@\"\n", to: "shims/llm")
        let path = try scripts.write(
            text.replacingOccurrences(of: "%", with: llm).replacingOccurrences(
                of: "PYTHON", with: InterpreterScripts.python
            )
            .replacingOccurrences(of: "SHIM", with: "'\(shim)'"))
        let interpreter = try await scripts.find(path)
        #expect(interpreter.command == [InterpreterScripts.base])
        var expected = ProcessInfo.processInfo.environment
        expected["LOOPBACK_KEY"] = "a = b"
        #expect(scripts.plain(interpreter.environment) == scripts.plain(expected))
    }

    @Test func flagsAreFoundThroughAWrapper() async throws {
        let llm = try scripts.quickLLM()
        let wrappers = [
            (["-s", "-Xutf8", "-W", "ignore"], "exec '\(InterpreterScripts.base)' -s -Xutf8 -W ignore -m llm \"$@\""),
            (["-s"], "exec '\(InterpreterScripts.base)' -sm llm \"$@\""),
            (["-B"], "exec '\(InterpreterScripts.base)' -B '\(llm)' \"$@\""),
        ]
        for (flags, line) in wrappers {
            let path = try scripts.write("#!/bin/sh\n\(line)\n")
            #expect(try await scripts.find(path).command == [InterpreterScripts.base] + flags)
        }
    }

    #if os(Linux)
        @Test func aPythonThatIgnoresTheModulePathIsSeenAmongTheProcesses() async throws {
            try scripts.write("#!\(InterpreterScripts.python) -E\(InterpreterScripts.entry)", to: "venvs/llm")
            let path = try scripts.write("#!/bin/sh\nexport LOOPBACK_KEY=x\n'\(scripts.folder)/venvs/llm' \"$@\"\n")
            // One look in time is enough, and on a busy machine a whole run may pass without.
            var found: PythonInterpreter?
            for _ in 0..<60 where found == nil { found = try? await scripts.find(path) }
            let interpreter = try #require(found)
            #expect(interpreter.command == [InterpreterScripts.python, "-E"])
            var expected = ProcessInfo.processInfo.environment
            expected["LOOPBACK_KEY"] = "x"
            #expect(scripts.plain(interpreter.environment) == scripts.plain(expected))
        }
    #endif

    @Test(arguments: [
        (nil, nil, nil), ("", nil, ""), ("/modules", nil, "/modules"), (nil, "/more:$PYTHONPATH", "/more"),
        ("/modules", "/more:$PYTHONPATH", "/more:/modules"), ("/modules", "$PYTHONPATH:/more", "/modules:/more"),
    ])
    func theModulePathIsAsTheUserHasIt(own: String?, change: String?, expected: String?) async throws {
        let export = change.map { "export PYTHONPATH=\"\($0)\"" } ?? ""
        let path = try scripts.write("#!/bin/sh\n\(export)\nexec '\(try scripts.quickLLM())' \"$@\"\n")
        let interpreter = try await InterpreterProbe.interpreter(behind: path, pythonPath: own)
        let environment = try #require(interpreter.environment)
        #expect(environment["PYTHONPATH"] == expected)
        #expect(environment[SiteReport.variable] == nil)
    }

    @Test func theUsersOwnSitecustomizeStillRuns() async throws {
        let marker = scripts.folder + "/marker"
        try scripts.write("import sys\nopen('\(marker)', 'w').write(repr(sys.path))\n", to: "modules/sitecustomize.py")
        let path = try scripts.write("#!/bin/sh\nexec '\(InterpreterScripts.llm)' \"$@\"\n")
        let interpreter = try await InterpreterProbe.interpreter(behind: path, pythonPath: scripts.folder + "/modules")
        #expect(interpreter.command.map { $0.hasPrefix(InterpreterScripts.python) } == [true])
        let written = try String(contentsOf: URL(filePath: marker), encoding: .utf8)
        #expect(written.contains("'\(scripts.folder)/modules'"))
        #expect(!written.contains("/site'"))
    }

    @Test(.timeLimit(.minutes(5))) func aRunThatIsCancelledLeavesNothingBehind() async throws {
        let path = try scripts.write(
            """
            #!/bin/sh
            sleep 1000 &
            echo "$! ${NLLM_BATCH_PROBE%/*}" > '\(scripts.folder)/new'
            mv '\(scripts.folder)/new' '\(scripts.folder)/facts'
            wait
            """)
        let search = Task { try await PythonInterpreter.find(for: LLMProgram(path: path)) }
        while !FileManager.default.fileExists(atPath: scripts.folder + "/facts") {
            try await Task.sleep(for: .milliseconds(5))
        }
        search.cancel()
        await #expect(throws: NoInterpreter(reason: "`\(path) --version` does not end")) { try await search.value }
        let facts = try String(contentsOf: URL(filePath: scripts.folder + "/facts"), encoding: .utf8).split(
            separator: " ")
        #expect(!FileManager.default.fileExists(atPath: facts[1].trimmingCharacters(in: .newlines)))
        let sleeper = try #require(pid_t(facts[0]))
        // It was killed, but takes its time to go.
        while let activity = ProcessTable.activity(sleeper), activity.state != "Z" {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The reports hold keys.
    @Test(arguments: [0, 1]) func theReportsAreTheirOwnersAloneAndGoAfterwards(code: Int) async throws {
        let path = try scripts.write(
            """
            #!/bin/sh
            '\(InterpreterScripts.llm)' "$@"
            ls -lnd "$NLLM_BATCH_PROBE" "${NLLM_BATCH_PROBE%/*}" > '\(scripts.folder)/listing'
            exit \(code)
            """)
        _ = try await scripts.find(path)
        let listing = try String(contentsOf: URL(filePath: scripts.folder + "/listing"), encoding: .utf8)
            .split(separator: "\n")
        #expect(Set(listing.map { $0.prefix(10) }) == ["-rw-------", "drwx------"])
        for line in listing {
            let place = try #require(line.firstIndex(of: "/").map { String(line[$0...]) })
            #expect(!FileManager.default.fileExists(atPath: place))
        }
    }

    @Test func aCommandLineOfPythonIsTakenApart() {
        let lines: [([String], flags: [String], PythonCommandLine.Program?, rest: [String])] = [
            (["llm", "-m", "x"], [], .script("llm"), ["-m", "x"]),
            (["-E", "-sB", "llm"], ["-E", "-sB"], .script("llm"), []),
            (["-X", "utf8", "-Wignore", "-m", "llm", "a"], ["-X", "utf8", "-Wignore"], .module("llm"), ["a"]),
            (["-Im", "llm"], ["-I"], .module("llm"), []), (["-mllm"], [], .module("llm"), []),
            (["-c", "1", "llm"], [], nil, []), (["-"], [], nil, []), ([], [], nil, []), (["-X"], [], nil, []),
            (["--version"], [], nil, []), (["-E"], [], nil, []),
        ]
        for (words, flags, program, rest) in lines {
            let line = PythonCommandLine(words)
            #expect(line?.program == program, "\(words)")
            #expect(line?.flags ?? [] == flags, "\(words)")
            #expect(line?.arguments ?? [] == rest, "\(words)")
        }
    }
}
