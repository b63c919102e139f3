import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The command line: it only lists the commands and turns errors into a line and an exit code.
@main
struct NllmBatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nllm-batch",
        abstract: "Run a batch of prompts against many models through the llm command.",
        discussion: """
            Prompts come from JSON, CSV and text files, directories or standard input, and become cells, prompt × model \
            × sample, in an SQLite database. Workers execute the cells with retries, resume after any crash, and leave \
            a folder of results for each run.
            """,
        version: NllmVersion.current,
        subcommands: [
            EnqueueCommand.self, WorkCommand.self, RunCommand.self, StatusCommand.self, ListCommand.self,
            ShowCommand.self, TailCommand.self, ExportCommand.self, RetryCommand.self, CancelCommand.self,
            PauseCommand.self,
            ResumeCommand.self, SuiteCommand.self, GateCommand.self, GradeCommand.self, ExplainCommand.self,
            CompareCommand.self, TrendCommand.self, UsageCommand.self, MetricsCommand.self, RemoveCommand.self,
            PruneCommand.self, BackupCommand.self, CopyCommand.self,
            ConfigCommand.self, DoctorCommand.self,
        ])

    static func main() async {
        Console.openStandardStreams()
        // A reader that goes away is not a reason to die in the middle of something.
        signal(SIGPIPE, SIG_IGN)
        MemoryPolicy.giveBackLargeBlocks()
        // Swift prints a backtrace at this signal, unless it is ignored.
        if !SignalDisposition.isIgnored(SIGQUIT) { signal(SIGQUIT, SIG_DFL) }
        _ = SignalDisposition.ignoresHangUp
        do {
            // Before anything waits, because waiting requires threads.
            try ThreadLimit.check()
            try DescriptorLimit.check(.database)
        } catch {
            Console.exit(ErrorReport(error).print())
        }
        var command: any ParsableCommand
        let arguments = PassedArguments.current.own
        do {
            command = try parseAsRoot(arguments)
        } catch {
            Console.exit(ErrorReport(error, arguments: arguments).print())
        }
        do {
            guard !AbsolutePath.current.isEmpty else {
                throw NllmError.unreadable(path: ".", reason: "the working directory is not there any more")
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Console.exit(ErrorReport(error, arguments: arguments).print())
        }
    }
}
