/// The ways in which a bridge runs requests.
enum BridgeMode: String, Sendable {
    /// Each in a forked child that runs `llm`'s own command line.
    case fork
    /// All in one event loop, through `llm`'s Python interface.
    case shared
    /// None at all: it only brings llm's log up to date, and ends.
    case log
}
