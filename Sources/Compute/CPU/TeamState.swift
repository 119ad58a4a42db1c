import CKernels
import Glibc
import Synchronization

/// What the threads of a team share: the job in work, who does which share, and the signals around it.
///
/// `job` is written by the thread that holds `isBusy` before it opens a round, and read only by threads that claimed a share of
/// that round, which cannot end before they are done.
final class TeamState: @unchecked Sendable {
    typealias Job = (Int) -> Void

    /// How often a worker looks for work before it goes to sleep; about 0.1 ms.
    private static let spinCount = 5_000
    /// How often the caller looks for the last worker before it offers its core to others.
    private static let patience = 1_000
    private static let shareBits: UInt64 = 16

    let isBusy = Atomic(false)
    /// The number of the round, and below it the shares of it that are still to be claimed.
    private let claims = Atomic<UInt64>(0)
    private let unfinishedCount = Atomic(0)
    private let sleeperCount = Atomic(0)
    private let isStopping = Atomic(false)
    private var job: Job?
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    deinit {
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    /// Has the shares `0..<shareCount` done by the caller and the workers; returns when all are done.
    ///
    /// The caller does what no worker has begun, so a worker that the system does not let run delays nobody.
    func run(shareCount: Int, _ job: @escaping Job) {
        self.job = job
        unfinishedCount.store(shareCount, ordering: .relaxed)
        let round = (claims.load(ordering: .relaxed) >> TeamState.shareBits) + 1
        open(round, shareCount: shareCount)
        performShares(of: round)
        var spins = 0
        while unfinishedCount.load(ordering: .acquiring) > 0 {
            spins += 1
            if spins < TeamState.patience { ck_relax() } else { sched_yield() }
        }
        self.job = nil
    }

    /// Makes all workers return.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        open((claims.load(ordering: .relaxed) >> TeamState.shareBits) + 1, shareCount: 0)
    }

    /// A worker's life.
    func work() {
        var round: UInt64 = 0
        while true {
            round = nextRound(after: round)
            if isStopping.load(ordering: .relaxed) { return }
            performShares(of: round)
        }
    }

    private func performShares(of round: UInt64) {
        while let share = claim(of: round) {
            perform(share)
            unfinishedCount.subtract(1, ordering: .releasing)
        }
    }

    /// Apart, so that this thread has let go of the job before it reports the share as done.
    @inline(never)
    private func perform(_ share: Int) { job?(share) }

    /// A share of that round that nobody has begun.
    private func claim(of round: UInt64) -> Int? {
        var current = claims.load(ordering: .acquiring)
        while true {
            let left = current & (1 << TeamState.shareBits - 1)
            guard current >> TeamState.shareBits == round, left > 0 else { return nil }
            let (exchanged, original) = claims.weakCompareExchange(
                expected: current,
                desired: current - 1,
                ordering: .acquiringAndReleasing
            )
            if exchanged { return Int(left) - 1 }
            current = original
        }
    }

    private func nextRound(after seen: UInt64) -> UInt64 {
        for _ in 0..<TeamState.spinCount {
            let round = claims.load(ordering: .acquiring) >> TeamState.shareBits
            if round != seen { return round }
            ck_relax()
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        // Announced before the last look, and a round is opened before anyone looks for sleepers: one sees the other.
        sleeperCount.add(1, ordering: .sequentiallyConsistent)
        defer { sleeperCount.subtract(1, ordering: .sequentiallyConsistent) }
        while true {
            let round = claims.load(ordering: .sequentiallyConsistent) >> TeamState.shareBits
            if round != seen { return round }
            pthread_cond_wait(wake, mutex)
        }
    }

    private func open(_ round: UInt64, shareCount: Int) {
        claims.store(round << TeamState.shareBits | UInt64(shareCount), ordering: .sequentiallyConsistent)
        guard sleeperCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }
}
