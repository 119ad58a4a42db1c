/// A point in time, handed to pure code by whoever has clocks.
package struct Moment: Sendable, Equatable {
    /// Time on a clock that never jumps, from an arbitrary origin.
    package var time: Duration

    /// The wall clock's time as the `Date` field has it.
    package var date: String

    /// Creates a moment.
    package init(time: Duration, date: String) {
        self.time = time
        self.date = date
    }
}
