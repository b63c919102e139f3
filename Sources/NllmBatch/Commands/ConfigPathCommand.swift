import ArgumentParser
import NllmCore

struct ConfigPathCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "Print the paths of the configuration's files, the strongest last.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print a JSON object a line.")
    var json = false

    func run() throws {
        for place in ConfigurationPlace.all(explicit: common.config) {
            if json {
                Console.out(.object([.init("path", .string(place.path)), .init("exists", .bool(place.isThere))]))
            } else {
                Console.out(place.isThere ? place.path : "\(place.path) (not there)")
            }
        }
    }
}
