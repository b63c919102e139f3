/// A shell example of nllm's documents, and what is expected of it.
struct NllmExample {
    var command: String
    /// What the server is asked, as ``NllmReadmeTests`` words it.
    var asks: [String] = []
    /// What is done before, with a shell.
    var before = ""
    /// Where the run's folder has to stand.
    var outdir = "nllm-runs"
    /// What has to stand on standard output besides the lines of the answers and the folder.
    var prints: [String]?
    /// Files that have to be in the run's folder besides the usual ones.
    var leaves: [String] = []
}

extension NllmExample {
    /// The file that nllm's README makes first.
    private static let configuration = """
        cat > .nllm-config.yaml << 'EOF'
        models:
          - "gpt-4"  # Simple format
          - name: "claude-3-sonnet"  # With per-model options
            options: ["-o", "temperature", "0.2", "--system", "You are concise"]
          - name: "gemini-pro"
            options: ["-o", "temperature", "0.8"]
        defaults:
          retries: 1
          stream: true
          outdir: "./my-nllm-runs"
        costs:
          gpt-4:
            input_per_1k: 0.03
            output_per_1k: 0.06
        EOF
        """

    private static let homeConfiguration = """
        mkdir -p ~/.nllm
        cat > ~/.nllm/config.yaml << 'EOF'
        models:
          - "gpt-4"
          - "claude-3-sonnet"
        defaults:
          parallel: 3
          timeout: 180
          retries: 1
        EOF
        """

    private static let ownConfiguration = """
        cat > my-config.yaml << 'EOF'
        models:
          - name: "gpt-4"
            options: ["-o", "temperature", "0.5"]
        EOF
        """

    static let all = [
        NllmExample(
            command: #"nllm -m gpt-4 -m claude-3-sonnet -- "Explain quantum computing in simple terms""#,
            asks: [
                "gpt-4: Explain quantum computing in simple terms",
                "claude-3-sonnet: Explain quantum computing in simple terms",
            ]),
        NllmExample(
            command: #"nllm -- "What is the capital of France?""#,
            asks: ["gpt-4: What is the capital of France?", "claude-3-sonnet: What is the capital of France?"],
            before: homeConfiguration),
        NllmExample(
            command: #"nllm -m gpt-4 --model-option gpt-4:-o:temperature:0.2 -- "Generate code""#,
            asks: ["gpt-4: Generate code, temperature 0.2"]),
        NllmExample(
            command: #"nllm -m gpt-4 --dry-run -- "Hello world""#,
            prints: ["printf %s 'Hello world' | llm -m gpt-4 -n -u"]),
        NllmExample(command: #"nllm -q -m gpt-4 -- "Generate a UUID""#, asks: ["gpt-4: Generate a UUID"], prints: []),
        NllmExample(
            command: #"nllm -m gpt-4 -- "Write a haiku about programming""#,
            asks: ["gpt-4: Write a haiku about programming"]),
        NllmExample(
            command: #"nllm -m gpt-4 -m claude-3-sonnet -m gemini-pro -- "Explain recursion""#,
            asks: [
                "gpt-4: Explain recursion", "claude-3-sonnet: Explain recursion", "gemini-pro: Explain recursion",
            ]),
        NllmExample(
            command: #"""
                nllm -m gpt-4 -m claude-3-sonnet \
                  --model-option gpt-4:-o:temperature:0.2 \
                  --model-option claude-3-sonnet:-o:temperature:0.8 \
                  -- "Write creative content"
                """#,
            asks: [
                "gpt-4: Write creative content, temperature 0.2",
                "claude-3-sonnet: Write creative content, temperature 0.8",
            ]),
        NllmExample(
            command: #"""
                nllm -m gpt-4 -m claude-3-sonnet \
                  --model-option gpt-4:--system:"You are precise and analytical" \
                  --model-option claude-3-sonnet:--system:"You are creative and conversational" \
                  -- "Explain machine learning"
                """#,
            asks: [
                "gpt-4: Explain machine learning, system You are precise and analytical",
                "claude-3-sonnet: Explain machine learning, system You are creative and conversational",
            ]),
        NllmExample(
            command: #"nllm -- "Compare different sorting algorithms""#,
            asks: [
                "gpt-4: Compare different sorting algorithms",
                "claude-3-sonnet: Compare different sorting algorithms, temperature 0.2, system You are concise",
                "gemini-pro: Compare different sorting algorithms, temperature 0.8",
            ], before: configuration, outdir: "my-nllm-runs"),
        NllmExample(
            command: #"nllm -m gpt-4 -o ./my-results --timeout 300 -- "Long analysis task""#,
            asks: ["gpt-4: Long analysis task"], outdir: "my-results"),
        NllmExample(
            command: #"nllm --no-stream --retries 2 -m gpt-4 -- "Flaky network request""#,
            asks: ["gpt-4: Flaky network request"], prints: ["── gpt-4", "echo: Flaky network request"]),
        NllmExample(
            command: #"nllm --raw -m gpt-4 -- "Debug this code: print('hello')""#,
            asks: ["gpt-4: Debug this code: print('hello')"],
            leaves: ["raw/gpt-4.stdout.txt", "raw/gpt-4.stderr.txt"]),
        NllmExample(command: #"nllm -m gpt-4 -- "Hello""#, asks: ["gpt-4: Hello"]),
        NllmExample(command: #"nllm --timeout 300 -m gpt-4 -- "Complex task""#, asks: ["gpt-4: Complex task"]),
        NllmExample(
            command: #"nllm --timeout 300 --parallel 2 -m gpt-4 -- "Complex task""#, asks: ["gpt-4: Complex task"]),
        NllmExample(
            command: #"nllm --dry-run -m gpt-4 -- "Test prompt""#,
            prints: ["printf %s 'Test prompt' | llm -m gpt-4 -n -u"]),
        NllmExample(
            command: #"nllm --raw -m gpt-4 -- "Debug this""#, asks: ["gpt-4: Debug this"],
            leaves: ["raw/gpt-4.stdout.txt", "raw/gpt-4.stderr.txt"]),
        NllmExample(
            command: #"nllm --model-option gpt-4:-o:temperature:0.7 -- "Write a haiku""#,
            asks: ["gpt-4: Write a haiku, temperature 0.7"]),
        NllmExample(
            command: #"nllm -c my-config.yaml --model-option gpt-4:--system:"Be helpful" -- "Hello""#,
            asks: ["gpt-4: Hello, temperature 0.5, system Be helpful"], before: ownConfiguration),
        NllmExample(
            command: #"nllm -m gpt-4 --dry-run -- -t 0.3 "Plan a unit test strategy""#,
            prints: ["llm -m gpt-4 -n -u -t 0.3 'Plan a unit test strategy' </dev/null"]),
    ]
}
