/// Days, months and text of moments, in UTC by the Gregorian calendar.
package enum CivilTime {
    package static let minute = 60_000
    package static let hour = 3_600_000
    package static let day = 86_400_000

    /// The first moment of the minute.
    package static func minuteStart(_ time: Milliseconds) -> Milliseconds { floor(time, minute) }

    /// The first moment of the day.
    package static func dayStart(_ time: Milliseconds) -> Milliseconds { floor(time, day) }

    /// The first moment of the month.
    package static func monthStart(_ time: Milliseconds) -> Milliseconds {
        let (year, month, _) = date(time)
        return start(year: year, month: month)
    }

    /// The first moment of the month after.
    package static func nextMonthStart(_ time: Milliseconds) -> Milliseconds {
        let (year, month, _) = date(time)
        return month == 12 ? start(year: year + 1, month: 1) : start(year: year, month: month + 1)
    }

    /// The first moment of a day.
    ///
    /// Years are taken to begin in March, so that the leap day is their last one; 146,097 days make 400 years.
    package static func start(year: Int, month: Int, day: Int = 1) -> Milliseconds {
        let marchYear = month <= 2 ? year - 1 : year
        let era = floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * CivilTime.day
    }

    /// The date of a moment.
    package static func date(_ time: Milliseconds) -> (year: Int, month: Int, day: Int) {
        let days = floorDivide(time, day) + 719_468
        let era = floorDivide(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// `2026-03`.
    package static func monthText(_ time: Milliseconds) -> String { String(dateText(time).prefix(7)) }

    /// `2026-03-01`.
    package static func dateText(_ time: Milliseconds) -> String {
        let (year, month, day) = date(time)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// `2026-03-01T08:05:09.120Z`, as RFC 3339 has it.
    package static func text(_ time: Milliseconds) -> String {
        let rest = time - dayStart(time)
        let clock = [rest / hour, rest / minute % 60, rest / 1000 % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(dateText(time))T\(clock).\(padded(rest % 1000, 3))Z"
    }

    /// The first moment of a month written as `2026-03`.
    package static func month(_ text: some StringProtocol) -> Milliseconds? {
        text.utf8.count == 7 ? moment("\(text)-01") : nil
    }

    /// The moment written as `2026-03-01`, its first one, or as `2026-03-01T08:05:09Z`.
    package static func moment(_ text: some StringProtocol) -> Milliseconds? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, numbers.count == 3, let year = number(numbers[0], 4), let month = number(numbers[1], 2),
            let day = number(numbers[2], 2), (1...12).contains(month), day >= 1
        else { return nil }
        let start = start(year: year, month: month, day: day)
        // The 31st of a shorter month lies in the next one.
        guard date(start) == (year, month, day) else { return nil }
        guard parts.count == 2 else { return start }
        guard parts[1].hasSuffix("Z") else { return nil }
        let clock = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hours = number(clock[0], 2), let minutes = number(clock[1], 2),
            let seconds = number(clock[2].prefix(2), 2), clock[2].utf8.count == 2, hours < 24, minutes < 60,
            seconds < 60
        else { return nil }
        return start + hours * hour + minutes * minute + seconds * 1000
    }

    private static func number(_ text: some StringProtocol, _ width: Int) -> Int? {
        text.utf8.count == width && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func floor(_ time: Milliseconds, _ unit: Int) -> Milliseconds { floorDivide(time, unit) * unit }

    private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
