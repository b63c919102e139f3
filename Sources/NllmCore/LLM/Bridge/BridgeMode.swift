/// The ways in which a bridge runs requests.
enum BridgeMode: String, Sendable {
    /// Each in a forked child that runs `llm`'s own command line.
    case fork
    /// All in one event loop, through `llm`'s Python interface.
    case shared
}
