import ArgumentParser
import NllmCore

/// The exit codes, as sysexits.h has them where it has any.
enum ExitStatus: Int32 {
    case success = 0
    /// Cells failed, timed out or were left undone.
    case cellsFailed = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case cannotCreate = 73
    case inputOutput = 74
    case tryLater = 75
    case badConfiguration = 78
    case hungUp = 129
    case interrupted = 130
    case terminated = 143

    /// Ends the command with this code and nothing more to say.
    var error: ExitCode { ExitCode(rawValue) }
}

extension NllmError {
    /// The exit code that this error ends the program with.
    var status: ExitStatus {
        switch self {
        case .usage, .unknownModel: .usage
        case .badInput, .notADatabase, .newerDatabase: .badData
        case .unreadable, .noDatabase, .unreadableDatabase, .noRun, .noRuns: .noInput
        case .llmUnusable: .unavailable
        case .badConfiguration, .unpriced: .badConfiguration
        case .cannotCreate, .configurationNotCreated, .runExists, .foreignFolder, .cannotRestrict, .backupRefused,
            .backupNotCreated:
            .cannotCreate
        case .inputOutput, .damaged, .alteredDatabase: .inputOutput
        case .busy, .beingRemoved, .runInUse, .olderWorker, .fewThreads: .tryLater
        }
    }
}

/// An error as the user sees it.
struct ErrorReport {
    private let text: String
    private let status: Int32
    private let isHelp: Bool

    /// - Parameters:
    ///   - error: what went wrong.
    ///   - arguments: the command line, if it is what is wrong.
    init(_ error: any Error, arguments: [String] = []) {
        if let error = error as? NllmError {
            switch error {
            // Problems in files start with the file, so that editors find it.
            case .badInput, .badConfiguration: text = error.description
            default: text = "error: \(error)"
            }
            status = error.status.rawValue
            isHelp = false
            return
        }
        status = NllmBatch.exitCode(for: error).rawValue
        isHelp = status == 0
        let message = isHelp ? NllmBatch.fullMessage(for: error) : Self.message(for: error, arguments)
        if isHelp || message.isEmpty {
            text = message
        } else {
            let line = message.split(separator: "\n").first.map(String.init) ?? message
            text = "error: \(line)\(line.hasSuffix(".") ? "" : ";") see `\(Self.helpCommand(for: error))`"
        }
    }

    /// The message, without secrets and on as many lines as it has of itself, whatever the arguments hold that it
    /// repeats: they are parsed again without that.
    private static func message(for error: any Error, _ arguments: [String]) -> String {
        let harmless = Redaction.redact(arguments: arguments).map(\.oneLine)
        guard harmless != arguments else { return NllmBatch.message(for: error) }
        do {
            _ = try NllmBatch.parseAsRoot(harmless)
            return Redaction.redact(NllmBatch.message(for: error)).oneLine
        } catch {
            return NllmBatch.message(for: error)
        }
    }

    /// Prints it where it belongs and returns the exit code.
    func print() -> Int32 {
        if !text.isEmpty {
            if isHelp { Console.out(text) } else { Console.error(text) }
        }
        return status
    }

    /// The command whose help tells what is allowed.
    private static func helpCommand(for error: any Error) -> String {
        let message = NllmBatch.fullMessage(for: error)
        guard let start = message.firstRange(of: "See '")?.upperBound,
            let end = message[start...].firstIndex(of: "'")
        else { return "nllm-batch --help" }
        return String(message[start..<end])
    }
}
