internal import Crypto

/// What encloses the parts of a judge's question, so that no part passes for another or for instructions.
///
/// An answer cannot contain its own mark: whoever wrote it did not know the secret. Equal answers have equal marks, so
/// that equal questions to a judge are equal texts.
struct JudgeFence: Sendable, Hashable {
    /// 32 hexadecimal digits.
    let mark: String

    /// - Parameters:
    ///   - secret: bytes that no answer contains, of any number.
    ///   - answer: the answer that is judged.
    init(secret: [UInt8], answer: String) {
        let code = HMAC<SHA256>.authenticationCode(for: Array(answer.utf8), using: SymmetricKey(data: secret))
        mark = Hexadecimal.text(code.prefix(16))
    }

    /// A text between two lines with its name and the mark.
    func block(_ name: String, _ text: String) -> String {
        "BEGIN \(name) \(mark)\n\(text)\nEND \(name) \(mark)\n"
    }
}
