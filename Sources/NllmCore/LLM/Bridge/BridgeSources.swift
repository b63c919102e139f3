/// The Python package `nllm_bridge`, in the form in which it is sent to a Python started with ``bootstrap``.
enum BridgeSources {
    /// Python's argument after `-c`.
    static let bootstrap = String(decoding: PackageResources.bootstrap_py, as: UTF8.self)

    /// The modules, each after those that it imports.
    static let modules: [(name: String, source: [UInt8])] = [
        ("protocol", PackageResources.protocol_py), ("failure", PackageResources.failure_py),
        ("llm_log", PackageResources.llm_log_py), ("body", PackageResources.body_py),
        ("pieces", PackageResources.pieces_py), ("sharing", PackageResources.sharing_py),
        ("rehearsal", PackageResources.rehearsal_py), ("imported_llm", PackageResources.imported_llm_py),
        ("conversation", PackageResources.conversation_py), ("keys", PackageResources.keys_py),
        ("memory", PackageResources.memory_py),
        ("child", PackageResources.child_py),
        ("fork_server", PackageResources.fork_server_py), ("transcript", PackageResources.transcript_py),
        ("shared_models", PackageResources.shared_models_py), ("shared_server", PackageResources.shared_server_py),
        ("start", PackageResources.start_py),
    ]

    /// The input of the bootstrap: the length of an object with the modules, and the object.
    static let message: [UInt8] = {
        let members = modules.map { module in
            JSONValue.Member(module.name, .string(String(decoding: module.source, as: UTF8.self)))
        }
        let object = JSONWriter.line(.object(members))
        return Array("\(object.count)\n".utf8) + object
    }()
}
