/// A number that was given for a setting, by an option of the command line or a property of the library's options.
package struct GivenNumber {
    private let setting: Setting
    private let number: String
    private let isAllowed: Bool
    /// The ends of the range, written as the number is.
    private let ends: (String, String)

    /// Nil if none was given.
    init?(_ setting: Setting, _ number: Int?) {
        guard let number else { return nil }
        let range = setting.range
        self.init(
            setting, "\(number)", range.contains(Double(number)),
            ("\(Int(range.lowerBound))", "\(Int(range.upperBound))"))
    }

    /// Nil if none was given.
    init?(_ setting: Setting, _ number: Double?) {
        guard let number else { return nil }
        let range = setting.range
        self.init(setting, "\(number)", range.contains(number), ("\(range.lowerBound)", "\(range.upperBound)"))
    }

    private init(_ setting: Setting, _ number: String, _ isAllowed: Bool, _ ends: (String, String)) {
        (self.setting, self.number, self.isAllowed, self.ends) = (setting, number, isAllowed, ends)
    }

    /// What is wrong with it on the command line; nil if it is allowed.
    package var optionProblem: String? {
        guard !isAllowed else { return nil }
        return "`\(setting.optionName)` is \(number) but must be \(setting.form.optionText ?? "")"
    }

    /// What is wrong with it in the library's options; nil if it is allowed.
    var propertyProblem: String? {
        isAllowed ? nil : "`\(setting.propertyName)` is \(number) but must be \(ends.0) to \(ends.1)"
    }
}
