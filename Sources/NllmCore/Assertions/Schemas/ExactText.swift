/// A text that equals another only if all of its characters do.
///
/// For `String`, an é in one character equals an e with a combining accent; in JSON these are two names.
struct ExactText: Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool {
        // The first comparison is the faster one, and tells nearly all texts apart.
        guard left.text == right.text else { return false }
        let isSame = left.text.utf8.withContiguousStorageIfAvailable { first in
            right.text.utf8.withContiguousStorageIfAvailable { first.elementsEqual($0) }
        }
        return (isSame ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { Array(text.utf8).withUnsafeBytes { hasher.combine(bytes: $0) } }
    }
}

extension JSONValue {
    /// The last member of exactly that name; nil if there is none or this is not an object.
    func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { ExactText($0.name) == ExactText(name) }?.value
    }
}
