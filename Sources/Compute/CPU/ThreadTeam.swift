import CKernels
import Glibc
import Synchronization

/// A fixed set of threads that share the work of one operation at a time.
///
/// Between operations the threads spin for a moment and then sleep. How work is cut never changes results: every value is
/// computed by one thread, in an order of its own.
package final class ThreadTeam: @unchecked Sendable {
    // Sendable because `threads` is only touched at the end.
    /// How many threads work, the caller among them.
    package let threadCount: Int
    /// What the team's count of shares can hold.
    private static let maxShareCount = 1 << 15
    private let state = TeamState()
    private var threads: [pthread_t] = []

    /// Starts `threadCount - 1` threads; fewer if the system refuses more.
    ///
    /// Pinned threads leave the first core that the process may use to the caller.
    package init(threadCount: Int, pinsThreads: Bool = false) {
        precondition((1...4096).contains(threadCount))
        for index in 1..<threadCount {
            let context = Unmanaged.passRetained(state)
            var thread = pthread_t()
            guard pthread_create(&thread, nil, runWorker, context.toOpaque()) == 0 else {
                context.release()
                break
            }
            // Where the system refuses, the thread stays free.
            if pinsThreads { _ = ck_pin_thread(UInt64(thread), Int32(index)) }
            threads.append(thread)
        }
        self.threadCount = threads.count + 1
    }

    deinit {
        state.stop()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Calls `body` with every share below `threadCount`, at the same time, and returns when all calls have.
    package func run(_ body: (Int) -> Void) { run(shareCount: threadCount, body) }

    /// Calls `body` with every share below `shareCount`, as many at a time as there are threads.
    ///
    /// A caller that finds the team at work does all shares itself.
    private func run(shareCount: Int, _ body: (Int) -> Void) {
        guard threadCount > 1, !state.isBusy.exchange(true, ordering: .acquiring) else {
            for share in 0..<shareCount { body(share) }
            return
        }
        withoutActuallyEscaping(body) { state.run(shareCount: shareCount, $0) }
        state.isBusy.store(false, ordering: .releasing)
    }

    /// Calls `body` with ranges that together are `0..<count`, cut at multiples of `step`.
    ///
    /// - Parameters:
    ///   - count: The end of the last range.
    ///   - step: What all ranges but the last are multiples of.
    ///   - sharesPerThread: How many ranges there are for each thread.
    ///   - body: The work.
    package func divide(_ count: Int, step: Int = 1, sharesPerThread: Int = 1, _ body: (Range<Int>) -> Void) {
        let steps = (count + step - 1) / step
        let shareCount = min(threadCount * sharesPerThread, max(steps, 1), ThreadTeam.maxShareCount)
        run(shareCount: shareCount) { share in
            let start = steps * share / shareCount * step
            let end = min(steps * (share + 1) / shareCount * step, count)
            if start < end { body(start..<end) }
        }
    }
}

/// What a new thread runs; `context` is a retained `TeamState`.
private func runWorker(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<TeamState>.fromOpaque(context).takeRetainedValue().work()
    return nil
}
