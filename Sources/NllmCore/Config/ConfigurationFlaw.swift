/// What is wrong in a configuration file, and its line if that is known.
struct ConfigurationFlaw: Error, Equatable {
    var message: String
    var line: Int?

    init(_ message: String, line: Int? = nil) {
        self.message = message
        self.line = line
    }
}
