import Testing

@testable import NllmCore

@Suite struct SuiteProblemTests {
    /// A suite with one line more.
    private func problems(with line: String) throws -> [String] {
        try SuiteFolder.problems("prompts: ['Tell {{x}}.']\ntests: [{vars: {x: a fact}}]\n\(line)\n")
    }

    @Test(arguments: [
        ("description: 7", "3: `description` is a number, not a text; put it in quotes"),
        ("series: ''", "3: `series` is empty; leave it out"),
        ("baseline: [last]", "3: `baseline` is a list, not a text"),
        ("confirm: 0", "3: `confirm` is 0 but must be 1 to 1000"),
        ("confirm: often", "3: `confirm` is a string, not a whole number; write `confirm: 1`"),
        ("alpha: 1", "3: `alpha` is 1 but must be a number from 0 to 1, but not 0 or 1"),
        ("alpha: '0.1'", "3: `alpha` is a string, not a number from 0 to 1"),
        ("min_effect: 101", "3: `min_effect` is 101 but must be a number from 0 to 100"),
        ("max_drop: 0", "3: `max_drop` is 0 but must be a number from 0 to 100, but not 0"),
        ("cluster: topic", "3: `cluster` is `topic` but must be metadata.KEY, such as metadata.topic"),
        ("cluster: metadata.topic", "3: no test has `topic` in its `metadata`"),
        ("tags: [a]", "3: `tags` is a list, not a mapping"),
        ("tags: {a: [b]}", "3: the tag `a` is a list, not a text"),
        ("providers: one\nmodels: two", "4: `models` beside `providers`; write one of them"),
        ("providers: [{label: x}]", "3: a provider without `id`; write `- id: gpt-4o-mini`"),
        (
            "providers: [{id: one, label: x}, {id: two, label: x}]",
            "3: the label `x` stands twice; give each model its own"
        ),
        (
            "providers: ['azure:chat:x']",
            "3: no rule says which model of llm `azure:chat:x` is; write its name, or add `azure:chat:x` to `providerMap`"
        ),
        ("evaluateOptions: {repeat: 0}", "3: `repeat` is 0 but must be 1 to 10,000"),
        ("evaluateOptions: {delay: 100}", "3: `delay` is not supported; write `rpm` for the model below `limits`"),
        ("evaluateOptions: {cache: 'yes'}", "3: `cache` is a string, not true or false"),
        ("limits: {one: {rmp: 3}}", "3: unknown key `rmp` in a limit; did you mean `rpm`?"),
        ("budget: {max_cost: a lot}", "3: `max_cost` is a string, not a number of US dollars; write `max_cost: 5`"),
        (
            "resume_within: soon",
            "3: `resume_within` is a string, not a duration such as 90, 15m, 24h or 7d; write `resume_within: 20h`"
        ),
        ("sources: nowhere.jsonl", "3: `nowhere.jsonl`: no such file or directory"),
        ("derivedMetrics: [{name: a, value: b + 1}]", "3: `b` is no metric of an assertion or an earlier derived one"),
        (
            "derivedMetrics: [{name: a, value: (1}]",
            "3: `(1` is not an arithmetic expression: `(` without `)`"
        ),
        ("scenarios: [{config: [{}]}]", "3: a scenario without `tests`, a list of tests"),
        ("scenarios: []", "3: `scenarios` is empty; leave it out"),
        ("judge: {id: one, lable: x}", "3: unknown key `lable` in a provider; did you mean `label`?"),
        ("defaultTest: file://nothing.yaml", "3: `nothing.yaml`: no such file"),
        ("sharing: true", "3: `sharing` is not supported; results stay in the database and the run's folder"),
    ])
    func aWrongLineIsReported(line: String, problem: String) throws {
        #expect(try problems(with: line) == [problem])
    }

    @Test(arguments: [
        ("vars: {x: a}, options: {prefix: '{{'}", "`{{` without `}}`"),
        ("vars: {x: a}, threshold: 2", "`threshold` is 2 but must be a number from 0 to 1"),
        ("vars: {x: []}", "the list `x` is empty; name a value, or set `disableVarExpansion`"),
        ("vars: {x: {y: 1}}", "`x` is an object; write {{x | dump}} for its JSON"),
        ("vars: {x: null}", "no variable `x`"),
        ("vars: x", "`vars` is a text, not a mapping; to read a file, write file://PATH"),
        ("vars: {x: 'of {{y}}', y: b}", "`x` holds {{y}}, and variables are not filled into others; write it out"),
        ("vars: {x: ' '}, options: {prefix: ''}, description: blank", nil),
        ("vars: {x: a}, assert: {type: equals, value: a}", "`assert` is a mapping, not a list of assertions"),
        (
            "vars: {x: a}, assert: ['contains: a']",
            "an assertion is a string, not a mapping; write `type:` and `value:`, not `contains: a`"
        ),
        (
            "vars: {x: a}, assert: [{type: contains, value: '{{z}}'}]",
            "`value` of `contains` cannot be filled in: no variable `z`"
        ),
        ("vars: {x: '('}, assert: [{type: regex, value: '{{x}}'}]", nil),
        ("vars: {x: ''}, assert: [{type: contains, value: '{{x}}'}]", "`value` of `contains` must not be empty"),
        ("vars: {x: a}, provider: one, providers: [two]", "`provider` beside `providers`; write one of them"),
        ("vars: {x: a}, providers: [three]", "`three` is none of the suite's models, which are `one`, `two`"),
        (
            "vars: {x: a}, prompts: [short]",
            "`short` is none of the suite's prompts, which have no labels; write {label, raw}"
        ),
        ("vars: {x: 'file://nowhere.txt'}", "`nowhere.txt`: no such file"),
        ("vars: {x: 'file://data.py'}", "`data.py` is a program, which a suite can't run; write its output to a file"),
        (
            "vars: {x: a}, transform: trim",
            "`transform` is not supported; assert what the answer is like, or use a `command` that looks at the part that counts"
        ),
    ])
    func aWrongTestIsReported(test: String, problem: String?) throws {
        let found = try SuiteFolder.problems(
            "prompts: ['Tell {{x}}.']\nproviders: [one, two]\ntests:\n  - {\(test)}\n")
        guard let problem else {
            // What is filled in decides; the message is that of the pattern.
            return #expect(found.allSatisfy { $0.hasPrefix("4: ") && $0.contains("regex") })
        }
        #expect(found == ["4: " + problem])
    }

    @Test(arguments: [
        ("prompt.txt", "`prompt.txt` looks like a file; write file://prompt.txt"),
        ("exec:./make", "prompts of `exec:` are not fetched; write them to a file"),
        (
            "Hello {# note #}",
            "`{#`: comments of nunjucks are not supported; templates have {{x}}, {{x.y}} and {{x | dump}}"
        ),
        ("   ", "empty prompt"),
        (
            #"[{"role": "user", "content": "Hi"}]"#,
            "a prompt that is a list of messages; write it as `messages` into a file of `sources`"
        ),
        ("file://chat.json", "`chat.json`: no such file"),
    ])
    func aWrongPromptIsReported(prompt: String, problem: String) throws {
        #expect(try SuiteFolder.problems("prompts:\n  - '\(prompt)'\n") == ["2: " + problem])
    }

    @Test func allProblemsAreReported() throws {
        let found = try SuiteFolder.problems(
            """
            promts: [Hi]
            prompts: [Hi]
            tests:
              - assert: [{type: contains}, {type: equal, value: a}]
              - thresold: 1
            """)
        #expect(
            found == [
                "1: unknown key `promts`; did you mean `prompts`?",
                "4: `contains` needs a `value`",
                "4: unknown assertion type `equal`; did you mean `equals`?",
                "5: unknown key `thresold` in a test; did you mean `threshold`?",
            ])
    }

    @Test func whatFollowsFromAProblemIsNone() throws {
        let found = try SuiteFolder.problems(
            """
            providers: [one, {id: two, lable: Two}, 'azure:x']
            prompts: [{raw: '{{x}}', label: a}, {raw: '{{', label: b}]
            defaultTest: {vars: {x: y}}
            gate: pass_rate("Two") >= 0.5
            tests: [{providers: 'azure:x', prompts: b}]
            """)
        #expect(found.map { $0.prefix(2) } == ["1:", "1:", "2:"], "\(found)")
    }

    @Test(arguments: [
        ("", "0: an empty suite; it needs `prompts`, `tests` or `sources`"),
        ("# nothing\n", "0: an empty suite; it needs `prompts`, `tests` or `sources`"),
        ("- a\n", "1: a list is no suite"),
        ("description: x\n", "1: nothing to send; write `prompts`, `tests` or `sources`"),
        ("prompts: [a]\nprompts: [b]\n", "1: duplicate key `prompts`; keep one of them"),
        ("? [a]\n: b\n", "1: a key that is no text; write a name before the colon"),
        ("prompts: [a]\n<<: 7\n", "2: `<<` is a number, not a mapping; write `<<: *NAME`"),
    ])
    func aSuiteThatIsNoneIsReported(text: String, problem: String) throws {
        let found = try SuiteFolder.problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(problem) == true, "\(found)")
    }
}
