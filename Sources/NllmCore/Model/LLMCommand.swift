internal import Crypto

/// The arguments of `llm` for a request.
enum LLMCommand {
    /// The longest argument that is shown as it is, in bytes; a command line cannot hold a longer one either.
    private static let shownLimit = 128 * 1024 - 1

    /// The arguments after the program's name.
    ///
    /// Nothing is logged (`-n`), because concurrent calls fail on the locked log after the answer was paid for. The
    /// tokens are reported on standard error (`-u`).
    static func arguments(_ request: LLMRequest) -> [String] {
        var arguments = ["-m", request.model, "-n", "-u"]
        if let system = request.system { arguments += ["-s", system] }
        if let schema = request.schema { arguments += ["--schema", schema] }
        arguments += ModelOption.arguments(request.options)
        for attachment in request.attachments { arguments += ["-a", attachment] }
        return arguments + request.arguments
    }

    /// The command line for people: secrets are replaced, and very long arguments by their digest and length.
    static func shown(_ request: LLMRequest) -> [String] {
        let arguments = arguments(request).map { argument in
            guard argument.utf8.count > shownLimit else { return argument }
            let digest = Hexadecimal.text(SHA256.hash(data: Array(argument.utf8)))
            return "sha256:\(digest) (\(argument.utf8.count) bytes)"
        }
        return Redaction.redact(arguments: ["llm"] + arguments)
    }

    /// Why a text cannot be an argument; nil if it can.
    static func flaw(argument: String) -> String? {
        argument.utf8.contains(0) ? "holds a NUL character" : nil
    }

    /// Why an argument with a secret is rejected.
    static func secretRefusal(_ name: String) -> String {
        "`\(name)` holds a secret, which would be stored with the run; use `llm keys set`, or a variable of the environment"
    }
}
