import Testing

@testable import NllmCore

@Suite struct RedactionTests {
    private static let mark = "***REDACTED***"

    @Test(arguments: [
        ("Incorrect API key provided: sk-loopback-0123456789. Find it", "Incorrect API key provided: \(mark). Find it"),
        ("sk-proj-AbC_123-x", mark),
        ("api_key=abc123&x=1", "api_key=\(mark)&x=1"),
        ("OPENAI_API_KEY=abc", "OPENAI_API_KEY=\(mark)"),
        ("password='p q'", "password='\(mark) q'"),
        (#"{"token": "abc", "n": 1}"#, #"{"token": "\#(mark)", "n": 1}"#),
        ("llm --key abc -m x", "llm --key \(mark) -m x"),
        ("--secret=abc", "--secret=\(mark)"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer \(mark)"),
        ("AIzaSyA1234567890", mark),
    ])
    func secretsAreReplaced(text: String, expected: String) {
        #expect(Redaction.redact(text) == expected)
    }

    @Test(arguments: [
        "Token usage: 12 input, 3 output", "a monkey = 1 and the keyboard", "sk-learn is a library",
        "the key is under the mat", "", "tokens: 5", "grüße 🎉",
    ])
    func otherTextsStayAsTheyAre(text: String) {
        #expect(Redaction.redact(text) == text)
    }

    @Test func argumentsAfterSecretFlagsAreReplaced() {
        #expect(
            Redaction.redact(arguments: ["llm", "--key", "abc", "-o", "api_key=x", "hi"]) == [
                "llm", "--key", Self.mark, "-o", "api_key=\(Self.mark)", "hi",
            ])
    }
}
