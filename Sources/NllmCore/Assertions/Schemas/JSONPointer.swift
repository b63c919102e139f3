/// A place inside a JSON value (RFC 6901), such as `/items/3/price`; the empty text is the whole value.
enum JSONPointer {
    /// A name with its slash before it and `~` and `/` escaped.
    static func step(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return "/" + name
        }
        var step = "/"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(scalar)
            }
        }
        return step
    }

    /// The names of a pointer, unescaped; nil for a text that is not a pointer.
    static func names(_ pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var names = [""]
        var scalars = pointer.unicodeScalars.dropFirst()
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "/": names.append("")
            case "~":
                guard let escape = scalars.popFirst(), escape == "0" || escape == "1" else { return nil }
                names[names.count - 1] += escape == "0" ? "~" : "/"
            default: names[names.count - 1].unicodeScalars.append(scalar)
            }
        }
        return names
    }

    /// The value at a place; nil if there is none.
    static func value(_ names: [String], in whole: JSONValue) -> JSONValue? {
        var value = whole
        for name in names {
            switch value {
            case .object:
                guard let member = value.member(name) else { return nil }
                value = member
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index), String(index) == name else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}
