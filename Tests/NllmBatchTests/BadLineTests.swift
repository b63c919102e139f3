import Foundation
import Testing

/// Whatever is wrong with a line of JSONL, the command says so in one line each and leaves everything as it was.
@Suite struct BadLineTests {
    /// A line of JSONL, and what is said of it after `p.jsonl:1: `.
    private static let lines: [(line: String, problems: [String])] = [
        // Broken JSON, with its column.
        (#"{"prompt":"x""#, ["column 14: it ends where `,` or `}` is expected"]),
        (#"{"prompt": 'x'}"#, ["column 12: `'` where a value is expected"]),
        (#"{"prompt":"x"} {}"#, ["column 16: `{` where the end is expected"]),
        (#"{"prompt":"x",}"#, ["column 15: `}` where a name in double quotes is expected"]),
        (#"{"prompt":"x","metadata":01}"#, ["column 27: `1` where `,` or `}` is expected"]),
        (#"{"prompt":"x","metadata":NaN}"#, ["column 26: `N` where a value is expected"]),
        ("{\"prompt\":\"a\tb\"}", ["column 13: a control character inside a string; write it as an escape"]),
        (#"{"prompt":"\x"}"#, ["column 13: an unknown escape in a string"]),
        (#"{"prompt":"\ud800"}"#, ["column 18: half a surrogate pair in a string"]),
        (#"{"prompt":"x",,"id":3"#, ["column 15: `,` where a name in double quotes is expected"]),
        (String(repeating: "[", count: 100_000), ["column 513: nested over 512 levels deep"]),
        // What is no prompt.
        ("3", ["a number, not an object with a `prompt`, or a string"]),
        ("null", ["null, not an object with a `prompt`, or a string"]),
        ("true", ["a boolean, not an object with a `prompt`, or a string"]),
        ("{}", ["no `prompt`; each prompt needs its text"]),
        // Empty prompts.
        (#""""#, ["empty prompt"]),
        (#"{"prompt":""}"#, ["empty prompt"]),
        (#"{"prompt":" \t\r\n\u00a0\u3000 "}"#, ["empty prompt"]),
        // NUL characters.
        (#""a\u0000b""#, ["`prompt` holds a NUL character"]),
        (#"{"prompt":"a\u0000b"}"#, ["`prompt` holds a NUL character"]),
        (#"{"prompt":"x","system":"a\u0000b"}"#, ["`system` holds a NUL character"]),
        (#"{"prompt":"x","schema":"a\u0000b"}"#, ["`schema` holds a NUL character"]),
        (#"{"prompt":"x","id":"a\u0000b"}"#, ["`id` holds a control character"]),
        // Unknown fields.
        (#"{"prompt":"x","sytem":"y"}"#, ["unknown field `sytem`; did you mean `system`?"]),
        (#"{"prompt":"x","metdata":null}"#, ["unknown field `metdata`; did you mean `metadata`?"]),
        (
            #"{"promt":"x"}"#,
            ["no `prompt`; the fields are prompt, promt; if `promt` is the prompt, add --map prompt=promt"]
        ),
        (#"{"prompt":"x","prompt":"y"}"#, ["duplicate field `prompt`"]),
        // Wrong types of each field.
        (#"{"prompt":null}"#, ["`prompt` is null, not a string"]),
        (#"{"prompt":1}"#, ["`prompt` is a number, not a string"]),
        (#"{"prompt":["x"]}"#, ["`prompt` is an array, not a string"]),
        (
            #"{"prompt":"x","id":true}"#,
            ["`id` is a boolean, not a string; to keep it as a variable, add --map vars=id"]
        ),
        (#"{"prompt":"x","id":""}"#, ["`id` is empty"]),
        (#"{"prompt":"x","id":"a\nb"}"#, ["`id` holds a control character"]),
        (
            #"{"prompt":"x","system":{}}"#,
            ["`system` is an object, not a string; to keep it as a variable, add --map vars=system"]
        ),
        (
            #"{"prompt":"x","options":[]}"#,
            ["`options` is an array, not an object; to keep it as a variable, add --map vars=options"]
        ),
        (#"{"prompt":"x","options":{"a":null}}"#, ["option `a` is null; leave it out to use the default"]),
        (
            #"{"prompt":"x","attachments":"a.png"}"#,
            ["`attachments` is a string, not an array of strings; to keep it as a variable, add --map vars=attachments"]
        ),
        (#"{"prompt":"x","attachments":[1]}"#, ["`attachments` holds a number, not only non-empty strings"]),
        (
            #"{"prompt":"x","schema":1}"#,
            ["`schema` is a number, not an object or a string; to keep it as a variable, add --map vars=schema"]
        ),
        (#"{"prompt":"x","vars":"a"}"#, ["`vars` is a string, not an object"]),
        (
            #"{"prompt":"x","models":"m"}"#,
            ["`models` is a string, not an array of strings; to keep it as a variable, add --map vars=models"]
        ),
        (#"{"prompt":"x","samples":"2"}"#, ["`samples` must be a whole number from 1 to 10,000"]),
        (#"{"prompt":"x","samples":0}"#, ["`samples` must be a whole number from 1 to 10,000"]),
        (#"{"prompt":"x","samples":1.5}"#, ["`samples` must be a whole number from 1 to 10,000"]),
        (#"{"prompt":"x","samples":99999999999999999999}"#, ["`samples` must be a whole number from 1 to 10,000"]),
        // Everything that is wrong is told, not only the first.
        (
            #"{"prompt":1,"id":true,"foo":2}"#,
            [
                "`prompt` is a number, not a string",
                "`id` is a boolean, not a string; to keep it as a variable, add --map vars=id",
            ]
        ),
        // What the prompt names has to be there.
        (
            #"{"prompt":"x","attachments":["nope.png"]}"#,
            ["attachment `nope.png` can't be read: no such file or directory"]
        ),
        (#"{"prompt":"x","attachments":["folder"]}"#, ["attachment `folder` can't be read: is a directory"]),
        (#"{"prompt":"x","models":["gpt"]}"#, ["model `gpt` is not one of this run, which has `echo`, `m[t=1]`"]),
        (#"{"prompt":"x","models":[]}"#, ["`models` is empty; leave it out to mean all"]),
    ]

    @Test(arguments: lines.indices)
    func aBadLineIsToldWithItsPlace(index: Int) async throws {
        let (line, problems) = Self.lines[index]
        let batch = try Batch()
        try batch.write("x", to: "folder/x")
        try batch.write(line + "\n\"a good one\"\n", to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "echo", "-m", "m[t=1]", "--no-check", code: 65,
            error: problems.map { "p.jsonl:1: " + $0 }.joined(separator: "\n"))
    }

    /// What `llm` is given as an argument can't hold a NUL, which would silently cut it off.
    @Test(arguments: [
        #"{"prompt":"x","options":{"k":"a\u0000b"}}"#, #"{"prompt":"x","options":{"a\u0000b":"v"}}"#,
        #"{"prompt":"x","attachments":["p.jsonl\u0000x"]}"#, #"{"prompt":"x","attachments":["http://x/\u0000x"]}"#,
    ])
    func aNULInAnythingThatIsSentIsRefused(line: String) async throws {
        let batch = try Batch()
        try batch.write(line, to: "p.jsonl")
        let before = batch.listing()
        let result = try await batch.run("enqueue", "p.jsonl", "-m", "echo")
        #expect(result.code == 65)
        #expect(result.out == "")
        #expect(result.err.hasPrefix("p.jsonl:1: "))
        #expect(result.err.hasSuffix(" a NUL character\n"))
        #expect(batch.changes(since: before) == [])
    }

    /// Bytes that are not UTF-8, inside a JSON string and outside.
    @Test(
        arguments: [
            [0x22, 0x61, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22],
            [0xFE, 0xFF, 0x22],
        ] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) async throws {
        let batch = try Batch()
        try batch.write(Data("\"good\"\n".utf8) + Data(bytes) + Data("\n".utf8), to: "p.jsonl")
        let problem = "not valid UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8"
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "echo", code: 65,
            error: "p.jsonl:2: \(problem) p.jsonl | nllm-batch enqueue -")
        try batch.write(Data("\n".utf8) + Data(bytes), to: "d/p.txt")
        try await batch.refuses(
            "enqueue", "d", "-m", "echo", code: 65, error: "d/p.txt:2: \(problem) d/p.txt > converted.txt")
    }

    @Test func duplicateIDsAreToldWithTheirFirstPlace() async throws {
        let batch = try Batch()
        try batch.write(
            """
            {"id":"a","prompt":"x"}
            "y"
            {"id":"a","prompt":"x"}
            {"id":"000002","prompt":"z"}
            {"id":"A","prompt":"another id"}
            {"id":"a","prompt":"x"}
            """, to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "echo", code: 65,
            error: """
                p.jsonl:3: duplicate id `a`, first at p.jsonl:1 (3 times)
                """)
    }

    @Test func duplicateIDsAreToldAcrossFiles() async throws {
        let batch = try Batch()
        try batch.write("x", to: "d/a.md")
        try batch.write("y", to: "d/a.txt")
        try batch.write("{\"id\":\"p/1\",\"prompt\":\"x\"}\n{\"id\":\"p/1\",\"prompt\":\"y\"}", to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "d", "p.jsonl", "-m", "echo", code: 65,
            error: """
                d/a.txt: duplicate id `d/a`, first at d/a.md
                p.jsonl:2: duplicate id `p/p/1`, first at p.jsonl:1
                """)
    }

    @Test func aKindOfProblemsIsToldOnce() async throws {
        let batch = try Batch()
        let lines = ["\"good\""] + Array(repeating: "{}", count: 45) + ["{\"prompt\": 1}"]
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "echo", code: 65,
            error: """
                p.jsonl:47: `prompt` is a number, not a string
                p.jsonl:2: no `prompt` in 45 records; each prompt needs its text
                """)
    }

    @Test func problemsThatDifferInNamesAreOneKind() async throws {
        let batch = try Batch()
        let letters = (0..<25).map { String(UnicodeScalar(UInt8(97 + $0))) }
        let lines = letters.map { "{\"prompt\": \"x\", \"attachments\": [\"\($0)/\($0)\"]}" }
        try batch.write(lines.joined(separator: "\n"), to: "p.jsonl")
        try await batch.refuses(
            "enqueue", "p.jsonl", "-m", "echo", code: 65,
            error: "p.jsonl:1: attachment `a/a` can't be read: no such file or directory (25 times)")
    }

    @Test func aLineOver64MBIsRefusedAndTheOthersAreRead() async throws {
        let batch = try Batch()
        var data = Data("\"a\"\n\"".utf8)
        data.append(Data(repeating: UInt8(ascii: "x"), count: 64 << 20))
        data.append(Data("\"\n{}\n".utf8))
        try batch.write(data, to: "p.jsonl")
        let result = try await batch.run("enqueue", "p.jsonl", "-m", "echo")
        #expect(result.code == 65)
        #expect(result.out == "")
        #expect(
            result.err == """
                p.jsonl:2: the line is over 64 MB
                p.jsonl:3: no `prompt`; each prompt needs its text

                """)
        #expect(!batch.exists("nllm-runs"))
    }

    @Test func problemsOfAllSourcesAreToldTogether() async throws {
        let batch = try Batch()
        try batch.write("{}\n", to: "a.jsonl")
        try batch.write("", to: "empty.jsonl")
        try batch.write("\n \r\n", to: "blank.jsonl")
        try batch.write("---\nvars: 1\n---\nx", to: "t.md")
        try FileManager.default.createDirectory(atPath: batch.directory + "/d", withIntermediateDirectories: true)
        try await batch.refuses(
            "enqueue", "a.jsonl", "empty.jsonl", "blank.jsonl", "t.md", "d", "-", "-m", "echo", code: 65,
            error: """
                a.jsonl:1: no `prompt`; each prompt needs its text
                empty.jsonl: no prompt in it (2 times)
                t.md:2: `vars` is a number, not an object
                d: no .txt, .md or .prompt file with text in it
                -:2: column 1: `x` where a value is expected
                """, input: "\"good\"\nx")
    }
}
