/// Numbers as people read them.
package enum DecimalText {
    /// The number with at most so many decimal places, without zeros at the end.
    package static func rounded(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (value * scale).rounded() / scale
        // Beyond the precision of the number, scaling may overflow.
        let text = String(rounded.isFinite ? rounded : value)
        return text == "-0.0" ? "0" : text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Two numbers with the same number of places, more than given if they would look alike but are not.
    static func distinct(_ first: Double, _ second: Double, places: Int) -> (String, String) {
        let enough = (places...max(places, 15)).first { rounded(first, places: $0) != rounded(second, places: $0) }
        let places = enough ?? places
        return (rounded(first, places: places), rounded(second, places: places))
    }
}
