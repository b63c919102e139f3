import Testing

@testable import NllmCore

/// The statistics of one run, held against numpy and scipy.
@Suite struct StatisticsTests {
    @Test func wilsonsIntervalIsThatOfSciPy() throws {
        for reference in try StatisticsFixture("wilson").cases {
            let interval = WilsonInterval.of(passes: reference.int("passes"), trials: reference.int("trials"))
            #expect(areEqual(interval?.lowerBound, reference.double("low")), "\(reference)")
            #expect(areEqual(interval?.upperBound, reference.double("high")), "\(reference)")
        }
        #expect(WilsonInterval.of(passes: 0, trials: 0) == nil)
        #expect(WilsonInterval.of(passes: 2, trials: 1) == nil)
    }

    @Test func quantilesOfStudentsDistributionAreThoseOfSciPy() throws {
        for reference in try StatisticsFixture("student").cases {
            let probability = try #require(reference.double("probability"))
            let degrees = try #require(reference.double("degrees"))
            let value = StudentDistribution.quantile(probability, degrees: degrees)
            #expect(areEqual(value, reference.double("value")), "\(reference)")
            #expect(areEqual(StudentDistribution.cumulative(value, degrees: degrees), probability), "\(reference)")
        }
        #expect(StudentDistribution.quantile(1, degrees: 3) == .infinity)
        #expect(StudentDistribution.quantile(0, degrees: 3) == -.infinity)
    }

    @Test func theBinomialDistributionIsThatOfSciPy() throws {
        for reference in try StatisticsFixture("binomial").cases {
            let probability = try #require(reference.double("probability"))
            let binomial = BinomialDistribution(trials: reference.int("trials"), probability: probability)
            let cumulative = binomial.cumulative(reference.int("successes"))
            #expect(areEqual(cumulative, reference.double("cumulative")), "\(reference)")
            #expect(binomial.quantile(0.025) == reference.int("low"), "\(reference)")
            #expect(binomial.quantile(0.975) == reference.int("high"), "\(reference)")
        }
        let binomial = BinomialDistribution(trials: 3, probability: 0.5)
        #expect([binomial.cumulative(-1), binomial.cumulative(3)] == [0, 1])
    }

    @Test func meansHaveClusteredErrors() throws {
        for reference in try StatisticsFixture("means").cases {
            let values = zip(reference.doubles("values"), reference.elements("clusters")).map { value, cluster in
                ClusteredMean.Value(value: value, cluster: cluster.stringValue)
            }
            let mean = try #require(ClusteredMean(values))
            #expect(areEqual(mean.mean, reference.double("mean")))
            #expect(mean.clusters == reference.int("groups"))
            #expect(areEqual(mean.standardError, reference.double("error")), "\(reference)")
            #expect(areEqual(mean.interval?.lowerBound, reference.double("low")))
            #expect(areEqual(mean.interval?.upperBound, reference.double("high")))
            #expect(areEqual(mean.upperBound, reference.double("upper")))
        }
        #expect(ClusteredMean([]) == nil)
        for odd in [Double.nan, .infinity, 1e308] {
            let mean = ClusteredMean([odd, odd, 1, -1e308].map { ClusteredMean.Value(value: $0) })
            #expect(mean?.interval == nil)
            #expect(mean?.upperBound == nil)
        }
    }

    @Test func passAtKCountsChoices() throws {
        for reference in try StatisticsFixture("passAtK").cases {
            let prompt = PassAtK(trials: reference.int("trials"), passes: reference.int("passes"))
            #expect(areEqual(prompt.any(of: reference.int("k")), reference.double("any")), "\(reference)")
            #expect(areEqual(prompt.all(of: reference.int("k")), reference.double("all")), "\(reference)")
        }
        #expect(PassAtK(trials: 3, passes: 1).any(of: 0) == nil)
    }

    @Test func percentilesHaveIntervalsOfOrderStatistics() throws {
        for reference in try StatisticsFixture("percentiles").cases {
            let share = try #require(reference.double("share"))
            let percentile = try #require(Percentile(share, of: reference.doubles("values")))
            #expect(areEqual(percentile.value, reference.double("value")), "\(reference)")
            #expect(areEqual(percentile.low, reference.double("low")), "\(reference)")
            #expect(areEqual(percentile.high, reference.double("high")), "\(reference)")
        }
        #expect(Percentile(0.5, of: []) == nil)
        // 0.07 × 100 is slightly more than 7 in binary.
        #expect(Percentile(0.07, of: (1...100).map(Double.init))?.value == 7)
    }

    @Test func holmsAdjustmentFollowsItsDefinition() throws {
        for reference in try StatisticsFixture("holm").cases {
            let adjusted = HolmAdjustment.adjusted(reference.doubles("values"))
            let expected = reference.doubles("adjusted")
            #expect(adjusted.count == expected.count)
            #expect(zip(adjusted, expected).allSatisfy { areEqual($0, $1) }, "\(reference): \(adjusted)")
        }
    }

    @Test func aPassRateHasWilsonsIntervalOnlyForSingleIndependentSamples() throws {
        let single = [1, 1, 1, 0].map { PassRate.Count(passes: $0, trials: 1) }
        let rate = try #require(PassRate(single + [PassRate.Count(passes: 0, trials: 0)]))
        #expect(rate.rate == 0.75)
        #expect(rate.interval == WilsonInterval.of(passes: 3, trials: 4))
        let grouped = single.enumerated().map { index, count in
            PassRate.Count(passes: count.passes, trials: 1, cluster: "c\(index / 2)")
        }
        let values = grouped.map { ClusteredMean.Value(value: Double($0.passes), cluster: $0.cluster) }
        #expect(PassRate(grouped)?.interval == ClusteredMean(values)?.interval)
        let sampled = [PassRate.Count(passes: 1, trials: 2), PassRate.Count(passes: 2, trials: 2)]
        #expect(PassRate(sampled)?.rate == 0.75)
        #expect(PassRate(sampled)?.interval == ClusteredMean([0.5, 1].map { .init(value: $0) })?.interval)
        #expect(PassRate([PassRate.Count(passes: 0, trials: 0)]) == nil)
    }
}
