import Foundation
import Testing

/// Lists and objects as options, byte order marks, and models that are named twice: what reaches a model is what was meant.
@Suite struct OptionValueTests {
    private static let executors = ["process", "fork", "shared"]

    @Test func aListThatAModelDoesNotTakeIsRefusedWithItsPlace() async throws {
        let server = try await LoopbackServer(#"{"good": {}, "other": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            """
            {"prompt": "a", "options": {"seed": 1, "stop": "[\\"a\\"]"}}
            {"prompt": "b", "options": {"stop": ["x", "y"]}}
            {"prompt": "c", "options": {"stop": {"x": 1}}, "models": ["other"]}
            {"prompt": "d", "options": {"temperature": [0.5]}}
            {"prompt": "e", "options": {"logit_bias": {"50": -100}}}
            """, to: "p.jsonl")
        let result = try await batch.run("run", "p.jsonl", "-m", "good", "-m", "other", "--run", "r")
        #expect(result.code == 65)
        #expect(
            result.err == """
                p.jsonl:2: option `stop` takes one text, not a list (model `good`)
                p.jsonl:3: option `stop` takes one text, not an object (model `other`)
                p.jsonl:4: option `temperature` takes a number, not a list (model `good`)

                """)
        try batch.write("---\noptions: {stop: [a, b]}\n---\ntext", to: "folder/a.txt")
        let folder = try await batch.run("enqueue", "folder", "-m", "good")
        #expect(folder.code == 65)
        #expect(folder.err == "folder/a.txt: option `stop` takes one text, not a list (model `good`)\n")
        #expect(try server.requests().isEmpty)
        #expect(!batch.exists("nllm-runs/batch.db"))
    }

    @Test(arguments: executors)
    func objectsAndTextsThatLookLikeListsArriveAsTheyAre(executor: String) async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(
            #"{"prompt": "a", "options": {"stop": "[\"a\"]", "logit_bias": {"50": -100}}}"#, to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "good", "--executor", executor).expectSuccess()
        let body = try #require(try server.log().first?["params"] as? [String: Any])
        #expect(body["stop"] as? String == #"["a"]"#)
        #expect((body["logit_bias"] as? [String: Int]) == ["50": -100])
    }

    @Test func aByteOrderMarkNeverReachesAModel() async throws {
        let server = try await LoopbackServer(#"{"good": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        let mark = "\u{FEFF}"
        try batch.write("\(mark)one", to: "d/a.txt")
        try batch.write("\(mark)---\nsystem: \"\(mark)be\"\n---\n\(mark)two", to: "d/b.md")
        try batch.write("\(mark)three", to: "c.prompt")
        try batch.write("\(mark){\"prompt\":\"\\ufefffour\",\"system\":\"\(mark)be\"}\n\"\(mark)five\"", to: "e.jsonl")
        try await batch.run(
            "run", "d", "c.prompt", "e.jsonl", "-m", "good", "--system", "\(mark)sys", "-j", "1"
        ).expectSuccess()
        for (arguments, input) in [
            (["--"], "\(mark)six"), (["--", "\(mark)seven"], ""), (["--", "\(mark)b"], "\(mark)a"),
            (["--", "-s", "\(mark)sys", "\(mark)eight"], ""),
        ] {
            try await batch.run(["run", "-m", "good"] + arguments, input: input).expectSuccess()
        }
        let texts = try server.requests().flatMap { [$0.prompt, $0.system].compactMap(\.self) }
        #expect(texts.count == 15)
        #expect(texts.allSatisfy { !$0.unicodeScalars.contains("\u{FEFF}") }, "\(texts)")
        let blank = try await batch.run(["run", "-m", "good", "--"], input: mark)
        #expect(blank.code == 65)
        // The same text without the mark is the same question.
        try batch.write("one", to: "d2/a.txt")
        let again = try await batch.run("run", "d2", "-m", "good", "--system", "sys", "--cache", "any")
        #expect(again.err.contains("1 cell answered from earlier runs"), "\(again.err)")
    }

    @Test func aModelThatIsNamedTwiceIsNoted() async throws {
        let server = try await LoopbackServer(#"{"good": {}, "other": {}}"#)
        let batch = try Batch(userPath: server.userPath)
        try Data(#"{"short": "good"}"#.utf8).write(to: URL(filePath: server.userPath + "/aliases.json"))
        try batch.write("models: [good, {name: other, options: [-o, seed, 1]}, 'other[seed=1]']", to: "c.yaml")
        for (arguments, name, count) in [
            (["-m", "good", "-m", "other", "-m", "good"], "good", 2),
            (["-m", "good", "-m", "short", "-m", "good"], "good", 3),
            (["-m", "good[seed=1,stop=a]", "-m", "good[stop=a,seed=1]"], "good", 2), (["-c", "c.yaml"], "other", 2),
            (["-m", "good", "-m", "good[seed=1]", "-m", "other"], "", 0),
        ] as [([String], String, Int)] {
            let result = try await batch.run(["enqueue"] + arguments + ["--", "hi"]).expectSuccess()
            let notes = result.err.split(separator: "\n").filter { $0.contains("`--samples") }
            #expect(notes.count == (count > 0 ? 1 : 0), "\(result.err)")
            #expect(notes.allSatisfy { $0.contains("`\(name)`") && $0.contains("`--samples \(count)`") }, "\(notes)")
        }
    }
}
