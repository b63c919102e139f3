/// The ways in which a bridge runs requests.
enum BridgeMode: String, Sendable {
    /// Each request in a forked child that runs `llm`'s own command line.
    case fork
    /// All requests in one event loop, through `llm`'s Python interface.
    case shared
    /// None: it only updates llm's log, and ends.
    case log
}
