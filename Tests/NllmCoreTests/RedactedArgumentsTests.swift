import Testing

@testable import NllmCore

@Suite struct RedactedArgumentsTests {
    private static let mark = "***REDACTED***"
    private static let redactor = Redactor(secrets: ["env!S3cret"])

    @Test(arguments: [
        (["llm", "--key", "abc", "-o", "api_key=x", "hi"], ["llm", "--key", mark, "-o", "api_key=\(mark)", "hi"]),
        (["--API-Key=abc", "--Token", "a b"], ["--API-Key=\(mark)", "--Token", mark]),
        (["--password=a=b,c", "--secret", ""], ["--password=\(mark)", "--secret", ""]),
        (["--openai-api-key", "abc"], ["--openai-api-key", mark]),
        (
            ["-o", "api_key", "abc", "--option", "API-KEY", "abc"],
            ["-o", "api_key", mark, "--option", "API-KEY", mark]
        ),
        (["-p", "token", "abc", "--param", "password", "a,b"], ["-p", "token", mark, "--param", "password", mark]),
        (
            ["--option", "password=a,b&c", "--option=key=a,b"],
            ["--option", "password=\(mark)", "--option=key=\(mark)"]
        ),
        (["--model-option", "gpt-4:-o:api_key:abc"], ["--model-option", "gpt-4:-o:api_key:\(mark)"]),
        (["--model-option", "gpt-4:--key:abc:-o:n:1"], ["--model-option", "gpt-4:--key:\(mark):-o:n:1"]),
        (["--model-option=gpt-4:-o:token:abc"], ["--model-option=gpt-4:-o:token:\(mark)"]),
        (["-m", "gpt[api_key=a)b&c,temperature=1]"], ["-m", "gpt[api_key=\(mark),temperature=1]"]),
        (["-m", "gpt[n=1,x=sk-abcdefgh]"], ["-m", "gpt[n=1,x=\(mark)]"]),
        (["-s", "say env!S3cret and sk-abcdefgh"], ["-s", "say \(mark) and \(mark)"]),
        (["--key=my-token", "-m", "x"], ["--key=\(mark)", "-m", "x"]), (["- the token", "x"], nil),
        (["0123456789abcdefABCDEF0123456789"], [mark]),
        (["0123456789abcdefABCDEF012345678", "x 0123456789abcdefABCDEF0123456789"], nil),
        (["-o", "max_tokens", "100", "-o", "prompt_cache_key", "abc", "--no-stream"], nil),
        (["-m", "gpt[temperature=1]", "--schema", "name, key", "[a]", "", "what is a key?"], nil),
        ([], nil),
    ])
    func secretsInArgumentsAreReplaced(arguments: [String], expected: [String]?) {
        #expect(Self.redactor.redact(arguments: arguments) == expected ?? arguments)
        #expect(Self.redactor.redact(arguments: expected ?? arguments) == expected ?? arguments)
    }

    @Test(arguments: [
        (["-m", "x", "--key", "abc"], "--key"), (["--API-KEY=abc"], "--API-KEY"), (["--token", "abc"], "--token"),
        (["--password", "abc"], "--password"), (["--secret=abc"], "--secret"),
        (["-o", "api_key", "abc"], "-o api_key"), (["-o", "api_key=abc"], "-o api_key"),
        (["--option", "Api-Key", "abc"], "--option Api-Key"), (["--option=key=abc"], "--option key"),
        (["-p", "access_token", "abc"], "-p access_token"),
        (["--param", "client_secret", "abc"], "--param client_secret"),
        (["-o", "auth-token", "a", "--key", "b"], "-o auth-token"),
        (["--model-option", "gpt-4:-o:api_key:abc"], "-o api_key"), (["--model-option=gpt-4:--key:abc"], "--key"),
        (["-m", "gpt[apikey=abc]"], "-o apikey"), (["-o", "x", "sk-abcdefgh0123"], "-o x"),
        (["-o", "x=sk-abcdefgh0123"], "-o"), (["--x=ghp_abcdefgh0123"], "--x"), (["-s", "use env!S3cret"], "-s"),
        (["gsk_abcdefgh0123"], "argument 1"),
        (["-o", "prompt_cache_key", "abc", "-o", "max_tokens", "5", "-o", "logit_key", "abc"], nil),
        (["--key"], nil), (["--key", ""], nil), (["--keys", "abc"], nil), (["--openai-api-key", "abc"], nil),
        (["-s", "what does --key do, and what is sk-abcdefgh0123?", "-t", "sk-summary"], nil),
        (["-o", "user", "0123456789abcdefABCDEF0123456789"], nil), (["-m", "gpt[n=1]"], nil), ([], nil),
    ])
    func argumentsWithCertainSecretsAreNamed(arguments: [String], name: String?) {
        #expect(Self.redactor.secret(in: arguments) == name)
    }
}
