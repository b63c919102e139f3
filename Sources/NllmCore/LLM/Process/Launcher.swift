internal import Subprocess

/// Starts programs so that they end with this process, stay within their memory limit, and ignore SIGHUP if it does.
struct Launcher: Sendable {
    private var prefix: [String] = []

    /// Looks for the tool that ties a process to this one.
    ///
    /// If it is missing, as on macOS, the next worker still finds orphans by their mark.
    init() async {
        if let setpriv = ProgramSearch.find("setpriv") {
            let tied = [setpriv, "--pdeathsig", "KILL"]
            let trial = try? await ShortCommand.run(tied + [setpriv, "--version"], timeout: .seconds(5))
            if trial?.isSuccess == true { prefix = tied }
        }
        // Signals that are ignored here have their default effect in a process that is started.
        if SignalDisposition.ignoresHangUp, let nohup = ProgramSearch.find("nohup") { prefix.insert(nohup, at: 0) }
    }

    /// Limits what each process may use, in megabytes of address space; throws if this machine cannot.
    mutating func limitMemory(to megabytes: Int) throws(NllmError) {
        guard let prlimit = ProgramSearch.find("prlimit") else {
            throw .llmUnusable(reason: "--max-memory needs the program `prlimit` (util-linux) in PATH; leave it out")
        }
        prefix.insert(contentsOf: [prlimit, "--as=\(megabytes << 20)"], at: 0)
    }

    /// What must be started for a command, whose program is an absolute path.
    func command(_ command: [String]) -> (path: String, arguments: [String]) {
        let whole = prefix + command
        return (whole[0], Array(whole.dropFirst()))
    }
}
