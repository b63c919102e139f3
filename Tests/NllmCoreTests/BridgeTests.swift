import Foundation
import Testing

@testable import NllmCore

#if os(Linux)
    /// The conversation with a real Python that holds the real `llm`.
    @Suite struct BridgeTests {
        private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        private static let python = root.appending(path: ".venv/bin/python").path
        private static let package = "Sources/NllmCore/LLM/Bridge/nllm_bridge"

        /// A bridge whose `llm` has an empty folder of its own, which goes with this.
        private final class Place: Sendable {
            let folder = FileManager.default.temporaryDirectory.appending(path: "bridge-\(UUID().uuidString)").path
            let mark = UUID().uuidString

            deinit { try? FileManager.default.removeItem(atPath: folder) }

            func start(_ mode: BridgeMode, python: [String] = [BridgeTests.python]) async throws -> Bridge {
                var environment = ProcessInfo.processInfo.environment
                environment["LLM_USER_PATH"] = folder
                let interpreter = PythonInterpreter(command: python, environment: environment)
                return try await Bridge.start(mode, interpreter: interpreter, launcher: Launcher(), mark: mark).bridge
            }

            /// The processes that carry this place's mark.
            var processes: [String] {
                let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
                return pids.filter { pid in
                    guard Int(pid) != nil, let variables = FileManager.default.contents(atPath: "/proc/\(pid)/environ")
                    else { return false }
                    return String(decoding: variables, as: UTF8.self).contains(mark)
                }
            }
        }

        private static func request(_ prompt: String, arguments: [String] = []) -> LLMRequest {
            LLMRequest(model: "echo", prompt: prompt, arguments: arguments, directory: "/")
        }

        private static func run(
            _ request: LLMRequest, _ mode: BridgeMode, on bridge: Bridge, timeout: Duration? = nil,
            stop: StopSignal = StopSignal()
        ) async throws -> Execution? {
            let message = try #require(BridgeRequest(request, mode: mode, maxMemory: nil))
            return await bridge.run(message, timeout: timeout, stop: stop, output: nil)
        }

        @Test func thePackageThatShipsIsTheOneInTheSources() throws {
            let modules = BridgeSources.modules.map { ($0.name, $0.source) }
            for (name, source) in modules + [("bootstrap", Array(BridgeSources.bootstrap.utf8))] {
                let file = try Data(contentsOf: Self.root.appending(path: "\(Self.package)/\(name).py"))
                #expect(source == Array(file), "\(name)")
            }
            let files = try FileManager.default.contentsOfDirectory(
                atPath: Self.root.appending(path: Self.package).path)
            #expect(files.filter { $0.hasSuffix(".py") }.count == modules.count + 2)
        }

        @Test(arguments: [BridgeMode.fork, .shared])
        func manyRequestsRunAtOnceAndEachGetsItsOwnAnswer(mode: BridgeMode) async throws {
            let place = Place()
            let bridge = try await place.start(mode)
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let execution = try await Self.run(Self.request("number \(number)!"), mode, on: bridge)
                        return (number, String(decoding: try #require(execution).stdout, as: UTF8.self))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<40 { #expect(answers[number]?.contains("\"number \(number)!\"") == true) }
            #expect(bridge.isAlive)
            await bridge.close()
            #expect(!bridge.isAlive)
            #expect(place.processes.isEmpty)
        }

        @Test func aForkTellsWhatItTook() async throws {
            let place = Place()
            let bridge = try await place.start(.fork)
            let execution = try #require(try await Self.run(Self.request("a"), .fork, on: bridge))
            let resources = try #require(execution.resources)
            #expect(resources.cpuMilliseconds > 0)
            #expect(resources.peakMemoryKilobytes > 1000)
            await bridge.close()
        }

        @Test(arguments: [BridgeMode.fork, .shared])
        func whoeverDiesTakesItsRequestsWithIt(mode: BridgeMode) async throws {
            let place = Place()
            let bridge = try await place.start(mode)
            bridge.kill()
            #expect(try await Self.run(Self.request("a"), mode, on: bridge) == nil)
            await bridge.close()
            #expect(try await Self.run(Self.request("a"), mode, on: bridge) == nil)
            #expect(place.processes.isEmpty)
        }

        @Test func anEndlessChildIsEndedInTimeOrWhenAsked() async throws {
            let place = Place()
            let bridge = try await place.start(.fork)
            let endless = Self.request("a", arguments: ["--functions", "while True: pass"])
            let late = try #require(try await Self.run(endless, .fork, on: bridge, timeout: .milliseconds(200)))
            #expect(late.cause == .timedOut)
            #expect(late.end == .signaled(SIGTERM))
            let stop = StopSignal()
            stop.stop()
            let stopped = try #require(try await Self.run(endless, .fork, on: bridge, stop: stop))
            #expect(stopped.cause == .stopped)
            await bridge.close()
            #expect(place.processes.isEmpty)
        }

        @Test(arguments: [
            (["/usr/bin/python3", "-I", "-S"], "llm can't be imported: ModuleNotFoundError: No module named 'llm'"),
            (["/bin/sh", "-c", "echo no such luck >&2; exit 5"], "it ended with code 5: no such luck"),
            (["/bin/cat"], "it ended with code 1"), (["/no/such/python"], "it ended with code 127"),
        ])
        func whoCanNotStartSaysWhy(python: [String], reason: String) async throws {
            let place = Place()
            let failure = await #expect(throws: BridgeFailure.self) { try await place.start(.fork, python: python) }
            #expect(failure?.reason.hasPrefix(reason) == true, "\(failure?.reason ?? "")")
            #expect(place.processes.isEmpty)
        }
    }
#endif
