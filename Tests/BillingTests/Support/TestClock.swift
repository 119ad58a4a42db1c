import Synchronization

@testable import Billing

/// Clocks that tests set: the wall clock may go anywhere, the monotonic one only forward.
final class TestClock: Sendable {
    private let reading: Mutex<LedgerClock.Reading>

    init(_ text: String = "2026-03-10T12:00:00Z") {
        reading = Mutex(LedgerClock.Reading(wall: CivilTime.moment(text) ?? 0, monotonic: 0))
    }

    var now: LedgerClock.Reading { reading.withLock { $0 } }

    /// Time passes.
    func advance(_ milliseconds: Milliseconds) {
        reading.withLock {
            $0.wall += milliseconds
            $0.monotonic += milliseconds
        }
    }

    /// Somebody sets the wall clock.
    func set(_ text: String) { reading.withLock { $0.wall = CivilTime.moment(text) ?? 0 } }
}
