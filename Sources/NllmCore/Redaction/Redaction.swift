internal import FoundationEssentials

/// Takes secrets out of texts that are shown or stored.
///
/// Redacted are the secrets of this process's environment, words that have the form of a known provider's key, and what
/// a text itself calls a key, a token, a password or a secret. What that means exactly is told by the tests.
public enum Redaction {
    static let mark = "***REDACTED***"

    private static let redactor = Redactor(environment: ProcessInfo.processInfo.environment)

    /// A text with each secret in it replaced.
    public static func redact(_ text: String) -> String {
        redactor.redact(text)
    }

    /// Bytes with each secret in them replaced, whether they are a text or not.
    static func redact(_ bytes: [UInt8]) -> [UInt8] {
        redactor.redact(bytes)
    }

    /// A command's arguments, each with its secrets replaced.
    public static func redact(arguments: [String]) -> [String] {
        redactor.redact(arguments: arguments)
    }

    /// A message of this program with each word replaced that is a key by its form, a password in an address, or a secret
    /// of the environment.
    ///
    /// What such a message itself calls a key is no secret: `unknown key: …`.
    static func redactKeys(in message: String) -> String { redactor.redactKeys(in: message) }

    /// What the first secret in a command's flags and their values is called, such as `--key` or `-o api_key`.
    ///
    /// It is for arguments that would be stored, and stricter than ``redact(arguments:)``: only what certainly is a
    /// secret counts, because such arguments are refused.
    public static func secret(in arguments: [String]) -> String? {
        redactor.secret(in: arguments)
    }
}
