/// A metric that is made of others.
struct DerivedMetric: Sendable {
    var name: String
    var expression: ArithmeticExpression
    /// Where it stands.
    var place: InputPlace
}
