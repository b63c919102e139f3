import Foundation
import Testing

/// docs/tasks/notebooks.md shows what pandas, DuckDB, Datasette and jq say.
@Suite struct NotebookTests {
    private static let behaviours = """
        {"gpt-4o-mini": {"answer": "Paris is the capital of France, and Nairobi that of Kenya."},
        "gpt-4.1-nano": {"answer": "It is Paris."}}
        """

    /// A folder whose `python3` and `datasette` have the libraries.
    private func scene(userPath: String) throws -> Batch {
        let batch = try Batch(userPath: userPath)
        for (name, arguments) in [("python3", ""), ("datasette", " -m datasette")] {
            let path = try batch.write(
                "#!/bin/sh\nPYTHONPATH='\(Batch.venv)/../notebooks' exec '\(Batch.venv)/python'\(arguments) \"$@\"\n",
                to: "bin/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        try batch.write(
            Data(contentsOf: URL(filePath: Batch.packageRoot + "/docs/tasks/datasette.yaml")),
            to: "evals/datasette.yaml")
        return batch
    }

    @Test func eachRecipePrintsWhatItShows() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try scene(userPath: server.userPath)
        let ran = try await DocumentedCommandTests.run("docs/tasks/notebooks.md", in: batch) { _ in }
        #expect(ran.commands == 6 && ran.outputs == 5)
        // The other queries have to be valid as well.
        let names = String(decoding: try batch.read("evals/datasette.yaml"), as: UTF8.self)
            .matches(of: #/\n      (\w+):\n        title/#).map { String($0.output.1) }
        #expect(names.count == 5)
        let script = """
            import asyncio, sys, yaml
            from datasette.app import Datasette
            metadata = yaml.safe_load(open("datasette.yaml", encoding="utf-8"))
            async def main():
                site = Datasette(["nllm-runs/batch.db"], metadata=metadata)
                for name in sys.argv[1:]:
                    page = await site.client.get(f"/batch/{name}.json?_shape=array&before=capitals&now=capitals&run=")
                    print(page.status_code, len(page.json()))
            asyncio.run(main())
            """
        let pages = try await batch.command(
            "/bin/sh", ["-c", "cd evals && exec ../bin/python3 -c \"$0\" \"$@\"", script] + names
        ).requireSuccess()
        #expect(pages.lines == ["200 2", "200 1", "200 0", "200 4", "200 0"])
    }
}
