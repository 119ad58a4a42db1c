/// A moment as a calendar and a clock on the wall show it; templates may print it.
package struct CalendarTime: Sendable, Equatable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Coordinated universal time, so many seconds after 1970 began.
    package init(secondsSince1970 seconds: Int) {
        let days = Int((Double(seconds) / 86400).rounded(.down))
        let rest = seconds - days * 86400
        // Days from 1 March of the year 0, in eras of 400 years (Hinnant, "chrono-compatible date algorithms").
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60
        )
    }

    /// 0 for Sunday.
    private var weekday: Int {
        // Sakamoto's method.
        let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let year = month < 3 ? self.year - 1 : self.year
        return (year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day) % 7
    }

    private var dayOfYear: Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1] + day + (isLeap && month > 2 ? 1 : 0)
    }

    /// The time in the pattern language of `strftime`, in the C locale.
    ///
    /// - Throws: `TemplateError` for a directive that is not supported.
    func formatted(_ pattern: String) throws(TemplateError) -> String {
        var result = ""
        var scalars = pattern.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard var directive = scalars.next() else { throw .failed("strftime_now: the pattern ends in '%'") }
            let isUnpadded = directive == "-"
            if isUnpadded {
                guard let next = scalars.next() else { throw .failed("strftime_now: the pattern ends in '%-'") }
                directive = next
            }
            result += try field(directive, isUnpadded: isUnpadded)
        }
        return result
    }

    private func field(_ directive: UnicodeScalar, isUnpadded: Bool) throws(TemplateError) -> String {
        func number(_ value: Int, _ width: Int, _ pad: String = "0") -> String {
            let digits = String(value)
            return isUnpadded ? digits : String(repeating: pad, count: max(0, width - digits.count)) + digits
        }
        switch directive {
        case "Y": return String(year)
        case "y": return number(year % 100, 2)
        case "m": return number(month, 2)
        case "d": return number(day, 2)
        case "e": return number(day, 2, " ")
        case "H": return number(hour, 2)
        case "I": return number((hour + 11) % 12 + 1, 2)
        case "M": return number(minute, 2)
        case "S": return number(second, 2)
        case "p": return hour < 12 ? "AM" : "PM"
        case "j": return number(dayOfYear, 3)
        case "B": return CalendarTime.months[month - 1]
        case "b", "h": return String(CalendarTime.months[month - 1].prefix(3))
        case "A": return CalendarTime.weekdays[weekday]
        case "a": return String(CalendarTime.weekdays[weekday].prefix(3))
        case "u": return String(weekday == 0 ? 7 : weekday)
        case "w": return String(weekday)
        case "F": return try formatted("%Y-%m-%d")
        case "T": return try formatted("%H:%M:%S")
        case "R": return try formatted("%H:%M")
        case "D": return try formatted("%m/%d/%y")
        case "%": return "%"
        case "n": return "\n"
        case "t": return "\t"
        default: throw .failed("strftime_now: the directive '%\(directive)' is not supported")
        }
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}
