import Foundation
import Testing

/// A terminal of 80 × 24, by tmux, with a shell in a scratch folder; it goes when it is no longer held.
final class Tmux: Sendable {
    /// Whether tmux is installed.
    static let isAvailable = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains {
        FileManager.default.isExecutableFile(atPath: $0 + "/tmux")
    }

    private let batch: Batch
    /// tmux's server, which has a socket of its own.
    private let server: RunningProcess
    private let socket: String

    /// - Throws: when tmux does not start.
    init(in batch: Batch) async throws {
        self.batch = batch
        socket = batch.directory + "/tmux-" + UUID().uuidString.prefix(8)
        // In the foreground, so that it can be ended by its id.
        server = try await batch.start("/usr/bin/env", Self.command(socket) + ["-D"], environment: Self.environment)
        let socket = socket
        try await eventually("tmux listens") { FileManager.default.fileExists(atPath: socket) }
        try await tmux("new-session", "-d", "-x", "80", "-y", "24", "PS1='$ ' exec sh")
    }

    deinit { server.signal(SIGTERM) }

    private static let environment = ["LC_ALL": "C.UTF-8", "NO_COLOR": "", "PAGER": "cat", "TERM": "xterm"]

    private static func command(_ socket: String) -> [String] { ["tmux", "-u", "-S", socket, "-f", "/dev/null"] }

    @discardableResult
    private func tmux(_ arguments: String...) async throws -> String {
        try await batch.command(
            "/usr/bin/env", Self.command(socket) + arguments, environment: Self.environment
        ).requireSuccess().out
    }

    /// Has nllm-batch run on an empty screen and returns while it runs.
    func start(_ arguments: String) async throws {
        try await tmux("send-keys", "-l", "clear; \(Batch.binary) \(arguments)\n")
    }

    /// What nllm-batch leaves on an empty screen, with the prompt of the shell below it.
    func screen(of arguments: String) async throws -> [String] {
        let end = "\(socket)-\(UUID().uuidString.prefix(8))"
        try await start("\(arguments); touch \(end)")
        try await eventually("\(arguments) has ended") { FileManager.default.fileExists(atPath: end) }
        var lines: [String] = []
        try await eventually("the shell asks for more") {
            lines = try await screen()
            return lines.last == "$"
        }
        return lines
    }

    /// The lines that stand on the screen, without empty ones at its end.
    func screen() async throws -> [String] {
        var lines = try await tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last == "" { lines.removeLast() }
        return lines.map(String.init)
    }
}
