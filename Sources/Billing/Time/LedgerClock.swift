/// Makes a time that never goes back and never stands still out of a wall clock that may be set.
///
/// While the wall clock is behind what it showed before, the time goes on at the pace of the monotonic clock; so a clock
/// that was set back neither reopens a window nor stops credits from accruing.
package struct LedgerClock: Sendable {
    /// What the machine's clocks show.
    package struct Reading: Equatable, Sendable {
        /// Civil time, which people may set.
        package var wall: Milliseconds
        /// Time since some start, which only goes forward.
        package var monotonic: Milliseconds

        package init(wall: Milliseconds, monotonic: Milliseconds) {
            self.wall = wall
            self.monotonic = monotonic
        }
    }

    private var last: Milliseconds
    private var monotonic: Milliseconds?

    /// - Parameter floor: A time that was given out before, by this process or an earlier one.
    package init(floor: Milliseconds = 0) { last = floor }

    /// The time of a reading, and never less than `floor`, which another process may have given out since.
    package mutating func time(_ reading: Reading, floor: Milliseconds = 0) -> Milliseconds {
        let pace = last + max(0, reading.monotonic - (monotonic ?? reading.monotonic))
        last = max(reading.wall, pace, floor)
        monotonic = reading.monotonic
        return last
    }
}
