import FoundationEssentials
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Shows what a night came to.
enum NightScreen {
    /// The lines, the verdict in its color.
    static func lines(_ night: NightResult, hint: String) -> [StyledText] {
        let lines = NightText.lines(night, hint: hint)
        return lines.enumerated().map { index, line in
            var styled = StyledText()
            guard index == 0, line.hasPrefix(night.verdictWord) else {
                styled.append(line)
                return styled
            }
            styled.append(night.verdictWord, night.passed.map { $0 ? .green : .red })
            styled.append(String(line.dropFirst(night.verdictWord.count)))
            return styled
        }
    }

    /// Prints a night as a result.
    static func print(_ night: NightResult, hint: String) {
        Console.out(lines(night, hint: hint), colored: Terminal.hasColors(STDOUT_FILENO))
    }
}

extension NightResult {
    /// The exit code that its gates decide; nil if all hold, or there are none.
    var status: ExitStatus? {
        if gates.contains(where: { $0.result == .cannotBeEvaluated }) { return .badConfiguration }
        return passed == false ? .cellsFailed : nil
    }
}
