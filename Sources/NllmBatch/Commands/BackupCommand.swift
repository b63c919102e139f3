import ArgumentParser
import NllmCore

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database into a file, also while workers write; print the file's path.",
        discussion: "An earlier backup of that name is replaced; any other file is left alone.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The copy's path.")
    var file: String

    func validate() throws {
        if file.isEmpty { throw ValidationError("the file's name is empty; name a file") }
    }

    func run() async throws {
        let store = try common.open()
        Console.out(try store.backUp(to: file))
    }
}
