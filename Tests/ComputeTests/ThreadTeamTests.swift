import CKernels
import Compute
import Glibc
import Synchronization
import Testing

@Suite struct ThreadTeamTests {
    @Test("every share is done once, over and over", .timeLimit(.minutes(1)), arguments: [1, 2, 3, 8])
    func shares(threadCount: Int) {
        let team = ThreadTeam(threadCount: threadCount)
        #expect(team.threadCount == threadCount)
        let counts = (0..<threadCount).map { _ in Counter() }
        for _ in 0..<2000 { team.run { counts[$0].increment() } }
        #expect(counts.map(\.value) == Array(repeating: 2000, count: threadCount))
    }

    @Test("pinned threads keep to one core, and work", .timeLimit(.minutes(1)))
    func pinning() {
        let team = ThreadTeam(threadCount: 3, pinsThreads: true)
        let (free, calls) = (Counter(), Counter())
        let caller = pthread_self()
        for _ in 0..<200 {
            team.run { _ in
                calls.increment()
                if pthread_equal(pthread_self(), caller) == 0, ck_own_core_count() != 1 { free.increment() }
            }
        }
        #expect(calls.value == 600 && free.value == 0)
    }

    @Test("ranges cover everything once and are cut at multiples", arguments: [1, 2, 3, 8], [0, 1, 7, 8, 9, 64, 1001])
    func ranges(threadCount: Int, count: Int) {
        let team = ThreadTeam(threadCount: threadCount)
        let (visits, crookedCuts) = ((0..<count).map { _ in Counter() }, Counter())
        team.divide(count, step: 8) { range in
            if range.lowerBound % 8 != 0 { crookedCuts.increment() }
            for index in range { visits[index].increment() }
        }
        #expect(visits.allSatisfy { $0.value == 1 } && crookedCuts.value == 0)
    }

    @Test("threads that fell asleep wake up", .timeLimit(.minutes(1)))
    func parking() async throws {
        let team = ThreadTeam(threadCount: 3)
        let counter = Counter()
        for _ in 0..<3 {
            team.run { _ in counter.increment() }
            // Longer than the threads spin.
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(counter.value == 9)
    }

    @Test("a team that is busy leaves all shares to a second caller", .timeLimit(.minutes(1)))
    func nested() {
        let team = ThreadTeam(threadCount: 2)
        let counter = Counter()
        team.run { _ in team.run { _ in counter.increment() } }
        #expect(counter.value == 4)
    }

    @Test("teams come and go without a trace", .timeLimit(.minutes(1)))
    func lifetimes() {
        for _ in 0..<100 {
            let counter = Counter()
            ThreadTeam(threadCount: 4).run { _ in counter.increment() }
            #expect(counter.value == 4)
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func increment() { count.add(1, ordering: .relaxed) }
    }
}
