"""Writes Tests/Fixtures/statistics.json: cases of the statistics with the values that numpy and scipy find.

    python -m venv VENV && VENV/bin/pip install numpy scipy
    VENV/bin/python Tests/Support/statistics_reference.py

Nothing is computed here as the Swift code does it: the cases are drawn from seeds, and the expected values come from
other formulas, from libraries, or from counting all possibilities. The same seeds write the same file.
"""

import collections
import itertools
import json
import math
import pathlib
from typing import Any

import numpy as np
from scipy import stats

Case = dict[str, Any]
Row = tuple[tuple[float, ...], float]
UNITS = 120
FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/statistics.json"


def wilson_case(passes: int, trials: int) -> Case:
    """Wilson's interval for a rate."""
    interval = stats.binomtest(passes, trials).proportion_ci(method="wilson")
    return {"passes": passes, "trials": trials, "low": float(interval.low), "high": float(interval.high)}


def wilson_cases(rng: np.random.Generator) -> list[Case]:
    """Small tables in full, then larger ones at random."""
    small = [(passes, trials) for trials in (1, 2, 5) for passes in range(trials + 1)]
    large = [(int(rng.integers(0, trials + 1)), trials) for trials in (30, 200, 5_000, 1_000_000)]
    return [wilson_case(*pair) for pair in small + large]


def student_cases() -> list[Case]:
    """Quantiles of Student's t, from few degrees of freedom to very many."""
    probabilities = (0.001, 0.025, 0.05, 0.3, 0.5, 0.6, 0.95, 0.975, 0.999)
    degrees = (1, 2, 3, 4, 7, 10, 29, 49, 199, 999, 4_999, 100_000)
    return [
        {"probability": p, "degrees": d, "value": float(stats.t.ppf(p, d))}
        for p, d in itertools.product(probabilities, degrees)
    ]


def binomial_cases(rng: np.random.Generator) -> list[Case]:
    """Cumulative probabilities and quantiles of the binomial distribution."""
    cases = []
    for trials, probability in itertools.product((1, 2, 10, 100, 1_000, 100_000), (0.05, 0.5, 0.95)):
        successes = int(rng.binomial(trials, probability))
        cases.append(
            {
                "trials": trials,
                "probability": probability,
                "successes": successes,
                "cumulative": float(stats.binom.cdf(successes, trials, probability)),
                "low": int(stats.binom.ppf(0.025, trials, probability)),
                "high": int(stats.binom.ppf(0.975, trials, probability)),
            }
        )
    return cases


def sandwich(values: np.ndarray, groups: list[int]) -> float:
    """The cluster-robust standard error of the constant in a regression on it alone, times √(G/(G - 1))."""
    design = np.ones((len(values), 1))
    bread = np.linalg.inv(design.T @ design)
    residuals = values - design @ (bread @ design.T @ values)
    members = np.array([[group == other for other in sorted(set(groups))] for group in groups], dtype=float)
    scores = members.T @ (design * residuals[:, None])
    variance = bread @ scores.T @ scores @ bread
    clusters = len(set(groups))
    return float(np.sqrt(variance[0, 0] * clusters / (clusters - 1)))


def mean_case(values: list[float], clusters: list[str | None]) -> Case:
    """A mean with its clustered standard error and bounds by Student's t."""
    array = np.array(values)
    groups = [1_000 + i if name is None else int(name[1:]) for i, name in enumerate(clusters)]
    case: Case = {"values": values, "clusters": clusters, "mean": float(array.mean()), "groups": len(set(groups))}
    if case["groups"] > 1:
        error = sandwich(array, groups)
        low, high = array.mean() + np.array([-1, 1]) * stats.t.ppf(0.975, case["groups"] - 1) * error
        upper = array.mean() + stats.t.ppf(0.95, case["groups"] - 1) * error
        case |= {"error": error, "low": float(low), "high": float(high), "upper": float(upper)}
    return case


def mean_cases(rng: np.random.Generator) -> list[Case]:
    """Means without clusters, with clusters, and with both kinds of values."""
    cases = [mean_case([0.4], [None]), mean_case([1.0, 0.0, 1.0], ["c1"] * 3), mean_case([0.5] * 4, [None] * 4)]
    for size, clusters in ((2, 0), (10, 0), (50, 0), (12, 3), (60, 7), (200, 40)):
        values = [round(float(value), 6) for value in rng.beta(2, 1, size)]
        names = [f"c{rng.integers(clusters)}" if clusters else None for _ in range(size)]
        cases.append(mean_case(values, names))
        cases.append(mean_case(values, [name if rng.random() < 0.5 else None for name in names]))
    return cases


def pass_at_k_cases() -> list[Case]:
    """pass@k and pass^k by counting choices; null where there are fewer than k samples."""
    cases: list[Case] = []
    for trials, k in itertools.product((1, 3, 5, 20), (1, 2, 5, 10)):
        for passes in sorted({0, 1, trials // 2, trials}):
            total = math.comb(trials, k)
            some = 1 - math.comb(trials - passes, k) / total if total else None
            every = math.comb(passes, k) / total if total else None
            cases.append({"trials": trials, "passes": passes, "k": k, "any": some, "all": every})
    return cases


def percentile_case(share: float, values: list[float]) -> Case:
    """A percentile with its interval between order statistics."""
    ordered = sorted(values)
    low = int(stats.binom.ppf(0.025, len(values), share))
    high = int(stats.binom.ppf(0.975, len(values), share)) + 1
    return {
        "share": share,
        "values": values,
        "value": float(np.quantile(values, share, method="inverted_cdf")),
        "low": ordered[low - 1] if low >= 1 else None,
        "high": ordered[high - 1] if high <= len(values) else None,
    }


def percentile_cases(rng: np.random.Generator) -> list[Case]:
    """Percentiles of few and of many values."""
    shares, sizes = (0.05, 0.5, 0.9, 0.95), (1, 5, 20, 100, 300)
    return [
        percentile_case(share, [round(float(value), 4) for value in rng.lognormal(0, 1, size)])
        for share, size in itertools.product(shares, sizes)
    ]


def holm(values: list[float]) -> list[float]:
    """Adjusted p-values by the definition: the greatest min(1, (m - j + 1)·p_(j)) up to a value's own rank."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    steps = [min(1.0, (len(values) - rank) * values[index]) for rank, index in enumerate(order)]
    return [max(steps[: order.index(index) + 1]) for index in range(len(values))]


def holm_cases(rng: np.random.Generator) -> list[Case]:
    """Up to ten tests, with equal values among them."""
    lists = [[round(float(p), 4) for p in rng.beta(0.5, 3, size)] for size in (1, 2, 3, 10)]
    lists += [[], [0.01, 0.01, 0.04], [0.6, 0.7, 0.9]]
    return [{"values": values, "adjusted": holm(values)} for values in lists]


def units(value: float) -> int:
    """A value in whole 1/120, halves upwards."""
    return math.floor(value * UNITS + 0.5)


def mid_tail(masses: dict[int, float], tonight: int) -> float:
    """The probability of less than a value, and half of that of the value itself."""
    below = math.fsum(mass for value, mass in masses.items() if value < tonight)
    return below + masses[tonight] / 2


def by_counting(rows: list[Row]) -> float:
    """The p-value by going through every choice of one nightly value per prompt."""
    nights = [[units(value) for value in (*earlier, tonight)] for earlier, tonight in rows]
    counts = collections.Counter(sum(choice) for choice in itertools.product(*nights))
    total = math.prod(len(values) for values in nights)
    tonight = sum(values[-1] for values in nights)
    return mid_tail({value: count / total for value, count in counts.items()}, tonight)


def by_convolution(rows: list[Row]) -> float:
    """The p-value by convolving prompts one by one, in whole 1/120."""
    sums = np.array([1.0])
    for earlier, tonight in rows:
        values = [units(value) for value in (*earlier, tonight)]
        sums = np.convolve(sums, np.bincount(values) / len(values))
    total = sum(units(row[1]) for row in rows)
    return float(sums[:total].sum() + sums[total] / 2)


def by_mcnemar(rows: list[Row]) -> float:
    """McNemar's mid-p-value, one-sided, for one earlier night of passes and fails."""
    gained = sum(earlier[0] < tonight for earlier, tonight in rows)
    lost = sum(earlier[0] > tonight for earlier, tonight in rows)
    changed = stats.binom(gained + lost, 0.5)
    return float(changed.cdf(gained) - changed.pmf(gained) / 2)


def by_rate_p(rows: list[Row]) -> float:
    """The p-value as first sketched: equal prompts at a time, on a table of whole passes without gaps."""
    nights = np.array([[units(value) // 40 for value in (*earlier, tonight)] for earlier, tonight in rows]).T
    kinds, counts = np.unique(np.sort(nights, axis=0).T, axis=0, return_counts=True)
    sums = np.array([1.0])
    for kind, count in zip(kinds, counts, strict=True):
        power = np.bincount(kind - kind[0]) / len(kind)
        for _ in range(count):
            sums = np.convolve(sums, power)
    tonight = int(nights[-1].sum()) - int((kinds[:, 0] * counts).sum())
    return float(sums[:tonight].sum() + sums[tonight] / 2)


def by_normal(rows: list[Row]) -> float:
    """The p-value by a normal distribution with the exact mean and variance."""
    nights = [np.array([units(value) for value in (*earlier, tonight)]) for earlier, tonight in rows]
    mean, variance = sum(row.mean() for row in nights), sum(row.var() for row in nights)
    return float(stats.norm.cdf((sum(row[-1] for row in nights) - mean) / np.sqrt(variance)))


def night_case(name: str, rows: list[Row], p: float, are_scores: bool = False) -> Case:
    """A case of the night test; equal prompts stand there once, with their number."""
    counts = collections.Counter((tuple(sorted(earlier)), tonight) for earlier, tonight in rows)
    prompts = [
        {"earlier": list(earlier), "tonight": tonight, "count": count}
        for (earlier, tonight), count in sorted(counts.items())
    ]
    return {"name": name, "prompts": prompts, "scores": are_scores, "p": p}


def draw(rng: np.random.Generator, prompts: int, nights: int, samples: int, loss: float = 0.0) -> list[Row]:
    """Nightly shares of passes; most prompts nearly always pass, some seldom, and a few get worse tonight."""
    rates = rng.choice([0.99, 0.5, 0.05], prompts, p=[0.85, 0.05, 0.1])
    table = rng.binomial(samples, rates, (nights, prompts)) / samples
    tonight = rng.binomial(samples, rates * (rng.random(prompts) >= loss)) / samples
    return [(tuple(map(float, table[:, i])), float(tonight[i])) for i in range(prompts)]


def ragged(rng: np.random.Generator, rows: list[Row]) -> list[Row]:
    """The same prompts, each with its last few earlier nights, at least one."""
    return [(earlier[-int(rng.integers(1, len(earlier) + 1)) :], tonight) for earlier, tonight in rows]


def scored(rng: np.random.Generator, prompts: int, nights: int) -> list[Row]:
    """Nightly scores that are no shares of samples."""
    table = np.round(rng.beta(4, 2, (prompts, nights + 1)), 3)
    return [(tuple(map(float, row[:-1])), float(row[-1])) for row in table]


def night_cases(rng: np.random.Generator) -> list[Case]:
    """The night test against other ways to the same value."""
    cases = [night_case("nothing varies", [((1.0, 1.0), 1.0), ((0.0,), 0.0)], 0.5)]
    for prompts, loss in ((5, 0.0), (100, 0.0), (200, 0.1), (1_000, 0.02), (4_000, 0.0)):
        rows = draw(rng, prompts, 1, 1, loss)
        cases.append(night_case(f"McNemar, {prompts} prompts", rows, by_mcnemar(rows)))
    for samples, nights in itertools.product((1, 3, 4, 7), (1, 2, 3)):
        rows = ragged(rng, draw(rng, 8, nights, samples, 0.2))
        cases.append(night_case(f"all choices, {nights} nights of {samples}", rows, by_counting(rows)))
    rows = scored(rng, 7, 3)
    cases.append(night_case("all choices, scores", rows, by_counting(rows), are_scores=True))
    for prompts, loss in ((50, 0.05), (1_000, 0.0), (1_000, 0.01)):
        rows = draw(rng, prompts, 7, 3, loss)
        cases.append(night_case(f"rate_p, {prompts} prompts", rows, by_rate_p(rows)))
        rows = ragged(rng, rows)
        cases.append(night_case(f"convolution, {prompts} prompts", rows, by_convolution(rows)))
    rows = scored(rng, 200, 3)
    cases.append(night_case("convolution, scores", rows, by_convolution(rows), are_scores=True))
    rows = [((1.0, 0.0), float(i % 100 < 49)) for i in range(5_001)]
    cases.append(night_case("normal, passes", rows, by_normal(rows)))
    rows = [((0.25, 0.4), round(0.3 + i % 7 / 100, 2)) for i in range(501)]
    cases.append(night_case("normal, scores", rows, by_normal(rows), are_scores=True))
    return cases


def tables() -> dict[str, list[Case]]:
    """All cases by kind, each kind from a seed of its own."""
    return {
        "wilson": wilson_cases(np.random.default_rng(1)),
        "student": student_cases(),
        "binomial": binomial_cases(np.random.default_rng(2)),
        "means": mean_cases(np.random.default_rng(3)),
        "passAtK": pass_at_k_cases(),
        "percentiles": percentile_cases(np.random.default_rng(4)),
        "holm": holm_cases(np.random.default_rng(5)),
        "nights": night_cases(np.random.default_rng(6)),
    }


def text(cases: dict[str, list[Case]]) -> str:
    """The tables as JSON, one case a line."""
    lines = [
        f'"{kind}": [\n' + ",\n".join(json.dumps(case, ensure_ascii=False) for case in rows) + "\n]"
        for kind, rows in cases.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FIXTURE.write_text(text(tables()), encoding="utf-8")
