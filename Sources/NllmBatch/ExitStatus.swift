import ArgumentParser
import NllmCore

/// The exit codes, from sysexits.h if it has one.
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

    /// Ends the command with this code and without a message.
    var error: ExitCode { ExitCode(rawValue) }
}

extension NllmError {
    /// The exit code of the program for this error.
    var status: ExitStatus {
        switch self {
        case .usage, .unknownModel: .usage
        case .badInput, .notADatabase, .newerDatabase: .badData
        case .unreadable, .noDatabase, .unreadableDatabase, .noRun, .noRuns, .noSeries: .noInput
        case .llmUnusable: .unavailable
        case .badConfiguration, .unpriced, .conversations: .badConfiguration
        case .cannotCreate, .configurationNotCreated, .runExists, .foreignFolder, .cannotRestrict, .backupRefused,
            .backupNotCreated, .copyRefused:
            .cannotCreate
        case .inputOutput, .damaged, .alteredDatabase: .inputOutput
        case .busy, .beingRemoved, .runInUse, .olderWorker, .fewThreads, .seriesInUse: .tryLater
        }
    }
}
