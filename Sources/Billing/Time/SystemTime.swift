import Glibc

/// The machine's clocks.
package enum SystemTime {
    /// What they show now.
    package static func reading() -> LedgerClock.Reading {
        LedgerClock.Reading(wall: milliseconds(CLOCK_REALTIME), monotonic: milliseconds(CLOCK_MONOTONIC))
    }

    private static func milliseconds(_ clock: clockid_t) -> Milliseconds {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
