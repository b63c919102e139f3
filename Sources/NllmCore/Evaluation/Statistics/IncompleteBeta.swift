#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The regularized incomplete beta function, from which Student's and the binomial distribution follow.
enum IncompleteBeta {
    /// I_x(a, b) for a and b above 0; 0 for x up to 0, and 1 for x from 1 on.
    ///
    /// The continued fraction 8.17.22 of NIST's Digital Library of Mathematical Functions converges fast for x up to
    /// (a + 1)/(a + b + 2); above, I_x(a, b) = 1 − I_(1−x)(b, a).
    static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let factor = exp(a * log(x) + b * log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b))
        return x <= (a + 1) / (a + b + 2)
            ? factor * fraction(x, a, b) / a : 1 - factor * fraction(1 - x, b, a) / b
    }

    /// The continued fraction by Lentz's method.
    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        var c = 1.0
        var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
        var value = d
        // It takes about √max(a, b) steps.
        for step in 1...100_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonzero(1 + even * d)
            c = nonzero(1 + even / c)
            value *= c * d
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonzero(1 + odd * d)
            c = nonzero(1 + odd / c)
            value *= c * d
            if abs(c * d - 1) < 1e-15 { break }
        }
        return value
    }

    private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }

    /// Without `lgamma`, which writes the sign to a variable that all threads share.
    private static func logGamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }
}
