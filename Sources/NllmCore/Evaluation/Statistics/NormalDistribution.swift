#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The standard normal distribution.
enum NormalDistribution {
    /// The 97.5 % point: 95 % of all values are at most this far from 0.
    static let bound95 = 1.959_963_984_540_054

    /// The probability of a value of at most x.
    static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
}
