import Foundation

@testable import NllmCore

/// A scratch folder of programs called `llm`, all of them real files, and the search for the Python behind them.
struct InterpreterScripts {
    static let python =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".venv").resolvingSymlinksInPath()
        .path + "/bin/python"
    /// The script of the project's own virtual environment.
    static let llm = AbsolutePath.parent(python) + "/llm"
    /// What pip writes after the first line.
    static let entry = """

        # -*- coding: utf-8 -*-
        import re
        import sys
        from llm.cli import cli
        if __name__ == '__main__':
            sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
            sys.exit(cli())

        """

    /// The Python that the virtual environment was made with: it has no `llm`, and so is quick.
    static let base = URL(filePath: python).resolvingSymlinksInPath().path

    private let scratch = ScratchFolder()
    var folder: String { scratch.path }

    /// Writes an executable file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String = "llm") throws -> String {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(
            atPath: AbsolutePath.parent(path), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// Writes the script of an installer; its Python finds no `llm`, which is not the search's business.
    func quickLLM() throws -> String {
        try write("#!\(Self.base)\(Self.entry)", to: "quick/llm")
    }

    func find(_ path: String) async throws -> PythonInterpreter {
        try await PythonInterpreter.find(for: LLMProgram(path: path))
    }

    /// Why there is none; nil if there is one.
    func reason(_ path: String) async throws -> String? {
        do {
            _ = try await find(path)
            return nil
        } catch let error as NoInterpreter {
            return error.reason
        }
    }

    /// An environment without what shells change in every program's, and a Python without a locale in its own.
    func plain(_ environment: [String: String]?) -> [String: String]? {
        environment?.filter { !["_", "SHLVL", "PWD", "OLDPWD", "LC_CTYPE"].contains($0.key) }
    }
}
