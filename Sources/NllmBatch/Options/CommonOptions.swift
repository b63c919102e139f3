import ArgumentParser
import NllmCore

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .customLong("db"), help: ArgumentHelp(.database, valueName: "path"))
    var database: String?

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp(
            "Configuration file; overrides ./.nllm-config.yaml and ~/.nllm/config.yaml.", valueName: "path"))
    var config: String?

    @Flag(
        help: ArgumentHelp(
            "Allow ./.nllm-config.yaml to make llm run code and read files; `batch.trusted_folders` in "
                + "~/.nllm/config.yaml allows it for a folder.", visibility: .hidden))
    var trustConfig = false

    @Flag(
        name: .shortAndLong,
        help: "Print only results and errors; `run` and `work` print nothing unless something failed.")
    var quiet = false

    @Flag(help: "Print more detail.")
    var verbose = false

    @Flag(name: .customLong("private"), help: ArgumentHelp(.isPrivate, isRare: true))
    var isPrivate = false

    func validate() throws {
        if database?.isEmpty == true { throw ValidationError("`--db` is empty; name a file") }
        if config?.isEmpty == true { throw ValidationError("`--config` is empty; name a file") }
        if quiet, verbose { throw ValidationError("`--quiet` and `--verbose` exclude each other") }
    }

    /// What files, the environment and these options say; if it is to be private, all that is made from now on is.
    ///
    /// - Parameter trust: whether the project's file may run code and read files, if no option says so.
    /// - Returns: the configuration.
    /// - Throws: what is wrong with files.
    func configuration(trust: ConfigurationTrust = .ofNamedFolders) throws(NllmError) -> Configuration {
        beginPrivate()
        var configuration = try Configuration.load(explicit: config, trust: trustConfig ? .given : trust)
        configuration.readEnvironment()
        if let database { configuration.set(.database, to: .string(database), from: .commandLine("--db")) }
        if isPrivate { configuration.set(.isPrivate, to: .bool(true), from: .commandLine("--private")) }
        if configuration.isPrivate { PrivateFiles.begin() }
        return configuration
    }

    /// Lets all that is made from now on be private, if that is asked for on the command line.
    func beginPrivate() { if isPrivate { PrivateFiles.begin() } }

    /// Opens the database, which has to be there.
    func open() throws(NllmError) -> Store { try open(try configuration()) }

    /// Opens the configured database, which has to be there unless it may be created.
    func open(_ configuration: Configuration, _ opening: Store.Opening = .existing) throws(NllmError) -> Store {
        try Store(path: configuration.database, opening, isPrivate: configuration.isPrivate)
    }

    /// Prints a message unless it is to be quiet.
    var say: @Sendable (String) -> Void {
        let quiet = quiet
        return { text in if !quiet { Console.error(text) } }
    }

    /// The options that lead to the same database, for commands that are suggested.
    var hint: String {
        [("--config", config), ("--db", database)].map { name, value in
            value.map { " \(name) \(ShellWord.quote($0))" } ?? ""
        }
        .joined() + (trustConfig ? " --trust-config" : "")
    }
}
