import Foundation
import HTTPServer
import HTTPTypes
import Synchronization

/// A server whose streams get events at a given rate, for `Tests/Benchmarks/event_streams.py`, which reads them.
///
///     EventStreamBenchmark STREAMS RATE SECONDS
///
/// Prints the port; begins when all streams are open; each event carries the time at which it was made, on the system's
/// monotonic clock. At the end it prints the processor time that the process has taken meanwhile.
@main
enum EventStreamBenchmark {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 3 else { return print("EventStreamBenchmark STREAMS RATE SECONDS") }
        let (streamCount, rate, seconds) = (numbers[0], numbers[1], numbers[2])
        let writers = Mutex<[ResponseWriter]>([])
        var settings = ServerSettings()
        settings.eventLoopCount = 1
        settings.connectionsPerAddressMax = 10_000
        let stream = Route(.get, "/stream") { _, writer in
            writer.startStream(headers: [.contentType: EventStream.mediaType], heartbeat: .eventStream)
            writers.withLock { $0.append(writer) }
        }
        let server = HTTPServer(settings: settings, router: Router([stream])) { _ in }
        print(try server.start().port)
        fflush(nil)
        while writers.withLock({ $0.count }) < streamCount { try await Task.sleep(for: .milliseconds(10)) }
        let open = writers.withLock { $0 }
        let before = processorSeconds()
        // On a thread of its own, as the engine is.
        await withCheckedContinuation { continuation in
            Thread {
                send(rate * seconds, to: open, rate: rate)
                continuation.resume()
            }.start()
        }
        print(processorSeconds() - before)
        for writer in open { writer.finish() }
        await server.drain(deadline: .seconds(10))
    }

    /// Sends events in turns; what is due is sent every millisecond.
    private static func send(_ count: Int, to writers: [ResponseWriter], rate: Int) {
        let start = ContinuousClock.now
        var sent = 0
        while sent < count {
            let due = min(count, Int((ContinuousClock.now - start) / .seconds(1) * Double(rate)))
            while sent < due {
                writers[sent % writers.count].write(EventStream.event(event()))
                sent += 1
            }
            usleep(1000)
        }
    }

    /// As long as the chunk of a chat completion.
    private static func event() -> String {
        let text = String(repeating: "x", count: 200)
        return "{\"time\": \(nanoseconds(CLOCK_MONOTONIC)), \"text\": \"\(text)\"}"
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func processorSeconds() -> Double {
        Double(nanoseconds(CLOCK_PROCESS_CPUTIME_ID)) / 1e9
    }
}
