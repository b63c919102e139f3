import Foundation
import Testing

/// Whatever is wrong with a file of prompts, the command says so with its place, and leaves everything as it was.
@Suite struct FormatFlawTests {
    /// A file, its content, and what is said of it, each line after its name.
    struct Flaw: Sendable, CustomTestStringConvertible {
        var file: String
        var content: String
        var problems: [String]

        init(_ file: String, _ content: String, _ problems: String...) {
            (self.file, self.content, self.problems) = (file, content, problems)
        }

        var testDescription: String { "\(file): \(content.prefix(40))" }
    }

    private static let arrays = [
        Flaw("p.json", "[{\"prompt\":\"a\"} {\"prompt\":\"b\"}]", ":1: `{` where `,` or `]` is expected"),
        Flaw("p.json", "[\n{\"prompt\":\"a\"},\n]", ":3: `]` where a value is expected"),
        Flaw("p.json", "[\"a\"\n", ":2: the array ends where `,` or `]` is expected"),
        Flaw("p.json", "[", ":1: the array ends where a value or `]` is expected"),
        Flaw("p.json", "[\"a\"]\n[\"b\"]\n", ":2: `[` where the end of the file is expected"),
        Flaw("p.json", "[1]", ":1: a number, not an object with a `prompt`, or a string"),
        Flaw("p.json", "[]", ": no prompt in it"),
        Flaw("p.json", "", ": no prompt in it"),
        Flaw(
            "p.json", "[\"a\", {},\n {\"prompt\": 1}, [2]]", ":2: `prompt` is a number, not a string",
            ":2: element 4: an array, not an object with a `prompt`, or a string",
            ":1: element 2: no `prompt`; each prompt needs its text"),
        Flaw(
            "p.json", "[{\"id\":\"x\",\"prompt\":\"a\"},{\"id\":\"x\",\"prompt\":\"b\"}]",
            ":1: element 2: duplicate id `x`, first at p.json:1"),
        Flaw(
            "p.json", "[{\n\"prompt\": \"a\nb\"\n}]",
            ":1: line 2, column 13: a control character inside a string; write it as an escape"),
        Flaw(
            "p.jsonl", "{\"data\": [{\"prompt\": \"a\"}], \"n\": 1}",
            ":1: an object around the prompts, which are in its array `data`; unwrap it: "
                + "jq -c '.data[]' p.jsonl | nllm-batch enqueue -"),
        Flaw(
            "p.json", "{\n\"my data\": [{\"prompt\": \"a\"}]}",
            ":1: an object around the prompts, which are in its array `my data`; unwrap it: "
                + "jq -c '.[\"my data\"][]' p.json | nllm-batch enqueue -"),
        Flaw(
            "p.json", "{\n\"id\": 3\n}\n{\n\"prompt\": 1}", ":4: `prompt` is a number, not a string",
            ":1: no `prompt`; each prompt needs its text"),
        Flaw("p.json", "\n{\n\"prompt\": x\n}\n\"good\"", ":2: line 3, column 11: `x` where a value is expected"),
        Flaw("p.jsonl", "\"good\"\n[\"b\"]\n", ":2: an array, not an object with a `prompt`, or a string"),
    ]

    private static let tables = [
        Flaw("p.csv", "prompt,id,prompt\na,1,b\n", ":1: column 3 is called `prompt` like column 1"),
        Flaw("p.csv", "prompt,,id\na,b,1\n", ":1: column 2 has no name"),
        Flaw(
            "p.csv", ",prompt\n0,a\n",
            ":1: column 1 has no name; pandas leaves its index out with to_csv(…, index=False)"),
        Flaw("p.csv", "prompt,id\na,1\nb,2,3\nc\n", ":3: 3 cells, but there are 2 columns"),
        Flaw("p.csv", "prompt\n\"a\nb\"\nc,d\n", ":4: 2 cells, but there is 1 column"),
        Flaw("p.csv", "prompt,id\r\n\"a\r\nb\",1\r\n\"c\r\n\r\n", ":4: a quote that is not closed"),
        Flaw(
            "p.csv", "prompt\n\"a\"b\nc\n",
            ":2: text after a closing quote in column 1; inside quotes, a quote is written as \"\""),
        Flaw("p.csv", "prompt,id\n\"\",1\n,2\n", ":2: empty prompt", ":3: no `prompt`; each prompt needs its text"),
        Flaw("p.csv", "prompt,samples\na,two\n", ":2: `samples` must be a whole number from 1 to 10,000"),
        Flaw(
            "p.csv", "prompt,models\na,m\n",
            ":2: `models` is not JSON: `m` where a value is expected; write it as in [\"gpt-4o-mini\"]; to keep it as a variable, add --map vars=models"
        ),
        Flaw(
            "p.csv", "prompt,models\na,\"\"\"m\"\"\"\n",
            ":2: `models` is a string, not an array of strings; to keep it as a variable, add --map vars=models"),
        Flaw(
            "p.tsv", "prompt\tattachments\na\tx.png\n",
            ":2: `attachments` is not JSON: `x` where a value is expected; write it as in [\"image.png\"]; to keep it as a variable, add --map vars=attachments"
        ),
        Flaw(
            "p.csv", "prompt,metadata\na,{\n",
            ":2: `metadata` is not JSON: it ends where a name in double quotes is expected; to keep it as a variable, add --map vars=metadata"
        ),
        Flaw("p.csv", "prompt,id\na,1\nb,1\n", ":3: duplicate id `1`, first at p.csv:2"),
        Flaw("p.csv", "prompt\n", ": no prompt in it"),
        Flaw("p.csv", "", ": no prompt in it"),
    ]

    private static let plain = [
        Flaw(
            "p.jsonl", "\nWhat is 2+2?\nName a river.\n",
            ":2: not JSON but plain text; for a prompt per line add --lines"),
        Flaw("p.json", "[INST] hi [/INST]\n", ":1: not JSON but plain text; for a prompt per line add --lines"),
        Flaw("README", "hello\n", ":1: not JSON but plain text; for a prompt per line add --lines"),
    ]

    @Test(arguments: arrays + tables + plain) func eachIsToldWithItsPlace(flaw: Flaw) async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try batch.write(flaw.content, to: flaw.file)
        try await batch.refuses(
            "enqueue", flaw.file, "-m", "m", "--no-check", code: 65,
            error: flaw.problems.map { flaw.file + $0 }.joined(separator: "\n"))
    }

    @Test func plainTextOnStandardInputIsToldOnce() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        try await batch.refuses(
            "enqueue", "-", "-m", "m", "--no-check", code: 65,
            error: "-:1: not JSON but plain text; for a prompt per line add --lines", input: "a\nb\nc\n")
    }

    /// Bytes in Latin-1, and halves of pairs in UTF-16: told once per file, with the first line.
    @Test func textInAnotherEncodingIsToldOnce() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("cat"))
        let latin = "not valid UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8"
        let files: [(name: String, content: Data, options: [String], problem: String)] = [
            (
                "p.csv", Data("prompt\na\n\u{E9}\n\u{E9}\n".unicodeScalars.map { UInt8($0.value) }), [],
                ":3: \(latin) p.csv | nllm-batch enqueue -"
            ),
            (
                "p.jsonl", Data("\"a\"\n\"\u{E9}\"\n\"\u{E9}\"\n".unicodeScalars.map { UInt8($0.value) }), [],
                ":2: \(latin) p.jsonl | nllm-batch enqueue -"
            ),
            (
                "p.txt", Data("a\n\u{E9}\n\u{E9}\n".unicodeScalars.map { UInt8($0.value) }), ["--lines"],
                ":2: \(latin) p.txt | nllm-batch enqueue - --lines"
            ),
            ("u.txt", Data([0xFF, 0xFE, 0x61, 0x00, 0x00, 0xD8]), [], ":1: not valid UTF-16"),
            ("o.txt", Data([0xFE, 0xFF, 0x00, 0x61, 0x00]), [], ":1: not valid UTF-16"),
            (
                "w.json", Data([0xFF, 0xFE, 0, 0, 0x22, 0, 0, 0]), [],
                ": UTF-32; iconv -f utf-32 -t utf-8 w.json | nllm-batch enqueue -"
            ),
            (
                "n.csv", "prompt\nx\n".data(using: .utf16LittleEndian) ?? Data(), [],
                ": UTF-16 without a byte order mark; iconv -f utf-16le -t utf-8 n.csv | nllm-batch enqueue -"
            ),
        ]
        for (name, content, options, problem) in files {
            try batch.write(content, to: name)
            try await batch.refuses(
                ["enqueue", name] + options + ["-m", "m", "--no-check"], code: 65, error: name + problem)
        }
    }
}
