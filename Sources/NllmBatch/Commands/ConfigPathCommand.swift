import ArgumentParser
import NllmCore

struct ConfigPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "Print the paths of the configuration files; later ones override earlier ones.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func run() throws {
        for place in ConfigurationPlace.all(explicit: common.config) {
            if json {
                Console.out(.object([.init("path", .string(place.path)), .init("exists", .bool(place.isThere))]))
            } else {
                Console.out(place.isThere ? place.path : "\(place.path) (missing)")
            }
        }
    }
}
