import Testing

@testable import NllmCore

@Suite struct JSONExtractionOracleTests {
    /// As often as not a text has something for nllm to find; what misled it stays the exception.
    @Test func whereverNllmFindsAValueOursIsTheSameOrContainsIt() throws {
        var generator = AnswerGenerator(seed: 20)
        let texts = (0..<6_000).map { _ in generator.text() }
        let answers = try ExtractionOracle.answers(for: texts)
        try #require(answers.count == texts.count)
        var compared = 0
        for (text, answer) in zip(texts, answers) {
            let ours = JSONExtraction.extract(text)
            #expect(ours?.pythonic == answer.expected?.pythonic, "\(text.debugDescription)")
            guard let nllm = answer.nllm, !answer.isExcused else { continue }
            compared += 1
            #expect(ours?.contains(nllm) == true, "\(text.debugDescription)")
        }
        #expect(compared > texts.count / 2)
    }
}
