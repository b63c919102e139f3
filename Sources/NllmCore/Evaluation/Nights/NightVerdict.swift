/// What is said about a model's night, as it is stored.
package enum NightVerdict: String, Sendable, Hashable {
    /// The series has not asked it before.
    case new
    case cannotTell = "cannot_tell"
    case worse
    case smallDrop = "small_drop"
    case noDrop = "no_drop"

    init(_ verdict: ModelVerdict) {
        switch verdict {
        case .new: self = .new
        case .cannotTell: self = .cannotTell
        case .worse: self = .worse
        case .smallDrop: self = .smallDrop
        case .noDropFound: self = .noDrop
        }
    }
}
