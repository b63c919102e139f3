import Testing

@testable import NllmCore

@Suite struct SuiteReadingTests {
    private static let suiteWithSettings = """
        description: Nightly
        tags: {team: a, year: 2026}
        providers: ['one[temperature=0]', {id: two, label: Second, config: {top_p: 0.5}}, one, one]
        prompts: Hi
        series: nights
        gate: [errors <= 1%, no_broken_prompts]
        baseline: last
        confirm: 4
        alpha: 0.05
        min_effect: 2
        max_drop: 10
        judge: two
        limits: {group: {models: [one, 'o*'], rpm: 60, concurrency: 2}}
        budget: {max_cost: 2.5, max_tokens_total: 1000, budget_window: 24h}
        resume_within: 2d
        keep: {nights: 90, answers: 30}
        outputPath: out/night.json
        evaluateOptions: {repeat: 3, maxConcurrency: 2, cache: true, timeoutMs: 1500}
        tests: [{assert: [{type: contains, value: a}], metadata: {topic: x}}]
        cluster: metadata.topic
        finally: ./mail
        """

    @Test func settingsAreRead() throws {
        let folder = try SuiteFolder(Self.suiteWithSettings)
        let suite = try folder.read(allowsCommands: true)
        let settings = suite.settings
        #expect(suite.models.map(\.variant.label) == ["one[temperature=0]", "Second", "one", "one#2"])
        #expect(suite.models.map { $0.variant.options.map(\.value) } == [["0"], ["0.5"], [], []])
        #expect(settings.gates.map(\.text) == ["errors <= 1%", "no_broken_prompts"])
        #expect(
            (settings.series, settings.baseline, settings.cluster, settings.finally) == (
                "nights", "last", "topic", "./mail"
            ))
        #expect((settings.confirm, settings.alpha, settings.minEffect, settings.maxDrop) == (4, 0.05, 2, 10))
        #expect(settings.judge?.variant.name == "two")
        #expect(
            settings.limits == [
                Limit(name: "group", kind: .concurrency, amount: 2, models: ["one", "o*"]),
                Limit(name: "group", kind: .requests, amount: 60, models: ["one", "o*"]),
            ])
        #expect(settings.budget == Budget(maxCost: 2.5, maxTokens: 1000, window: 86_400))
        #expect((settings.resumeWithin, settings.keptNights, settings.keptAnswers) == (172_800, 90, 30))
        #expect(settings.outputPath == folder.path + "/out/night.json")
        #expect((settings.samples, settings.concurrency, settings.cache, settings.timeout) == (3, 2, true, 1.5))
    }

    @Test func idsAreReadable() throws {
        let folder = try SuiteFolder(
            """
            prompts: ['Say {{x}}', {label: Loud & Clear, raw: 'SAY {{x}}'}, file://more.txt]
            tests:
              - {description: 'Grüße, kurz!', vars: {x: a}}
              - vars: {x: [a, b]}
                prompts: ['Loud*']
              - {description: 'Grüße: kurz', vars: {x: a}, prompts: file://more.txt}
              - {description: '123', vars: {x: a}, prompts: Loud & Clear}
              - file://rows.csv
            scenarios:
              - config: [{vars: {x: a}}, {vars: {x: b}}]
                tests: [{prompts: Loud & Clear}]
            """, ["more.txt": "One\n---\nTwo\n", "rows.csv": "x\na\n"])
        #expect(
            try folder.prompts().map(\.prompt.id) == [
                "grüße-kurz/1", "grüße-kurz/loud-clear", "grüße-kurz/more-1", "grüße-kurz/more-2",
                "0002.1/loud-clear", "0002.2/loud-clear", "grüße-kurz-2/more-1", "grüße-kurz-2/more-2",
                "0004/loud-clear", "rows/0001/1", "rows/0001/loud-clear", "rows/0001/more-1", "rows/0001/more-2",
                "scenario-1/1/0001/loud-clear", "scenario-1/2/0001/loud-clear",
            ])
    }

    @Test func namesThatLookAlikeStayApart() {
        var ids = SuiteID()
        let names = ["a", "a", "a 2", "a-2", "a"].map { ids.name($0, number: 1, in: "") }
        #expect(names == ["a", "a-2", "a-2-2", "a-2-3", "a-3"])
        #expect(Set(names).count == names.count)
    }

    @Test func theDefaultIsMergedIntoTests() throws {
        let folder = try SuiteFolder(
            """
            prompts: '{{a}} {{b}}'
            defaultTest: file://default.yaml
            tests:
              - vars: {b: own}
                assert: [{value: y, type: contains, weight: 2.0}]
                metadata: {k: 2, l: 3}
              - {threshold: 1, providerOutput: {n: 1}, description: answered}
            """,
            [
                "default.yaml":
                    "vars: {a: x, b: y}\nassert: [{type: contains, value: x}]\nmetadata: {k: 1}\nthreshold: 0.5\n"
            ])
        let prompts = try folder.prompts()
        #expect(prompts.map(\.prompt.text) == ["x own", "x y"])
        #expect(
            prompts.map(\.prompt.grading) == [
                #"{"assert":[{"type":"contains","value":"x"},{"type":"contains","value":"y","weight":2}],"threshold":0.5}"#,
                #"{"assert":[{"type":"contains","value":"x"}],"threshold":1}"#,
            ])
        #expect(prompts.map(\.prompt.metadata) == [#"{"k":2,"l":3}"#, #"{"k":1}"#])
        #expect(prompts.map(\.answer) == [nil, #"{"n":1}"#])
    }

    @Test func templatesMayNotStandForThemselves() throws {
        let found = try SuiteFolder.problems(
            """
            prompts: a
            assertionTemplates:
              one: {$ref: '#/assertionTemplates/two'}
              two: {type: assert-set, assert: [{$ref: '#/assertionTemplates/one'}]}
            tests: [{assert: [{$ref: '#/assertionTemplates/one'}]}]
            """)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.contains("stands for itself; take this `$ref` out") }, "\(found)")
    }

    @Test func scalarsAreThoseOfYAML12() throws {
        let folder = try SuiteFolder(
            """
            prompts: '{{x | dump}}'
            tests:
              - vars: {x: {a: no, b: 1:30, c: 007, d: 1_000, e: True, f: 0x1F, g: +5, h: .5, i: '7', j: 1.50, k: 1e3, l: ~}}
            """)
        #expect(
            try folder.prompts().map(\.prompt.text) == [
                #"{"a":"no","b":"1:30","c":"007","d":"1_000","e":true,"f":31,"g":5,"h":0.5,"i":"7","j":1.50,"k":1e3,"l":null}"#
            ])
    }

    @Test func mergeKeysGiveWayToOthers() throws {
        let folder = try SuiteFolder(
            """
            prompts: '{{x | dump}}'
            tests:
              - vars: {x: &a {p: 1, q: 1}}
              - vars: {x: &b {q: 2, r: 2}}
              - vars: {x: {<<: [*a, *b], r: 3}}
            """)
        #expect(try folder.prompts().last?.prompt.text == #"{"p":1,"q":1,"r":3}"#)
    }

    @Test func linesOfJSONAreKnown() throws {
        let folder = try SuiteFolder()
        try folder.write(
            "{\n\"prompts\": [\"a \\\" }\", \"\\ud83d\\ude42\"],\n\"tests\": [\n{}, {\"assert\":\n[{\"type\": 1},\n{\"tipe\": []}]}]}",
            "suite.json")
        #expect(
            folder.problems("suite.json").map { $0.prefix(2) } == ["5:", "6:"], "\(folder.problems("suite.json"))")
        try folder.write("{\n\"prompts\": [\"a\"],\n\"prompts\": 1}", "suite.json")
        #expect(folder.problems("suite.json") == ["3: duplicate key `prompts`; keep one of them"])
        try folder.write("{\n\"prompts\": [a]}", "suite.json")
        #expect(folder.problems("suite.json") == ["2: column 13: `a` where a value is expected"])
    }
}
