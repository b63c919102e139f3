/// Classes of characters in ASCII.
extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isHexadecimalDigit: Bool { isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }
    var isLowercaseLetter: Bool { (0x61...0x7A).contains(self) }
    var isUppercaseLetter: Bool { (0x41...0x5A).contains(self) }
    var isAlphanumeric: Bool { isDigit || isLowercaseLetter || isUppercaseLetter }
}
