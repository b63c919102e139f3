internal import FoundationEssentials

/// Removes secrets from texts that are shown or stored.
///
/// It redacts the secrets in this process's environment, words in the form of a known provider's key, and what a text
/// itself calls a key, a token, a password or a secret. The tests define what exactly that means.
public enum Redaction {
    static let mark = "***REDACTED***"

    private static let redactor = Redactor(environment: ProcessInfo.processInfo.environment)

    /// A text with each secret in it replaced.
    public static func redact(_ text: String) -> String {
        redactor.redact(text)
    }

    /// Bytes with each secret in them replaced, whether or not they are text.
    static func redact(_ bytes: [UInt8]) -> [UInt8] {
        redactor.redact(bytes)
    }

    /// A command's arguments, each with its secrets replaced.
    public static func redact(arguments: [String]) -> [String] {
        redactor.redact(arguments: arguments)
    }

    /// A message of this program in which words in the form of a key, passwords in addresses, and secrets of the
    /// environment are replaced.
    ///
    /// What such a message itself calls a key is not a secret: `unknown key: …`.
    static func redactKeys(in message: String) -> String { redactor.redactKeys(in: message) }

    /// The name of the first secret in a command's flags and their values, such as `--key` or `-o api_key`.
    ///
    /// It is for arguments that would be stored, and stricter than ``redact(arguments:)``: only certain secrets count,
    /// because such arguments are rejected.
    public static func secret(in arguments: [String]) -> String? {
        redactor.secret(in: arguments)
    }
}
