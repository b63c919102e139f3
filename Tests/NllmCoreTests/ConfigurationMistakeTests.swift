import Foundation
import Testing

@testable import NllmCore

/// Mistakes in configuration files, each told with its place.
@Suite struct ConfigurationMistakeTests {
    static let problems: [(text: String, problems: [String])] = [
        // Unknown keys.
        ("defaults:\n\n  retires: 1", ["3: unknown key `retires` in `defaults`; did you mean `retries`?"]),
        ("default:\n  retries: 1", ["1: unknown key `default`; did you mean `defaults`?"]),
        ("retries: 1", ["1: unknown key `retries`; did you mean `defaults.retries`?"]),
        ("concurency: 1", ["1: unknown key `concurency`; did you mean `batch.concurrency`?"]),
        ("batch.raw: yes", ["1: unknown key `batch.raw`; write `raw` indented below `batch:`"]),
        ("batch: {timeout: 1}", ["1: unknown key `timeout` in `batch`; did you mean `defaults.timeout`?"]),
        ("batch: {tiemout: 1}", ["1: unknown key `tiemout` in `batch`; did you mean `defaults.timeout`?"]),
        ("defaults: {models: []}", ["1: unknown key `models` in `defaults`; write `models:` without indentation"]),
        ("zzzzz: 1", ["1: unknown key `zzzzz`; known are `models`, `costs`, `defaults`, `batch`"]),
        (
            "defaults: {zzzzz: 1}",
            [
                "1: unknown key `zzzzz` in `defaults`; known are `timeout`, `retries`, `stream`, `outdir`, `parallel`"
            ]
        ),
        (
            "costs: {gpt-4: {input_per_k: 1}}",
            ["1: unknown key `input_per_k` in `costs.gpt-4`; did you mean `input_per_1k`?"]
        ),
        ("models: [{name: a, optons: []}]", ["1: unknown key `optons` in a model; did you mean `options`?"]),
        ("? [a]\n: 1", ["1: a key that is no text; write a name before the colon"]),
        // Wrong types.
        (
            "defaults:\n  timeout: soon",
            ["2: `timeout` is a string, not a duration such as 90, 15m, 24h or 7d; write `timeout: 2m`"]
        ),
        (
            "defaults: {timeout: [1]}",
            ["1: `timeout` is a list, not a duration such as 90, 15m, 24h or 7d; write `timeout: 2m`"]
        ),
        ("defaults: {retries: yes}", ["1: `retries` is a boolean, not a whole number; write `retries: 5`"]),
        ("defaults: {retries: 1.5}", ["1: `retries` is 1.5 but must be a whole number from 0 to 1000"]),
        ("defaults: {stream: 'no'}", ["1: `stream` is a string, not true or false; write `stream: no`"]),
        ("defaults: {stream: {a: b}}", ["1: `stream` is a mapping, not true or false; write `stream: true`"]),
        ("batch: {system: 42}", ["1: `system` is a number, not a text; write `system: \"42\"`"]),
        ("batch: {db: off}", ["1: `db` is a boolean, not a path; write `db: \"off\"`"]),
        ("batch: {executor: [auto]}", ["1: `executor` is a list, not a text; write `executor: process`"]),
        (
            "costs: {a: {input_per_1k: x}}",
            [
                "1: `input_per_1k` is a string, not a number of US dollars; write `input_per_1k: 0.03`"
            ]
        ),
        ("defaults: 5", ["1: `defaults` is a number, not a mapping; write its keys indented below it"]),
        ("costs: [a]", ["1: `costs` is a list, not a mapping; write its keys indented below it"]),
        ("costs: {a: 1}", ["1: `costs.a` is a number, not a mapping; write its keys indented below it"]),
        ("costs: {a: {<<: 1}}", ["1: `<<` is a number, not a mapping; write its keys indented below it"]),
        ("- a", ["1: a list, not a mapping of keys; start with a key such as `defaults:`"]),
        ("\njust text", ["2: a string, not a mapping of keys; start with a key such as `defaults:`"]),
        // Values that are not allowed.
        ("defaults: {timeout: -1}", ["1: `timeout` is -1 but must be 0 to 36525d"]),
        ("defaults: {retries: 1001}", ["1: `retries` is 1001 but must be 0 to 1000"]),
        ("batch: {concurrency: 0}", ["1: `concurrency` is 0 but must be 1 to 1024"]),
        ("batch: {samples: 10001}", ["1: `samples` is 10001 but must be 1 to 10,000"]),
        ("batch: {max_memory: 15}", ["1: `max_memory` is 15 but must be 16 to 1,000,000"]),
        ("batch: {max_answer: 257}", ["1: `max_answer` is 257 but must be 1 to 256"]),
        (
            "batch: {executor: proces}",
            [
                "1: `executor` is `proces` but must be one of `auto`, `process`, `fork`, `shared`; did you mean `process`?"
            ]
        ),
        ("batch: {db: ''}", ["1: `db` is empty; name a path, or leave it out"]),
        ("batch: {system: \"a\\0b\"}", ["1: `system` holds a NUL character"]),
        ("costs: {a: {input_per_1k: -0.1}}", ["1: `input_per_1k` is -0.1 but must be 0 to 1,000,000"]),
        // Durations and kinds of answers.
        (
            "batch: {max_wait: soon}",
            [
                "1: `max_wait` is a string, not a duration such as 90, 15m, 24h or 7d; write `max_wait: 15m`"
            ]
        ),
        (
            "batch: {budget_window: [1]}",
            [
                "1: `budget_window` is a list, not a duration such as 90, 15m, 24h or 7d; write `budget_window: 24h`"
            ]
        ),
        (
            "batch: {max_wait: any}",
            [
                "1: `max_wait` is a string, not a duration such as 90, 15m, 24h or 7d; write `max_wait: 15m`"
            ]
        ),
        ("batch: {max_wait: 31d}", ["1: `max_wait` is 31d but must be 0 to 30d"]),
        ("batch: {cache: -1}", ["1: `cache` is -1 but must be 0 to 36525d"]),
        ("batch: {budget_window: 59.5}", ["1: `budget_window` is 59.5 but must be 1m to 365d"]),
        ("batch: {priority: 1001}", ["1: `priority` is 1001 but must be -1000 to 1000"]),
        ("batch: {max_cost: -1}", ["1: `max_cost` is -1 but must be 0 to 1,000,000,000"]),
        (
            "batch: {fail_on: 'empty,auth'}",
            [
                "1: `fail_on` holds `auth` but may hold `truncated`, `filtered`, `empty`, separated by commas"
            ]
        ),
        (
            "batch: {fail_on: \"truncated , empty filtered \"}",
            [
                "1: `fail_on` holds `empty filtered` but may hold `truncated`, `filtered`, `empty`, separated by commas"
            ]
        ),
        ("batch: {fail_on: [empty]}", ["1: `fail_on` is a list, not a text; write `fail_on: \"truncated,empty\"`"]),
        // Limits.
        ("batch: {rpm: 0}", ["1: `rpm` is 0 but must be 1 to 1,000,000"]),
        ("limits: {a: {rpm: 1}}", ["1: unknown key `limits`; did you mean `batch.limits`?"]),
        ("batch.limits: 1", ["1: unknown key `batch.limits`; write `limits` indented below `batch:`"]),
        ("batch:\n  limts: {}", ["2: unknown key `limts` in `batch`; did you mean `limits`?"]),
        ("batch: {limits: [a]}", ["1: `limits` is a list, not a mapping; write its keys indented below it"]),
        (
            "batch:\n  limits:\n    a: 5",
            [
                "3: `limits.a` is a number, not a mapping; write its keys indented below it"
            ]
        ),
        (
            "batch:\n  limits:\n    a:\n      rmp: 1",
            [
                "4: unknown key `rmp` in `limits.a`; did you mean `rpm`?"
            ]
        ),
        (
            "batch: {limits: {a: {zzzzz: 1}}}",
            ["1: unknown key `zzzzz` in `limits.a`; known are `models`, `concurrency`, `rpm`, `tpm`"]
        ),
        (
            "batch:\n  limits:\n    a:\n      rpm: x\n      concurrency: 1025",
            [
                "4: `rpm` is a string, not a whole number; write `rpm: 500`",
                "5: `concurrency` is 1025 but must be 1 to 1024",
            ]
        ),
        (
            "batch:\n  limits: {'*': {rpm: 1}}",
            [
                "2: `*` names no limit in `limits`; name a model or a group, and write what holds for all models "
                    + "together as `rpm` and `tpm` below `batch:`"
            ]
        ),
        (
            "batch: {limits: {a: {models: b*}}}",
            ["1: `models` is a string, not a list; write `models: [\"b*\"]`"]
        ),
        (
            "batch: {limits: {a: {models: []}}}",
            ["1: `models` is empty; name a model, or leave it out for the model of that name"]
        ),
        (
            "batch:\n  limits:\n    a:\n      models:\n      - b\n      - [c]\n      rpm: 1",
            ["6: `models` holds a list, not only names; write `models: [\"gpt-4o\"]`"]
        ),
        (
            "batch: {limits: {a: {models: ['b*c']}}}",
            ["1: `models` holds `b*c`, but `*` stands for any text at the end only"]
        ),
        // Models.
        ("models: gpt-4", ["1: `models` is a string, not a list; write `models: [\"gpt-4\"]`"]),
        ("models: {a: b}", ["1: `models` is a mapping, not a list; write `models: [gpt-4]`"]),
        ("models:\n  -\n  - a", ["2: a model is null, not a name; write `- gpt-4`, or `- name: gpt-4`"]),
        ("models: [[a]]", ["1: a model is a list, not a name; write `- gpt-4`, or `- name: gpt-4`"]),
        ("models: ['']", ["1: an empty model name; name one that `llm models` lists"]),
        ("models: ['a[b]']", ["1: model `a[b]`: `b` is not key=value; write 'NAME[key=value,key=value]'"]),
        ("models:\n- options: []", ["2: a model without `name`; write `- name: gpt-4`"]),
        ("models:\n- options: []\n  name: [a]", ["3: a model's `name` is a list, not a text; write `name: gpt-4`"]),
        (
            "models:\n- name: a\n  options: -o t 1",
            [
                "3: a model's `options` is a string, not a list of arguments; "
                    + "write `options: [\"-o\", \"temperature\", \"0.2\"]`"
            ]
        ),
        (
            "models:\n- name: a\n  options:\n  - -o\n  - {t: 1}",
            [
                "5: a model's `options` holds a mapping, not only texts; "
                    + "write `options: [\"-o\", \"temperature\", \"0.2\"]`"
            ]
        ),
        // Broken YAML.
        ("defaults:\n  retries: 1\n  retries: 2", ["2: duplicate key `retries`; keep one of them"]),
        ("costs: {1: {}, '1': {}}", ["1: duplicate key `1`; keep one of them"]),
        (
            "a: \"open\n\n",
            ["1: broken YAML: found unexpected end of stream; check quotes, indentation and brackets"]
        ),
        (
            "defaults:\n\tretries: 1",
            ["2: broken YAML: found character that cannot start any token; indent with spaces, not with tabs"]
        ),
        (
            "models: [a\nbatch:\n  raw: yes",
            ["2: broken YAML: did not find expected ',' or ']'; check quotes, indentation and brackets"]
        ),
        ("a: *b", ["1: broken YAML: found undefined alias; check quotes, indentation and brackets"]),
        (
            "defaults:\n---\nbatch:",
            ["2: broken YAML: but found another document; a file holds one document, end it here"]
        ),
        ("\nbatch: \u{7}", ["2: a character that may not stand in YAML, U+0007; take it out"]),
        // Everything that is wrong is told.
        (
            "retries: 1\nbatch:\n  raw: 1\n  zzzzzzzzz: 1\n  db: a\ndefaults: []",
            [
                "1: unknown key `retries`; did you mean `defaults.retries`?",
                "3: `raw` is a number, not true or false; write `raw: true`",
                "4: unknown key `zzzzzzzzz` in `batch`; known are `concurrency`, `executor`, `grace`, `max_memory`, "
                    + "`max_answer`, `samples`, `system`, `raw`, `files`, `db`, `resume_within`, `prices`, `check`, `rpm`, `tpm`, "
                    + "`max_wait`, `max_cost`, `max_tokens_total`, `budget_window`, `fail_on`, `cache`, `priority`, `private`, `trusted_folders`, `limits`",
                "6: `defaults` is a list, not a mapping; write its keys indented below it",
            ]
        ),
    ]

    @Test(arguments: problems.indices)
    func aMistakeIsToldWithItsPlace(index: Int) throws {
        let (text, problems) = Self.problems[index]
        let scratch = try ConfigurationScratch()
        try scratch.write(text.utf8, to: scratch.project)
        #expect(try scratch.problems() == problems.map { ".nllm-config.yaml:" + $0 })
    }

    @Test func theMistakesOfAllFilesAreToldTogether() throws {
        let scratch = try ConfigurationScratch()
        let named = scratch.root + "/named.yaml"
        try scratch.write("a: [".utf8, to: scratch.user)
        try scratch.write("defaults: {retries: x}".utf8, to: scratch.project)
        try scratch.write((0..<30).map { "zzzzz\($0): 1\n" }.joined().utf8, to: named)
        let problems = try scratch.problems(explicit: named)
        #expect(problems.count == 21)
        #expect(problems.first?.hasPrefix("\(scratch.user):1: broken YAML: ") == true)
        #expect(problems[1].hasPrefix(".nllm-config.yaml:1: `retries` is a string"))
        #expect(problems[19].hasPrefix("\(named):18: unknown key `zzzzz17`"))
        #expect(problems.last == "and 12 more")
    }

    @Test func aFileThatCannotBeReadIsAMistake() throws {
        let scratch = try ConfigurationScratch()
        #expect(
            try scratch.problems(explicit: "no.yaml") == [
                "no.yaml: no such file or directory; name a file that is there; `nllm-batch config init` writes one"
            ])
        #expect(
            try scratch.problems(explicit: "../home") == [
                "../home: is a directory; name or make a file that can be read"
            ])
        try scratch.write([0x61, 0x0A, 0x62, 0xFF, 0x0A], to: scratch.project)
        #expect(try scratch.problems() == [".nllm-config.yaml:2: not valid UTF-8; save the file as UTF-8"])
        try scratch.write(Array(repeating: 0x20, count: ConfigurationFile.sizeLimit + 1), to: scratch.project)
        #expect(
            try scratch.problems() == [
                ".nllm-config.yaml: over 1 MB; a configuration is shorter, name another file"
            ])
    }
}
