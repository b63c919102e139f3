import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the configuration, write an example, list its files.",
        discussion: """
            Stronger than the built-in values is ~/.nllm/config.yaml, then ./.nllm-config.yaml, then the file that \
            --config names, then the command line; key by key.
            """,
        subcommands: [ConfigShowCommand.self, ConfigInitCommand.self, ConfigPathCommand.self])
}
