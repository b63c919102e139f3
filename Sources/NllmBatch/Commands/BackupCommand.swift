import ArgumentParser
import NllmCore

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database to a file, even while workers write to it; print the file's path.",
        discussion: "Replaces an earlier backup of that name, but no other file.")

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
