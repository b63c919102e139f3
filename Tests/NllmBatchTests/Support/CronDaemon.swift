import Foundation
import Testing

/// A cron daemon with one crontab, which neither sees the machine's own crontabs nor is seen by its daemon.
struct CronDaemon {
    private static let program = "/usr/sbin/cron"

    /// Whether it is installed, and this user may hide the machine's own from it.
    static let isAvailable =
        geteuid() == 0 && FileManager.default.isExecutableFile(atPath: program) && TinyDisk.isAvailable

    private let process: RunningProcess

    /// Starts the daemon with a crontab of root's; what it needs stands in the scratch folder's `cron`.
    init(_ crontab: String, in batch: Batch) async throws {
        try batch.write(crontab, to: "cron/crontabs/root")
        // cron reads no crontab that others can write to.
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: batch.directory + "/cron/crontabs/root")
        try batch.write("", to: "cron/crontab")
        for folder in ["cron.d", "run"] {
            try FileManager.default.createDirectory(
                atPath: batch.directory + "/cron/" + folder, withIntermediateDirectories: true)
        }
        // As it is installed, it also asks for what not every container may do.
        let kinds = ["auth", "account", "session"]
        try batch.write(kinds.map { "\($0) required pam_permit.so\n" }.joined(), to: "cron/pam")
        let places = [
            "crontabs": "/var/spool/cron/crontabs", "crontab": "/etc/crontab", "cron.d": "/etc/cron.d", "run": "/run",
            "pam": "/etc/pam.d/cron",
        ]
        let mounts = places.map { "mount --bind cron/\($0) \($1)\n" }.joined()
        process = try await batch.start(
            "/usr/bin/unshare", ["-m", "/bin/sh", "-ec", mounts + "exec \(Self.program) -f"])
    }

    /// Ends the daemon; jobs that it has started run on.
    func stop() async throws {
        process.signal(SIGTERM)
        let result = try await process.result()
        #expect(result.code == 128 + SIGTERM, "\(result.err)")
    }
}
