/// How often some or all of k samples of a prompt pass, estimated without bias from n samples.
struct PassAtK: Sendable, Hashable {
    /// The number of samples with a verdict, n.
    let trials: Int
    /// Those that passed, c.
    let passes: Int

    /// pass@k, the probability that at least one of k samples passes: 1 − C(n−c, k)/C(n, k); nil for fewer than k
    /// samples.
    ///
    /// M. Chen et al., "Evaluating large language models trained on code", 2021.
    func any(of k: Int) -> Double? { share(of: trials - passes, k).map { 1 - $0 } }

    /// pass^k, the probability that k samples all pass: C(c, k)/C(n, k); nil for fewer than k samples.
    ///
    /// S. Yao et al., "τ-bench", 2024.
    func all(of k: Int) -> Double? { share(of: passes, k) }

    /// C(part, k)/C(n, k), the share of choices of k samples that lie within a part of them.
    private func share(of part: Int, _ k: Int) -> Double? {
        guard k > 0, k <= trials, (0...trials).contains(part) else { return nil }
        guard part >= k else { return 0 }
        return (0..<k).reduce(1.0) { $0 * Double(part - $1) / Double(trials - $1) }
    }
}
