/// Finds the models that promptfoo's ids of providers mean in `llm`.
struct ProviderMap: Sendable {
    /// `llm`'s names by ids, as a suite's `providerMap` gives them.
    var given: [String: String] = [:]

    /// The names in `llm` that an id may mean, the likeliest first.
    ///
    /// `openai:X`, `openai:chat:X` and `openai:responses:X` are X, `openrouter:X` is `openrouter/X`, `google:X` is
    /// `gemini/X`, `ollama:X` and `ollama:chat:X` are X, and `anthropic:messages:X` is X as llm-anthropic calls it. Any
    /// other text is a name in `llm`, unless it begins with a provider of promptfoo's.
    ///
    /// - Returns: nil if there is no rule for the id.
    func names(_ id: String) -> [String]? {
        if let name = given[id] { return [name] }
        guard let colon = id.firstIndex(of: ":") else {
            return Self.others.contains(id) ? nil : [id]
        }
        let (provider, rest) = (String(id[..<colon]), String(id[id.index(after: colon)...]))
        switch provider {
        case "openai": return Self.without(["chat", "responses"], rest, refusing: Self.kinds)
        case "openrouter": return ["openrouter/" + rest]
        case "google": return Self.without([], rest, refusing: Self.kinds).map { $0.map { "gemini/" + $0 } }
        case "ollama": return Self.without(["chat"], rest, refusing: ["embeddings", "completion"])
        case "anthropic":
            return Self.without(["messages"], rest, refusing: ["completion"]).map { $0.flatMap(Self.anthropic) }
        default: return Self.others.contains(provider) ? nil : [id]
        }
    }

    /// Kinds of endpoints that answer in another way.
    private static let kinds = [
        "completion", "embedding", "embeddings", "image", "video", "moderation", "realtime", "assistant",
        "transcription",
        "speech", "agents", "codex-sdk", "live", "chatkit",
    ]

    /// The model behind the kind of endpoint; nil for kinds that are not asked here.
    private static func without(_ kinds: [String], _ rest: String, refusing refused: [String]) -> [String]? {
        guard let colon = rest.firstIndex(of: ":") else { return rest.isEmpty || refused.contains(rest) ? nil : [rest] }
        let (kind, name) = (String(rest[..<colon]), String(rest[rest.index(after: colon)...]))
        if kinds.contains(kind) { return name.isEmpty ? nil : [name] }
        return refused.contains(kind) ? nil : [rest]
    }

    /// llm-anthropic's names have a prefix, and mostly no date.
    private static func anthropic(_ name: String) -> [String] {
        let parts = name.split(separator: "-")
        let isDated = parts.count > 1 && parts.last?.count == 8 && parts.last?.utf8.allSatisfy(\.isDigit) == true
        let undated = isDated ? [parts.dropLast().joined(separator: "-")] : []
        return ([name] + undated).flatMap { ["anthropic/" + $0, $0] }
    }

    /// Providers of promptfoo without a rule.
    private static let others: Set<String> = [
        "adaline", "ai21", "aimlapi", "alibaba", "azure", "azureopenai", "bam", "bedrock", "bedrock-agent", "browser",
        "cerebras", "cloudera", "cloudflare-ai", "cohere", "databricks", "deepseek", "docker", "exec", "f5", "fal",
        "file", "fireworks", "github", "golang", "groq", "helicone", "http", "https", "huggingface", "hyperbolic",
        "jfrog", "lambdalabs", "langfuse", "litellm", "llama", "llama.cpp", "llamaapi", "llamafile", "localai", "mcp",
        "mistral", "nscale", "openclaw", "package", "palm", "perplexity", "portkey", "promptfoo", "python", "replicate",
        "ruby", "sagemaker", "sequence", "snowflake", "text-generation-webui", "together", "togetherai", "truefoundry",
        "vercel", "vertex", "voyage", "watsonx", "webhook", "websocket", "ws", "wss", "xai",
    ]
}
