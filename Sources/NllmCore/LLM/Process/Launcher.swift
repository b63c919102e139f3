internal import Subprocess

/// Starts programs so that they end with this process, have no more memory than they may, and ignore SIGHUP as it does.
struct Launcher: Sendable {
    private var prefix: [String] = []

    /// Looks for the tool that ties a process to this one.
    ///
    /// Where it is missing, as on macOS, the next worker still finds orphans by their mark.
    init() async {
        if let setpriv = ProgramSearch.find("setpriv") {
            let tied = [setpriv, "--pdeathsig", "KILL"]
            let trial = try? await ShortCommand.run(tied + [setpriv, "--version"], timeout: .seconds(5))
            if trial?.isSuccess == true { prefix = tied }
        }
        // Signals that are ignored here have their usual effect in a process that is started.
        if SignalDisposition.ignoresHangUp, let nohup = ProgramSearch.find("nohup") { prefix.insert(nohup, at: 0) }
    }

    /// Limits what each process may use, in megabytes of address space; throws when this machine can't.
    mutating func limitMemory(to megabytes: Int) throws(NllmError) {
        guard let prlimit = ProgramSearch.find("prlimit") else {
            throw .llmUnusable(reason: "--max-memory needs the program `prlimit` (util-linux) in PATH; leave it out")
        }
        prefix.insert(contentsOf: [prlimit, "--as=\(megabytes << 20)"], at: 0)
    }

    /// What is to be started for a command, whose program is an absolute path.
    func command(_ command: [String]) -> (path: String, arguments: [String]) {
        let whole = prefix + command
        return (whole[0], Array(whole.dropFirst()))
    }
}
