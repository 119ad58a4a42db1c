import Glibc

/// A moment of civil time.
package struct WallTime: Equatable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package var seconds: Int
    /// The rest, 0 to 999,999,999.
    package var nanoseconds: Int

    package init(seconds: Int, nanoseconds: Int = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The time of the machine's clock.
    package static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// The moment as RFC 3339 writes it, in UTC with milliseconds: `2026-03-01T08:05:09.120Z`.
    package var rfc3339: String {
        let (day, second) = seconds.flooredDivision(by: 86_400)
        let (year, month, dayOfMonth) = WallTime.date(day: day)
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))"
        let time = "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
        return "\(date)T\(time).\(pad(nanoseconds / 1_000_000, 3))Z"
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    ///
    /// Years are taken to begin in March, so that the leap day is their last one; 146,097 days make 400 years.
    private static func date(day: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (day + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int {
    /// Quotient and remainder of a division that rounds down.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
