import ArgumentParser
import NllmCore

struct ConfigInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write an example that explains every key and changes nothing; print its path.",
        discussion: "Writes ./.nllm-config.yaml, or the file that --config names. Never replaces an existing file.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Write ~/.nllm/config.yaml, for all projects.")
    var global = false

    func validate() throws {
        if global, common.config != nil { throw ValidationError("`--global` and `--config` exclude each other") }
    }

    func run() throws {
        common.beginPrivate()
        let place = common.config.map(ConfigurationPlace.named) ?? (global ? .user : .project)
        try ConfigurationExample.write(to: place, makingFolder: global)
        Console.out(place.path)
    }
}
