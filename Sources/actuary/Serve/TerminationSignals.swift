import Dispatch
import Foundation

/// Turns the first SIGTERM or SIGINT into a value to wait for; the second one ends the process as usual.
final class TerminationSignals: Sendable {
    private static let numbers = [SIGTERM, SIGINT]

    private let stream: AsyncStream<Int32>
    /// Kept alive, never touched again.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        sources = Self.numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return source
        }
    }

    /// Returns once a signal has come.
    func first() async {
        for await _ in stream { break }
        for number in Self.numbers { signal(number, SIG_DFL) }
    }
}
