import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The database (default: $NLLM_BATCH_DB, else nllm-runs/batch.db).", valueName: "path"))
    var database: String?

    @Flag(name: .shortAndLong, help: "Say nothing but results and errors.")
    var quiet = false

    @Flag(help: "Say more about what is done.")
    var verbose = false

    func validate() throws {
        if database?.isEmpty == true { throw ValidationError("`--db` is empty; name a file") }
        if quiet, verbose { throw ValidationError("`--quiet` and `--verbose` exclude each other") }
    }

    /// The database's path.
    var path: String {
        if let database { return database }
        if let value = getenv("NLLM_BATCH_DB").map({ String(cString: $0) }), !value.isEmpty { return value }
        return "nllm-runs/batch.db"
    }

    /// Opens the database, which has to be there.
    func open() throws(NllmError) -> Store { try Store(path: path) }

    /// Prints a message unless it is to be quiet.
    func say(_ text: String) {
        if !quiet { Console.error(text) }
    }

    /// The options that lead to the same database, for commands that are suggested.
    var hint: String { database.map { " --db \(ShellWord.quote($0))" } ?? "" }
}

/// Texts as a shell reads them.
enum ShellWord {
    static func quote(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:=@,+".utf8.contains(byte)
            }
        }
        if plain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
