import Testing

@testable import NllmCore

@Suite struct SettingTests {
    @Test func eachHasItsOwnPlaceInAKnownSection() {
        #expect(Set(Setting.all.map(\.place)).count == Setting.all.count)
        for setting in Setting.all {
            #expect(Setting.sections.contains(setting.section), "\(setting.place)")
            #expect(!setting.name.isEmpty, "\(setting.place)")
        }
    }

    @Test func optionAndPropertyAreNamedAfterTheKey() {
        #expect(Setting.grace.optionName == "--grace")
        #expect(Setting.grace.propertyName == "grace")
        #expect(Setting.maxTokensTotal.optionName == "--max-tokens-total")
        #expect(Setting.maxTokensTotal.propertyName == "maxTokensTotal")
    }

    @Test func theHelpEndsWithTheDefault() {
        let ends: [(Setting, String)] = [
            (.retries, "cell (default: 3)."), (.executor, "process (default: auto)."),
            (.maxWait, "cells (default: 5m)."), (.maxMemory, "use (default: no limit)."),
            (.outdir, "created (default: nllm-runs)."), (.raw, "output of llm."), (.system, "that have none."),
        ]
        for (setting, end) in ends { #expect(setting.help.hasSuffix(end), "\(setting.help)") }
    }

    @Test func numbersAreCheckedForOptionAndProperty() {
        let cases: [(GivenNumber?, option: String?, property: String?)] = [
            (GivenNumber(.retries, 1000), nil, nil),
            (GivenNumber(.retries, nil as Int?), nil, nil),
            (
                GivenNumber(.timeout, -0.5), "`--timeout` is -0.5 but must be 0 to 36525d",
                "`timeout` is -0.5 but must be 0.0 to 3155760000.0"
            ),
            (
                GivenNumber(.grace, 1e7), "`--grace` is 10000000.0 but must be 0 to 30d",
                "`grace` is 10000000.0 but must be 0.0 to 2592000.0"
            ),
            (
                GivenNumber(.maxMemory, 15), "`--max-memory` is 15 but must be 16 to 1,000,000 megabytes",
                "`maxMemory` is 15 but must be 16 to 1000000"
            ),
            (
                GivenNumber(.maxCost, .nan), "`--max-cost` is nan but must be 0 to 1,000,000,000 US dollars",
                "`maxCost` is nan but must be 0.0 to 1000000000.0"
            ),
        ]
        for (number, option, property) in cases {
            #expect(number?.optionProblem == option)
            #expect(number?.propertyProblem == property)
        }
    }
}
