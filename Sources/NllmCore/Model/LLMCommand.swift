/// The arguments of `llm` for a request.
enum LLMCommand {
    /// The kernel's limit for one argument, without its final NUL.
    static let argumentLimit = 128 * 1024 - 1

    /// The kernel's limit for all arguments is 2 MB with the usual stack; the environment takes part of that.
    static let totalLimit = 1_500_000

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

    /// Why a text cannot be an argument; nil if it can.
    static func flaw(argument: String) -> String? {
        if argument.utf8.contains(0) { return "holds a NUL character" }
        guard argument.utf8.count > argumentLimit else { return nil }
        return "is \(argument.utf8.count) bytes long, but `llm` can be given \(argumentLimit) at most"
    }

    /// Why an argument with a secret is rejected.
    static func secretRefusal(_ name: String) -> String {
        "`\(name)` holds a secret, which would be stored with the run; use `llm keys set`, or a variable of the environment"
    }
}
