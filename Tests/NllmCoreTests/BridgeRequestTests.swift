import Testing

@testable import NllmCore

@Suite struct BridgeRequestTests {
    static let plain = LLMRequest(
        model: "m", prompt: "a \"prompt\"\n", system: "be brief", options: [.init(name: "temperature", value: "0.5")],
        attachments: ["/a.png"], directory: "/")

    private static func message(_ request: LLMRequest, _ mode: BridgeMode, maxMemory: Int? = nil) throws -> JSONValue? {
        guard let message = BridgeRequest(request, mode: mode, maxMemory: maxMemory) else { return nil }
        let line = message.line(id: 7, isWatched: false)
        #expect(line.last == 0x0A)
        return try JSONParser.parse(line)
    }

    @Test func aForkRunsTheCommandLineOfAProcess() throws {
        let message = try #require(try Self.message(Self.plain, .fork, maxMemory: 512))
        #expect(message["arguments"]?.stringValues == LLMCommand.arguments(Self.plain))
        #expect(message["input"]?.stringValue == Self.plain.prompt)
        #expect(message["max_memory"]?.intValue == 512 << 20)
        #expect(message["id"]?.intValue == 7)
        #expect(message["watch"] == .bool(false))
    }

    @Test func aSharedRequestHasTheTextsOfTheFlags() throws {
        let message = try #require(try Self.message(Self.plain, .shared))
        #expect(message["model"]?.stringValue == "m")
        #expect(message["prompt"]?.stringValue == Self.plain.prompt)
        #expect(message["system"]?.stringValue == "be brief")
        #expect(message["options"] == .object([.init("temperature", .string("0.5"))]))
        #expect(message["attachments"]?.stringValues == ["/a.png"])
    }

    @Test func argumentsThatSayTheSameAreTakenOver() throws {
        var request = Self.plain
        request.arguments = [
            "-s", "be long", "-o", "temperature", "1", "--option", "top_p", "0.9", "--schema=name", "-a", "b.png", "-u",
        ]
        let message = try #require(try Self.message(request, .shared))
        #expect(message["system"]?.stringValue == "be long")
        #expect(
            message["options"] == .object([.init("temperature", .string("1")), .init("top_p", .string("0.9"))]))
        #expect(message["schema"]?.stringValue == "name")
        #expect(message["attachments"]?.stringValues == ["/a.png", "b.png"])
    }

    @Test func thePromptMayStandAmongTheArguments() throws {
        var request = Self.plain
        request.prompt = nil
        request.arguments = ["--", "-what?"]
        #expect(try Self.message(request, .shared)?["prompt"]?.stringValue == "-what?")
    }

    @Test(arguments: [
        ["-t", "template"], ["-f", "file"], ["--sf", "file"], ["-T", "tool"], ["--functions", "def f(): pass"], ["-x"],
        ["--xl"], ["--no-stream"], ["-R"], ["--schema-multi", "name"], ["--at", "a", "image/png"], ["-p", "a", "b"],
        ["--json"], ["--unknown"], ["-s"], ["a second text"],
    ])
    func otherArgumentsAreForAProcess(arguments: [String]) throws {
        var request = Self.plain
        request.arguments = arguments
        #expect(try Self.message(request, .shared) == nil)
        #expect(try Self.message(request, .fork) != nil)
    }

    @Test func aLimitOfMemoryIsForAProcess() throws {
        #expect(try Self.message(Self.plain, .shared, maxMemory: 512) == nil)
    }

    @Test func aDirectoryThatIsGoneIsReplacedByOurs() throws {
        var request = Self.plain
        request.directory = "/no/such/directory"
        #expect(try Self.message(request, .fork)?["directory"]?.stringValue?.hasPrefix("/no/such") == false)
    }
}
