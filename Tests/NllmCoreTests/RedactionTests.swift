import Testing

@testable import NllmCore

@Suite struct RedactionTests {
    private static let mark = "***REDACTED***"
    private static let redactor = Redactor()

    @Test(arguments: [
        ("sk-loopback-0123456789abcdef", mark), ("sk-proj-AbC_123-x", mark), ("sk-ant-api03-abc_DEF-ghi", mark),
        ("sk-abcdefghijklmnop", mark), ("AIzaSyA1234567890", mark), ("ya29.a0AfH6SMBx-y_z", mark),
        ("gsk_abc123def456", mark), ("xai-abc123def456", mark), ("hf_abcdEFGHijkl", mark), ("ghp_abc123def456", mark),
        ("gho_abc123def456", mark), ("ghs_abc123def456", mark), ("github_pat_11ABC_def", mark),
        ("xoxb-123456-abcdef", mark), ("xoxp-123456-abcdef", mark), ("AKIAIOSFODNN7EXAMPLE", mark),
        ("ASIAIOSFODNN7EXAMPLE", mark), ("pplx-abc123def456", mark), ("r8_abc123def456", mark),
        ("fw_abc123def456", mark), ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP", mark),
        ("in (sk-abcdefgh), in 'sk-abcdefgh', at sk-abcdefgh.", "in (\(mark)), in '\(mark)', at \(mark)."),
        (#"a\nsk-abcdefgh\n"#, #"a\n\#(mark)\n"#), ("a%20sk-abcdefgh", "a%20\(mark)"),
        ("\u{1B}[31msk-abcdefgh\u{1B}[0m", "\u{1B}[31m\(mark)\u{1B}[0m"),
        ("sk-lo***cdef", mark), ("sk-lo***************cdef is", "\(mark) is"), ("sk-ab…wxyz", mark),
        ("sk-ab...wxyz.", "\(mark)."), ("sk-••••wxyz", mark), ("sk-proj-***", mark),
        ("sk-learn and sk-learn-contrib", nil), ("hf_hub and hf_hub_download", nil), ("fw_update", nil),
        ("pplx-70b-online, xai-grok-4-fast", nil), ("sk-… or sk-... or sk-***", nil), ("AKIA, ASIA", nil),
        ("sk_buff", nil), ("eyJhbGciOiJIUzI1NiJ9", nil), ("task-oriented and risk-averse", nil), ("AQ.", nil),
    ])
    func keysOfKnownFormAreReplaced(text: String, expected: String?) {
        Self.check(text, expected)
    }

    @Test(arguments: [
        ("api_key=abc123&x=1", "api_key=\(mark)&x=1"), ("OPENAI_API_KEY=abc", "OPENAI_API_KEY=\(mark)"),
        ("key=abc", "key=\(mark)"), ("password=abc", "password=\(mark)"),
        ("secret=a,token=b", "secret=\(mark),token=\(mark)"),
        ("?key=abc&alt=json", "?key=\(mark)&alt=json"), ("access_token=abc#x", "access_token=\(mark)"),
        ("PGPASSWORD=abc", "PGPASSWORD=\(mark)"), ("openAIKey=abc", "openAIKey=\(mark)"),
        ("apikey=abc", "apikey=\(mark)"), ("key%3Dabc", "key%3D\(mark)"), (#"x\nkey=abc"#, #"x\nkey=\#(mark)"#),
        ("password='p q'", "password='\(mark)'"), (#"password="p\"q" n"#, #"password="\#(mark)" n"#),
        ("password='open", "password='\(mark)"), ("api_key = \"abc\"", "api_key = \"\(mark)\""),
        ("api_key=SecretStr('abc'), n=1", "api_key=\(mark)'), n=1"), ("key=b'abc'", "key=\(mark)'"),
        ("key=None, n=1", nil), ("monkey=banana", nil), ("a monkey = 1 and the keyboard", nil),
        ("tokens_input=5", nil), ("sort_key=created_at", nil), ("prompt_cache_key=abc", nil), ("max_token=5", nil),
        ("eos_token=<s>", nil), ("if key == \"\"", nil), ("key = 1", nil), ("key=", nil), ("keys=abc", nil),
    ])
    func assignedValuesAreReplaced(text: String, expected: String?) {
        Self.check(text, expected)
    }

    @Test(arguments: [
        (#"{"token": "abc", "n": 1}"#, #"{"token": "\#(mark)", "n": 1}"#),
        (#"{"api_key":"a b","n":1}"#, #"{"api_key":"\#(mark)","n":1}"#),
        (#"{"api_key": ["abc"]}"#, #"{"api_key": ["\#(mark)"]}"#),
        (#"{\"api_key\": \"abc\", \"n\": 1}"#, #"{\"api_key\": \"\#(mark)\", \"n\": 1}"#),
        ("{'password': 'abc', 'n': 1}", "{'password': '\(mark)', 'n': 1}"),
        ("environ['API_KEY'] = 'abc'", "environ['API_KEY'] = '\(mark)'"),
        (#""key" => "abc""#, #""key" => "\#(mark)""#),
        ("x-api-key: abc", "x-api-key: \(mark)"), ("api-key: abc", "api-key: \(mark)"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer \(mark)"),
        ("Authorization: Basic YTpi", "Authorization: Basic \(mark)"), ("Authorization: abc", "Authorization: \(mark)"),
        ("{'Authorization': 'Bearer abc', 'n': 1}", "{'Authorization': 'Bearer \(mark)', 'n': 1}"),
        ("-H 'Authorization: Bearer abc' -v", "-H 'Authorization: Bearer \(mark)' -v"),
        ("Bearer abc", "Bearer \(mark)"), ("Bearer token is missing", nil), (#"Bearer realm="x""#, nil),
        (#"{"token": null, "key": 12, "max_tokens": 100}"#, nil), ("max_tokens: 100", nil), ("keyboard: x", nil),
        (#"{"prompt_tokens_details": {"cached_tokens": 0}}"#, nil), (#"{"cache_key": "abc"}"#, nil),
        ("{'param': 'api_key', 'code': 'invalid_api_key'}", nil), ("Token::new", nil),
    ])
    func namedValuesAreReplaced(text: String, expected: String?) {
        Self.check(text, expected)
    }

    @Test(arguments: [
        ("Incorrect API key provided: abcdef123.", "Incorrect API key provided: \(mark)."),
        ("Incorrect API key provided: abc. You can find", "Incorrect API key provided: \(mark). You can find"),
        ("Incorrect API key provided: ab***yz.", "Incorrect API key provided: \(mark)."),
        ("Invalid API key: 'xyz'", "Invalid API key: '\(mark)'"), ("Invalid API key: xyz", "Invalid API key: \(mark)"),
        ("The api_key client option is: abc1", "The api_key client option is: \(mark)"),
        ("Your API key abc123DEF456 is wrong", "Your API key \(mark) is wrong"),
        ("API key 'a1b2c3d4e5f6' is wrong", "API key '\(mark)' is wrong"),
        ("Invalid token provided (abc123DEF456)", "Invalid token provided (\(mark))"),
        ("token: abc", "token: \(mark)"), ("token: abc1 at line 5", "token: \(mark) at line 5"),
        ("password: 12345678", "password: \(mark)"), ("secret: hunter2", "secret: \(mark)"),
        (
            "Error code: 401 - {'error': {'message': 'Incorrect API key provided: sk-abcdefgh. You can find it at "
                + "https://x.com/account/api-keys.', 'type': 'invalid_request_error', 'code': 'invalid_api_key'}}",
            "Error code: 401 - {'error': {'message': 'Incorrect API key provided: \(mark). You can find it at "
                + "https://x.com/account/api-keys.', 'type': 'invalid_request_error', 'code': 'invalid_api_key'}}"
        ),
        (
            "Error code: 401 - {'error': {'message': 'Incorrect API key provided: abc', 'code': 'invalid_api_key'}}",
            "Error code: 401 - {'error': {'message': 'Incorrect API key provided: \(mark)', "
                + "'code': 'invalid_api_key'}}"
        ),
        // Names of options are more often the key that is meant, where nothing says which.
        ("invalid key: temperature", nil), ("unknown key: 'top_p'", nil), ("key: please set it", nil),
        ("No key found - add one using 'llm keys set openai' or set the OPENAI_API_KEY environment variable", nil),
        (
            "The api_key client option must be set either by passing api_key to the client or by setting the "
                + "OPENAI_API_KEY environment variable", nil
        ),
        (#"Token usage: 1,234 input, 16 output, {"prompt_tokens_details": {"cached_tokens": 0}}"#, nil),
        ("API key not valid. Please pass a valid API key.", nil), ("Get an API key: https://x.com/keys", nil),
        ("Missing key: OPENAI_API_KEY", nil), ("OPENAI_API_KEY: not set", nil), ("the key is under the mat", nil),
        ("No API key for gpt-4o-mini-2024-07-18", nil), ("Unexpected token '<', \"<!DOCTYPE \"", nil),
        ("Unexpected token: abc at position 5", nil), ("{'message': 'Missing token: ', 'code': 1}", nil),
        ("tokens: 5", nil), ("grüße 🎉", nil), ("", nil),
    ])
    func keysInMessagesAreReplaced(text: String, expected: String?) {
        Self.check(text, expected)
    }

    @Test(arguments: [
        ("llm --key abc -m x", "llm --key \(mark) -m x"), ("--secret=abc", "--secret=\(mark)"),
        ("--API-KEY 'a b' c", "--API-KEY '\(mark)' c"), ("gpt-4:--key:abc", "gpt-4:--key:\(mark)"),
        ("llm -o api_key abc x", "llm -o api_key \(mark) x"), ("--option token abc", "--option token \(mark)"),
        ("use --key to pass it", nil), ("--no-option key abc", nil), ("--max-tokens 100", nil),
        ("https://user:pass@host/x", "https://user:\(mark)@host/x"), ("redis://:p@ss@h", "redis://:\(mark)@h"),
        ("'https://a1b2c3d4e5f6@host/1'", "'https://\(mark)@host/1'"),
        ("https://host:8080/@scope/x", nil), ("ssh://git@github.com/x", nil), ("a@b.c", nil),
    ])
    func commandsAndAddressesAreRedacted(text: String, expected: String?) {
        Self.check(text, expected)
    }

    private static func check(_ text: String, _ expected: String?) {
        #expect(redactor.redact(text) == expected ?? text)
        #expect(redactor.redact(expected ?? text) == expected ?? text)
    }

    // MARK: Known secrets

    @Test(arguments: [
        ("pa ss/wörd\"1", "xpa ss/wörd\"1x", "x\(mark)x"),
        ("pa ss/wörd\"1", #"{"e": "pa ss/wörd\"1"}"#, #"{"e": "\#(mark)"}"#),
        ("pa ss/wörd\"1", #"pa ss\/w\u00f6rd\\\"1"#, mark), ("pa ss/wörd\"1", "pa%20ss%2fw%C3%B6rd%221", mark),
        ("pa ss/wörd\"1", "pa+ss%2Fw%c3%b6rd%221", mark), ("/ab+cd==", "k=%2Fab%2Bcd%3D%3D&x", "k=\(mark)&x"),
        ("line1\nline2", #"line1\nline2"#, mark), ("line1\nline2", #"line1\u000aline2"#, mark),
        ("abcdefgh", "abcdefghabcdefgh", mark), ("abcabcabx", "abcabcabcabx", "abc\(mark)"),
        ("qwertz1234", "qw***34", mark), ("qwertz1234", "qwe…234", mark), ("qwertz1234", "(qw...34)", "(\(mark))"),
        ("qwertz1234", "****1234", mark), ("qwertz1234", "qwer****", mark), ("qwertz1234", "qwer... or", nil),
        ("qwertz1234", "ab***34", nil), ("qwertz1234", "**4", nil), ("qwertz1234", "qwertz123", nil),
        ("abcdefgh", "abcdefg%", nil), ("abcdefgh", #"abcdefg\"#, nil), ("abcdefgh", "", nil),
    ])
    func knownSecretsAreReplacedWhereverTheyStand(secret: String, text: String, expected: String?) {
        let redactor = Redactor(secrets: [secret])
        #expect(redactor.redact(text) == expected ?? text)
        #expect(redactor.redact(expected ?? text) == expected ?? text)
    }

    @Test func theLongestOfOverlappingSecretsIsReplaced() {
        let redactor = Redactor(secrets: ["abcdefgh", "abcdefghijkl", "ijklmnop"])
        #expect(redactor.redact("-abcdefghijklmnop-abcdefgh-") == "-\(Self.mark)-\(Self.mark)-")
    }

    @Test(arguments: [
        ("OPENAI_API_KEY", "w7d-3Kx9", true), ("hf_token", "qwertzuiopas", true),
        ("AWS_ACCESS_KEY_ID", "AKIA1234567", true),
        ("AWS_SECRET_ACCESS_KEY", "/K7MDENGbPxRfi+x9/Q", true), ("DB_PASSWORD", "correct horse", true),
        ("GEMINI_API_KEY_2", "hunter2hunter2", true), ("API_KEYS", "hunter2hunter2", true),
        ("VAULT_TOKEN", "https://x.com/T00/B00/aB3dE6gH9jK2", true), ("PGPASSWD", "aBcDeFgH", true),
        ("CREDENTIALS", "admin:admin", true), ("MY_PASSWORD", "8462947193561234", true),
        ("OPENAI_API_KEY", "short1", false), ("OPENAI_API_KEY", "keyboard", false), ("A_SECRET", "Keyboard", false),
        ("A_TOKEN", "/usr/bin/foo", false), ("CREDENTIALS", "~/.aws/credentials", false), ("A_KEY", "12345678", false),
        ("A_KEY", "2026-11-23", false), ("A_KEY", "created_at", false), ("A_KEY", "xxxxxxxxxxxx", false),
        ("A_TOKEN", "https://example.com/token", false), ("A_KEY", "", false), ("PATH", "w7d-3Kx9", false),
        ("KEYBOARD", "w7d-3Kx9", false), ("TOKENIZERS_PARALLELISM", "w7d-3Kx9", false),
    ])
    func secretsOfTheEnvironmentAreTold(name: String, value: String, isSecret: Bool) {
        let text = "got \(value), said so"
        let expected = isSecret ? "got \(Self.mark), said so" : text
        let redactor = Redactor(environment: [name: value, "HOME": "/root"])
        #expect(redactor.redact(text) == expected)
    }

    @Test func valuesOfTheEnvironmentAreTakenWithoutWhatSurroundsThem() {
        #expect(EnvironmentSecrets.values(["A_KEY": " 'w7d-3Kx9'\n"]) == ["w7d-3Kx9"])
        #expect(
            EnvironmentSecrets.values(["A_KEYS": "q1w2e3r4t5z6u7i8,a1s2d3f4g5h6j7k8"])
                == ["q1w2e3r4t5z6u7i8,a1s2d3f4g5h6j7k8", "q1w2e3r4t5z6u7i8", "a1s2d3f4g5h6j7k8"])
    }

    // MARK: All positions

    @Test func noPlantedSecretSurvives() {
        var generator = Generator(state: 20_261_123)
        let named = ["k7", "hunter2", "Zx-9_q", "a1b2c3d4e5f6", "p.q/r+s=1"]
        let names = [
            "--key ", "--token=", "api_key=", "password=", "\"secret\": \"", "token='", "Authorization: Bearer ",
            "x-api-key: ", "API key provided: ", "-o api_key ", "https://u:",
        ]
        let free = [
            "sk-Zx9qwertz0", "ghp_Zx9qwertz0", "AIzaZx9qwertz0", "xoxb-Zx9-qwertz0", "env!S3cret#x", "Ünï-c0de-zz",
        ]
        let redactor = Redactor(secrets: free.suffix(2))
        let fillers = [
            "", "a", "Error: ", "key", "'", "\"", "\\n", " ", "\n", "{", "}, ", "=", ": ", "…", "***", "💥", "sk-",
        ]
        let delimiters = ["", " ", "\n", ",", ")", "\"", "'", "&", ";", ". "]
        for _ in 0..<3000 {
            let before = (0..<3).map { _ in generator.pick(fillers) }.joined()
            let after = generator.pick(["", " ", "\n", "\""]) + generator.pick(fillers)
            let name = generator.pick(names)
            let value = generator.pick(named)
            let namedText = "\(before) \(name)\(value)\(name.contains("//") ? "@h" : "")\(after)"
            let secret = generator.pick(free)
            let glue = secret.contains("#") || secret.contains("Ü") ? "" : " "
            let freeText = before + glue + secret + generator.pick(delimiters) + after
            for (text, secret) in [(namedText, value), (freeText, secret)] {
                let redacted = redactor.redact(text)
                #expect(!redacted.contains(secret), "\(text)")
                #expect(redactor.redact(redacted) == redacted, "\(text)")
            }
        }
    }

    @Test func aLongTextWithoutSecretsStaysAsItIs() {
        let line = "File \"/usr/lib/llm/cli.py\", line 123: max_tokens: 100, the key is there; a token… of 1,234\n"
        let text = String(repeating: line, count: 10_000)
        #expect(Redactor(secrets: ["q1w2e3r4t5z6"]).redact(text) == text)
    }

    /// Draws the same in every run.
    private struct Generator {
        var state: UInt64

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return elements[Int(state >> 33) % elements.count]
        }
    }
}
