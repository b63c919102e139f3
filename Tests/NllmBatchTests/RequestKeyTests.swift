import Foundation
import Testing

/// The keys of requests, by which answers are found again.
@Suite struct RequestKeyTests {
    /// The first bytes of the keys of version 0.1, by run, prompt, model and sample.
    private static let keys = """
        fields plain a 1 e403bd7e0c63
        fields plain b[top_p=0.5] 1 d48f96d6e3a8
        fields fields a 1 983d1e024718
        fields fields a 2 9b5ebed2d2cf
        fields fields b[top_p=0.5] 1 09e947fb4686
        fields fields b[top_p=0.5] 2 c0a7293c2b46
        fields object a 1 c787af330591
        fields object b[top_p=0.5] 1 26a6be3fca3b
        fields short a 1 6fa79a487ee8
        fields short b[top_p=0.5] 1 670efa441219
        fields attached a 1 5422c82354f9
        fields attached b[top_p=0.5] 1 fff54bd62efe
        files plain a 1 6ef359f5169c
        files fields a 1 7594fd1360bf
        files fields a 2 0df4dcd5c2e6
        files object a 1 88a36c411569
        files short a 1 1106572c3c20
        files attached a 1 9199c3b36f61
        more plain a 1 b822c9f7930c
        more fields a 1 7a904793eff9
        more fields a 2 3b4fa4097d35
        more object a 1 cb59897d734b
        more short a 1 532d87c50005
        more attached a 1 9877888b644e
        words plain a 1 d47c2a3d98ba
        words fields a 1 702264a6efa2
        words fields a 2 44d37b005cad
        words object a 1 ddada64ddbff
        words short a 1 32f7d3f32248
        words attached a 1 bec16a3b6382
        """

    @Test func requestsWithoutSchemaFilesKeepTheirKeys() async throws {
        let batch = try Batch()
        try batch.write(
            #"""
            {"id":"plain","prompt":"hello"}
            {"id":"fields","prompt":"hello","system":"be brief","options":{"temperature":0.5},"samples":2}
            {"id":"object","prompt":"hello","schema":{"type":"object","properties":{"a":{"type":"string"}}}}
            {"id":"short","prompt":"hello","schema":"name, age int"}
            {"id":"attached","prompt":"hello","attachments":["dot.png","https://example.com/a.png"]}
            """#, to: "p.jsonl")
        try batch.write("not really an image", to: "dot.png")
        try batch.write("A note.\n", to: "note.txt")
        try batch.write(#"{"type":"object"}"#, to: "out.json")
        try batch.write("prompt: $input\n", to: "t.yaml")
        let runs = [
            ["fields", "-m", "a", "-m", "b[top_p=0.5]"],
            ["files", "-m", "a", "--", "-f", "note.txt", "--sf=note.txt", "-s", "be kind"],
            ["more", "-m", "a", "--model-option", "a:--schema:out.json:-t:t.yaml", "--", "-a", "dot.png"],
            [
                "words", "-m", "a", "--", "--schema", "name, age int", "-t", "nothing", "-f", "https://example.com/x",
                "-a", "https://example.com/y",
            ],
        ]
        for run in runs {
            try await batch.run(["enqueue", "p.jsonl", "--no-check", "-q", "--run"] + run).expectSuccess()
        }
        let rows = try batch.query(
            """
            SELECT runs.name, prompts.name, models.label, cells.sample, lower(hex(substr(cells.key, 1, 6)))
            FROM cells JOIN runs ON runs.id = cells.run_id JOIN prompts ON prompts.id = cells.prompt_id
            JOIN models ON models.id = cells.model_id ORDER BY cells.id
            """)
        #expect(rows.map { $0.joined(separator: " ") } == Self.keys.split(separator: "\n").map(String.init))
    }
}
