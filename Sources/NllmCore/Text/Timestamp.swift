public import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Times as texts.
public enum Timestamp {
    /// UTC in ISO 8601 with milliseconds, `2026-11-23T20:15:00.123Z`.
    public static func utc(_ date: Date) -> String {
        let (fields, milliseconds) = broken(date, gmtime_r)
        return day(fields) + "T" + time(fields, ":") + "." + padded(milliseconds, 3) + "Z"
    }

    /// The time that a text of ``utc(_:)`` states; nil for any other text.
    static func date(utc text: String) -> Date? {
        let form = text.utf8.map { $0.isDigit ? UInt8(ascii: "0") : $0 }
        guard form.elementsEqual("0000-00-00T00:00:00.000Z".utf8) else { return nil }
        let numbers = text.split { !$0.isNumber }.compactMap { Int32($0) }
        var fields = tm()
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (fields.tm_hour, fields.tm_min, fields.tm_sec) = (numbers[3], numbers[4], numbers[5])
        let date = Date(milliseconds: Int(timegm(&fields)) * 1000 + Int(numbers[6]))
        // Months and hours beyond the last one count on.
        return utc(date) == text ? date : nil
    }

    /// Local time in ISO 8601 without a zone, `2026-11-23T20:15:00.123456`, as in nllm's manifests.
    static func local(_ date: Date) -> String {
        let (fields, milliseconds) = broken(date, localtime_r)
        return "\(day(fields))T\(time(fields, ":")).\(padded(milliseconds, 3))000"
    }

    /// Local time for people, `20:15:00`, or with the date if that is not today's, `2026-11-24 20:15:00`.
    public static func clock(_ date: Date, now: Date = Date()) -> String {
        let (fields, _) = broken(date, localtime_r)
        let isToday = day(fields) == day(broken(now, localtime_r).0)
        return (isToday ? "" : day(fields) + " ") + time(fields, ":")
    }

    /// Local time for people, by the minute: `today 20:15`, `24 Nov 20:15`, `2025-11-24`.
    public static func day(_ date: Date, now: Date = Date()) -> String {
        let ((fields, _), (today, _)) = (broken(date, localtime_r), broken(now, localtime_r))
        guard fields.tm_year == today.tm_year else { return day(fields) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let name = fields.tm_yday == today.tm_yday ? "today" : "\(fields.tm_mday) \(months[Int(fields.tm_mon)])"
        return name + " " + time(fields, ":").prefix(5)
    }

    /// Local time for a line of a log, `2026-11-23 20:15:00`.
    public static func log(_ date: Date) -> String {
        let (fields, _) = broken(date, localtime_r)
        return day(fields) + " " + time(fields, ":")
    }

    /// Local time in the form of a run's name, `2026-11-23_20-15-00`.
    static func runName(_ date: Date) -> String {
        let (fields, _) = broken(date, localtime_r)
        return "\(day(fields))_\(time(fields, "-"))"
    }

    private static func broken(
        _ date: Date, _ convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
    ) -> (tm, Int) {
        let milliseconds = date.milliseconds
        var seconds = time_t(milliseconds / 1000)
        var fields = tm()
        _ = convert(&seconds, &fields)
        return (fields, milliseconds % 1000)
    }

    private static func day(_ fields: tm) -> String {
        padded(Int(fields.tm_year) + 1900, 4) + "-" + padded(Int(fields.tm_mon) + 1, 2) + "-"
            + padded(Int(fields.tm_mday), 2)
    }

    private static func time(_ fields: tm, _ separator: String) -> String {
        padded(Int(fields.tm_hour), 2) + separator + padded(Int(fields.tm_min), 2) + separator
            + padded(Int(fields.tm_sec), 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        var digits = String(number)
        while digits.utf8.count < width { digits = "0" + digits }
        return digits
    }
}
