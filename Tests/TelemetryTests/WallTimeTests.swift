import Testing

@testable import Telemetry

@Suite struct WallTimeTests {
    @Test(
        "moments are written as RFC 3339 has them",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, 999_999_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400, 1_000_000, "2000-02-29T00:00:00.001Z"),
            (1_709_251_199, 0, "2024-02-29T23:59:59.000Z"),
            (1_709_251_200, 0, "2024-03-01T00:00:00.000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
            (1_767_225_599, 120_000_000, "2025-12-31T23:59:59.120Z"),
            (-1, 0, "1969-12-31T23:59:59.000Z"),
        ]
    )
    func known(seconds: Int, nanoseconds: Int, text: String) {
        #expect(WallTime(seconds: seconds, nanoseconds: nanoseconds).rfc3339 == text)
    }

    @Test("every day of four centuries follows the one before")
    func everyDay() {
        var (year, month, day) = (1970, 1, 1)
        for index in 0..<146_097 {
            let text = WallTime(seconds: index * 86_400).rfc3339.prefix(10)
            let parts = text.split(separator: "-").compactMap { Int($0) }
            guard parts == [year, month, day] else {
                Issue.record("day \(index) is written \(text), not \(year)-\(month)-\(day)")
                return
            }
            let isLeap = (year.isMultiple(of: 4) && !year.isMultiple(of: 100)) || year.isMultiple(of: 400)
            let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
