import Foundation
import Testing

@testable import NllmCore

@Suite struct PriceSnapshotTests {
    /// Prices as the package itself tells them.
    @Test(arguments: [
        ("gpt-4o", Price(base: .init(input: 2.5, output: 10, cachedInput: 1.25))),
        ("gpt-4o-mini", Price(base: .init(input: 0.15, output: 0.6, cachedInput: 0.075))),
        ("gpt-4.1-nano", Price(base: .init(input: 0.1, output: 0.4, cachedInput: 0.025))),
        ("claude-3.5-sonnet", Price(base: .init(input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75))),
        ("gemini-2.5-flash", Price(base: .init(input: 0.3, output: 2.5, cachedInput: 0.03, audioInput: 1))),
        (
            "gemini-2.5-pro",
            Price(
                base: .init(input: 1.25, output: 10, cachedInput: 0.125),
                tiers: [.init(above: 200_000, rates: .init(input: 2.5, output: 15, cachedInput: 0.25))])
        ),
    ])
    func wellKnownModelsHaveTheirPrices(model: String, price: Price) {
        #expect(PriceSnapshot.price(of: model) == price)
    }

    @Test(arguments: [
        ("gemini/gemini-2.5-pro", "gemini-2.5-pro"),
        ("anthropic/claude-3-5-sonnet-latest", "claude-3.5-sonnet"),
        ("anthropic/claude-sonnet-4-0", "claude-4-sonnet"),
        ("openai/gpt-4o", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("deepseek/deepseek-chat", "deepseek-chat"),
        ("gpt-5.5-2026-04-23", "gpt-5.5"),
    ])
    func severalNamesMeanOneModel(name: String, other: String) {
        #expect(PriceSnapshot.price(of: name) != nil)
        #expect(PriceSnapshot.price(of: name) == PriceSnapshot.price(of: other))
    }

    @Test(arguments: [
        "o3", "gpt-5-mini", "mistral/mistral-large-latest", "groq/llama-3.3-70b-versatile",
        "openrouter/anthropic/claude-3.5-sonnet", "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
    ])
    func aModelOfEachProviderIsFound(name: String) throws {
        let price = try #require(PriceSnapshot.price(of: name))
        #expect(price.base.input > 0)
        #expect(price.base.output > 0)
    }

    @Test func aFreeModelCostsNothing() {
        let price = PriceSnapshot.price(of: "openrouter/deepseek/deepseek-r1:free")
        #expect(price == Price(base: .init(input: 0, output: 0)))
    }

    @Test(arguments: [
        "", "/", "openai/", "echo", "gpt-4o-of-ours", "gpt-", "claude-", "openrouter/no-such-model",
        // Names of local models.
        "llama3.2:latest", "mistral", "mistral-small", "gpt-oss", "gpt-oss-20b", "gpt-oss:20b", "openai/gpt-oss-20b",
        "deepseek-r1", "deepseek-r1:8b", "gemini-3-flash-preview:cloud", "mistralai/Mistral-7B-Instruct-v0.3",
        // Whoever serves these, it is not the maker.
        "ollama/gpt-4o", "my-openai/gpt-4o",
        // Priced by more than text tokens.
        "gpt-4o-audio-preview", "whisper-1", "openai/tts-1",
        // Embeddings have no price for output.
        "openai/text-embedding-3-small",
    ])
    func whatIsNotSurelyKnownHasNoPrice(name: String) {
        #expect(PriceSnapshot.price(of: name) == nil)
    }

    @Test func theSnapshotsPricesCanBeRead() throws {
        var provider = ""
        var models = 0
        for line in PriceSnapshot.text.split(separator: "\n") {
            if line.hasPrefix("@ ") {
                provider = String(try #require(line.dropFirst(2).split(separator: " ").first))
            } else if let name = line.split(separator: " ").first, name.first?.isLetter == true, line.contains(" : ") {
                models += 1
                // Each look-up reads the text anew: every twentieth is enough.
                guard models.isMultiple(of: 20) else { continue }
                #expect(PriceSnapshot.price(of: provider + name.replacing("#", with: "1")) != nil, "\(provider)\(name)")
            }
        }
        #expect(models > 500)
    }

    @Test(arguments: [
        ("gpt-4o", "gpt-4o", true), ("gpt-4o", "gpt-4o-mini", false), ("gpt-4o", "gpt-4", false),
        ("^gpt-4o", "gpt-4o-mini", true), ("^gpt-4o", "a-gpt-4o", false), ("$-tts", "a-tts", true),
        ("$-tts", "a-tts-1", false), ("$a-tts", "tts", false), ("*-tts-", "a-tts-1", true), ("*-tts-", "a-tts", false),
        ("*tts", "att", false), ("a-##", "a-12", true), ("a-##", "a-1x", false), ("a-##", "a-123", false),
        ("^a&!$-tts", "a-1", true), ("^a&!$-tts", "a-tts", false), ("^a&!$-tts", "b", false),
    ])
    func patternsHoldForTheNamesTheyMean(pattern: String, name: String, holds: Bool) {
        #expect(NamePattern.matches(pattern.utf8[...], name.utf8[...]) == holds)
    }

    @Test func theTableComesFirstAndTheFileLast() {
        let own = Price(inputPer1k: 1, outputPer1k: 2)
        let other = Price(inputPer1k: 3, outputPer1k: 4)
        let book = PriceBook(costs: ["gpt-4o": own], file: ["gpt-4o": other, "gpt-4": other, "local": other])
        #expect(book.price(of: "gpt-4o") == own)
        #expect(book.price(of: "gpt-4") == PriceSnapshot.price(of: "gpt-4"))
        #expect(book.price(of: "local") == other)
        #expect(book.price(of: "unknown") == nil)
    }

    @Test func theDocsNameTheSnapshotsVersionAndDate() throws {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/costs.md")
        let text = try String(contentsOf: docs, encoding: .utf8)
        #expect(text.contains("\(PriceSnapshot.source), prices of \(PriceSnapshot.date)"))
    }
}
