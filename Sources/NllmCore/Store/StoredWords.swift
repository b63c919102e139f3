// Enums that columns store by their raw values.

extension CellStatus: Bindable {}
extension FailureKind: Bindable {}
extension Limit.Kind: Bindable {}
extension Outcome.Status: Bindable {}
