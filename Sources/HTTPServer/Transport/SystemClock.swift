import Glibc

/// Reads the system's clocks; formats the date once per second.
struct SystemClock {
    private var dateSecond = -1
    private var date = ""

    /// The present moment.
    mutating func now() -> Moment {
        let second = Self.read(CLOCK_REALTIME_COARSE).tv_sec
        if second != dateSecond {
            dateSecond = second
            date = HTTPDate.format(secondsSinceEpoch: max(0, second))
        }
        let time = Self.read(CLOCK_MONOTONIC)
        return Moment(time: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec), date: date)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var value = timespec()
        clock_gettime(clock, &value)
        return value
    }
}
