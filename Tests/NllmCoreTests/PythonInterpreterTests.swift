import Foundation
import Testing

@testable import NllmCore

/// Finds the Python behind programs called `llm`, all of them real files in a scratch folder.
@Suite struct PythonInterpreterTests {
    private static let python =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/.venv/bin/python"
    /// The script of the project's own virtual environment.
    private static let llm = AbsolutePath.parent(python) + "/llm"
    /// What pip writes after the first line.
    private static let entry = """

        # -*- coding: utf-8 -*-
        import re
        import sys
        from llm.cli import cli
        if __name__ == '__main__':
            sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
            sys.exit(cli())

        """

    /// The Python that the virtual environment was made with: it has no `llm`, and so is quick.
    private static let base = URL(filePath: python).resolvingSymlinksInPath().path

    private let folder = FileManager.default.temporaryDirectory.path + "/nllm-batch-interpreter-" + UUID().uuidString

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Writes an executable file and returns its path.
    @discardableResult
    private func write(_ text: String, to name: String = "llm") throws -> String {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(
            atPath: AbsolutePath.parent(path), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Writes the script of an installer; its Python finds no `llm`, which is not the search's business.
    private func quickLLM() throws -> String {
        try write("#!\(Self.base)\(Self.entry)", to: "quick/llm")
    }

    private func find(_ path: String) async throws -> PythonInterpreter {
        try await PythonInterpreter.find(for: LLMProgram(path: path))
    }

    /// Why there is none; nil if there is one.
    private func reason(_ path: String) async throws -> String? {
        do {
            _ = try await find(path)
            return nil
        } catch let error as NoInterpreter {
            return error.reason
        }
    }

    /// An environment without what shells change in every program's, and a Python without a locale in its own.
    private func plain(_ environment: [String: String]?) -> [String: String]? {
        environment?.filter { !["_", "SHLVL", "PWD", "OLDPWD", "LC_CTYPE"].contains($0.key) }
    }

    @Test func theScriptsOfInstallersNameTheirPython() async throws {
        defer { remove() }
        let long = "\(folder)/a folder/it's python"
        try write("", to: "a folder/it's python")
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
            ("#!/bin/sh\n'''exec' '\(folder)/a folder/it'\"'\"'s python' -I \"$0\" \"$@\"\n' '''", [long, "-I"]),
        ]
        for (head, command) in layouts {
            let path = try write(head + Self.entry)
            #expect(try await find(path) == PythonInterpreter(command: command, environment: nil), "\(head)")
        }
    }

    @Test func everyInstallersScriptIsKnown() throws {
        defer { remove() }
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
        for text in usual { #expect(EntryScript(path: try write(text))?.interpreter == ["/p"], "\(text)") }
        let own = [
            "", "#!/p\n", "from llm.cli import cli\n", "#!/p\nimport llm.cli\n", "#!/p\nfrom llm.cli import main\n",
            "#!/p\nimport os\nos.environ['K'] = '1'\nfrom llm.cli import cli\nsys.exit(cli())\n",
            "#!/p\nfrom llm.cli import cli\nsys.argv[0] = 'llm'; sys.argv.append('-u')\nsys.exit(cli())\n",
            "#!/p\nfrom llm.cli import cli\nsys.exit(cli(['-m', 'x']))\n",
        ]
        for text in own { #expect(EntryScript(path: try write(text)) == nil, "\(text)") }
    }

    @Test func linksToAScriptAreFollowedButNotThoseOfItsPython() async throws {
        defer { remove() }
        // pipx, uv: the virtual environment's Python is a link, and so is the command.
        for flags in [[], ["-E"]] {
            remove()
            let python = folder + "/venvs/llm/bin/python"
            let script = try write(
                "#!" + ([python] + flags).joined(separator: " ") + Self.entry, to: "venvs/llm/bin/llm")
            try FileManager.default.createSymbolicLink(atPath: python, withDestinationPath: Self.python)
            try FileManager.default.createSymbolicLink(atPath: folder + "/llm", withDestinationPath: script)
            let interpreter = PythonInterpreter(command: [python] + flags, environment: nil)
            #expect(try await find(folder + "/llm") == interpreter)
        }
        let own = try await find(Self.llm)
        #expect(own.command.map { $0.hasPrefix(Self.python) } == [true])
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
        defer { remove() }
        let llm = try quickLLM()
        // A script that picks a version, as pyenv's do.
        let shim = try write(
            "#!/bin/sh\nversion=$(echo quick)\nexec \"\(folder)/$version/llm\" \"$@\"\n", to: "shims/llm")
        let path = try write(
            text.replacingOccurrences(of: "%", with: llm).replacingOccurrences(of: "PYTHON", with: Self.python)
                .replacingOccurrences(of: "SHIM", with: "'\(shim)'"))
        let interpreter = try await find(path)
        #expect(interpreter.command == [Self.base])
        var expected = ProcessInfo.processInfo.environment
        expected["LOOPBACK_KEY"] = "a = b"
        #expect(plain(interpreter.environment) == plain(expected))
    }

    @Test func flagsAreFoundThroughAWrapper() async throws {
        defer { remove() }
        let llm = try quickLLM()
        let wrappers = [
            (["-s", "-Xutf8", "-W", "ignore"], "exec '\(Self.base)' -s -Xutf8 -W ignore -m llm \"$@\""),
            (["-s"], "exec '\(Self.base)' -sm llm \"$@\""),
            (["-B"], "exec '\(Self.base)' -B '\(llm)' \"$@\""),
        ]
        for (flags, line) in wrappers {
            let path = try write("#!/bin/sh\n\(line)\n")
            #expect(try await find(path).command == [Self.base] + flags)
        }
    }

    #if os(Linux)
        @Test func aPythonThatIgnoresTheModulePathIsSeenAmongTheProcesses() async throws {
            defer { remove() }
            try write("#!\(Self.python) -E\(Self.entry)", to: "venvs/llm")
            let path = try write("#!/bin/sh\nexport LOOPBACK_KEY=x\n'\(folder)/venvs/llm' \"$@\"\n")
            // One look in time is enough, and on a busy machine a whole run may pass without.
            var found: PythonInterpreter?
            for _ in 0..<5 where found == nil { found = try? await find(path) }
            let interpreter = try #require(found)
            #expect(interpreter.command == [Self.python, "-E"])
            var expected = ProcessInfo.processInfo.environment
            expected["LOOPBACK_KEY"] = "x"
            #expect(plain(interpreter.environment) == plain(expected))
        }
    #endif

    @Test(arguments: [
        (nil, nil, nil), ("", nil, ""), ("/modules", nil, "/modules"), (nil, "/more:$PYTHONPATH", "/more"),
        ("/modules", "/more:$PYTHONPATH", "/more:/modules"), ("/modules", "$PYTHONPATH:/more", "/modules:/more"),
    ])
    func theModulePathIsAsTheUserHasIt(own: String?, change: String?, expected: String?) async throws {
        defer { remove() }
        let export = change.map { "export PYTHONPATH=\"\($0)\"" } ?? ""
        let path = try write("#!/bin/sh\n\(export)\nexec '\(try quickLLM())' \"$@\"\n")
        let interpreter = try await InterpreterProbe.interpreter(behind: path, pythonPath: own)
        let environment = try #require(interpreter.environment)
        #expect(environment["PYTHONPATH"] == expected)
        #expect(environment[SiteReport.variable] == nil)
    }

    @Test func theUsersOwnSitecustomizeStillRuns() async throws {
        defer { remove() }
        let marker = folder + "/marker"
        try write("import sys\nopen('\(marker)', 'w').write(repr(sys.path))\n", to: "modules/sitecustomize.py")
        let path = try write("#!/bin/sh\nexec '\(Self.llm)' \"$@\"\n")
        let interpreter = try await InterpreterProbe.interpreter(behind: path, pythonPath: folder + "/modules")
        #expect(interpreter.command.map { $0.hasPrefix(Self.python) } == [true])
        let written = try String(contentsOf: URL(filePath: marker), encoding: .utf8)
        #expect(written.contains("'\(folder)/modules'"))
        #expect(!written.contains("/site'"))
    }

    @Test func whatAPythonInItsPlaceWouldNotDoIsARefusal() async throws {
        defer { remove() }
        let llm = try quickLLM()
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
            let path = try write("#!/bin/sh\n" + line.replacingOccurrences(of: "%", with: llm) + "\n")
            #expect(try await reason(path) == "`\(path)` \(loss)", "\(line)")
        }
    }

    @Test func whatIsNotLLMIsARefusal() async throws {
        defer { remove() }
        let programs = [
            ("#!/bin/sh\nexec cat /dev/null\n", "`%` is no Python program, as far as can be seen"),
            ("#!/bin/sh\necho first >&2; echo 'no luck' >&2; exit 3\n", "`% --version` fails: no luck"),
            ("#!/bin/sh\necho '+ API_KEY=abcdef' >&2; exit 3\n", "`% --version` fails: + API_KEY=***REDACTED***"),
            ("#!/bin/sh\nexit 3\n", "`% --version` fails: it does not say why"),
            ("#!\(Self.python)\nprint('llm, version 9')\n", "`%` is a Python program of its own"),
            (
                "#!\(Self.python)\nimport llm.cli, os\nos.environ['K'] = '1'\nllm.cli.cli()\n",
                "`%` is a Python program of its own"
            ),
            ("#!/nowhere/python\(Self.entry)", "`/nowhere/python`, which runs `%`, can't be executed"),
            ("#!/etc/passwd\(Self.entry)", "`/etc/passwd`, which runs `%`, can't be executed"),
            ("#!/usr/bin/env no-such-python\(Self.entry)", "`no-such-python`, which runs `%`, can't be executed"),
        ]
        for (text, expected) in programs {
            let path = try write(text)
            #expect(try await reason(path) == expected.replacingOccurrences(of: "%", with: path), "\(text)")
        }
        try FileManager.default.removeItem(atPath: folder + "/llm")
        try FileManager.default.copyItem(atPath: "/bin/cat", toPath: folder + "/llm")
        #expect(try await reason(folder + "/llm")?.contains("no Python program, as far as can be seen") == true)
        let missing = try await reason(folder + "/nothing")
        #expect(missing?.hasPrefix("`\(folder)/nothing` can't be started: ") == true)
    }

    @Test func aProgramThatDoesNotEndInTimeIsARefusal() async throws {
        defer { remove() }
        let path = try write("#!/bin/sh\nexec sleep 1000\n")
        await #expect(throws: NoInterpreter(reason: "`\(path) --version` does not end")) {
            try await InterpreterProbe.interpreter(behind: path, patience: .zero)
        }
    }

    @Test(.timeLimit(.minutes(2))) func aRunThatIsCancelledLeavesNothingBehind() async throws {
        defer { remove() }
        let path = try write(
            """
            #!/bin/sh
            sleep 1000 &
            echo "$! ${NLLM_BATCH_PROBE%/*}" > '\(folder)/new'
            mv '\(folder)/new' '\(folder)/facts'
            wait
            """)
        let search = Task { try await PythonInterpreter.find(for: LLMProgram(path: path)) }
        while !FileManager.default.fileExists(atPath: folder + "/facts") { await Task.yield() }
        search.cancel()
        await #expect(throws: NoInterpreter(reason: "`\(path) --version` does not end")) { try await search.value }
        let facts = try String(contentsOf: URL(filePath: folder + "/facts"), encoding: .utf8).split(separator: " ")
        #expect(!FileManager.default.fileExists(atPath: facts[1].trimmingCharacters(in: .newlines)))
        let sleeper = try #require(pid_t(facts[0]))
        // It was killed, but takes its time to go.
        while let activity = ProcessTable.activity(sleeper), activity.state != "Z" { await Task.yield() }
    }

    /// The reports hold keys.
    @Test(arguments: [0, 1]) func theReportsAreTheirOwnersAloneAndGoAfterwards(code: Int) async throws {
        defer { remove() }
        let path = try write(
            """
            #!/bin/sh
            '\(Self.llm)' "$@"
            ls -lnd "$NLLM_BATCH_PROBE" "${NLLM_BATCH_PROBE%/*}" > '\(folder)/listing'
            exit \(code)
            """)
        _ = try await find(path)
        let listing = try String(contentsOf: URL(filePath: folder + "/listing"), encoding: .utf8)
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
