internal import Crypto

/// Finds or adds gradings while prompts are inserted.
struct GradingTable {
    /// The most gradings whose ids are remembered.
    private static let most = 1000

    private let database: any Connection
    private var known: [String: GradingID] = [:]

    init(_ database: any Connection) { self.database = database }

    /// The id of a grading, a JSON object with stable bytes.
    mutating func id(of content: String) throws -> GradingID {
        if let id = known[content] { return id }
        let digest = Hexadecimal.text(SHA256.hash(data: Array(content.utf8)))
        try database.run(
            "INSERT INTO gradings (sha256, content) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING", digest, content)
        let found: GradingID? = try database.row("SELECT id FROM gradings WHERE sha256 = ?", digest) { try $0.id("id") }
        guard let found else { throw DamagedValue("a grading is gone") }
        // Many prompts may have assertions of their own.
        if known.count == Self.most { known = [:] }
        known[content] = found
        return found
    }
}
