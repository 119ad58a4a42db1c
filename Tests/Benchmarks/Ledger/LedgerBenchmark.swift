import Billing
import Foundation

/// How fast a ledger holds and captures, and how large it becomes.
///
///     swift run -c release LedgerBenchmark [--seconds 5] [--parallel 1,16,256] [--folder DIR | --ledger postgres://…]
///     Tests/postgres.sh run sh -c '.build/release/LedgerBenchmark --ledger "$ACTUARY_TEST_POSTGRES"'
///
/// Each request is a hold, a checkpoint and a capture, with an account, a key, a credit plan and every limit set. What is
/// printed for each number of parallel requests: requests a second, the latency of hold and capture, and the bytes of the
/// file for a million requests. In PostgreSQL each number gets an account of its own in the same database, which has to
/// be empty at first.
@main
enum LedgerBenchmark {
    static func main() async throws {
        let arguments = Arguments(CommandLine.arguments)
        print("parallel  requests/s  hold p50 ms  hold p99 ms  capture p50 ms  capture p99 ms  MB/million")
        if let url = arguments.ledger {
            for parallel in arguments.parallel {
                let store = try PostgreSQLStore(PostgreSQLAddress(url))
                try await measure(store, parallel: parallel, seconds: arguments.seconds) { nil }
            }
            return
        }
        for parallel in arguments.parallel {
            let folder = "\(arguments.folder)/ledger-benchmark-\(UUID().uuidString)"
            try DataFolder(path: folder).create()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let path = DataFolder(path: folder).ledgerPath
            let store = try SQLiteStore(path: path)
            try await measure(store, parallel: parallel, seconds: arguments.seconds) { size(of: path) }
        }
    }

    private static func measure(
        _ store: any LedgerStore,
        parallel: Int,
        seconds: Double,
        size: @escaping @Sendable () -> Int?
    ) async throws {
        let ledger = Ledger(store: store)
        let account = "bench-\(parallel)"
        let much = Int(Int32.max)
        let limits = UsageLimits(
            requestsPerMinute: much,
            tokensPerMinute: much,
            thinkingTokensPerMinute: much,
            parallelRequests: much,
            perDay: PicoUSD(Int64.max / 2),
            perMonth: PicoUSD(Int64.max / 2)
        )
        let plan = CreditPlan(name: "bench", earnRate: 1_000_000_000, launch: 1_000_000_000)
        _ = try await ledger.createAccount(account, terms: AccountTerms(kind: .prepaid, plan: plan, limits: limits))
        _ = try await ledger.grant(PicoUSD(Int64.max / 2), to: account)
        let (key, _) = try await ledger.createKey(account: account, terms: KeyTerms(limits: limits))
        let emptyBytes = size()

        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let times = try await withThrowingTaskGroup(of: [Times].self) { group in
            for worker in 0..<parallel {
                group.addTask {
                    var times: [Times] = []
                    while ContinuousClock.now < end {
                        let id = "chatcmpl-\(parallel)-\(worker)-\(times.count)-0123456789abcdef"
                        times.append(try await request(id, account: account, key: key.id, ledger))
                    }
                    return times
                }
            }
            return try await group.reduce(into: [Times]()) { $0 += $1 }
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        _ = await ledger.close()
        let holds = times.map(\.hold).sorted()
        let captures = times.map(\.capture).sorted()
        let numbers = [
            Double(times.count) / elapsed, holds[holds.count / 2], holds[holds.count * 99 / 100],
            captures[captures.count / 2], captures[captures.count * 99 / 100],
        ]
        // Bytes for one request are megabytes for a million.
        let bytes = size().flatMap { full in emptyBytes.map { Double(full - $0) / Double(times.count) } }
        let cells = numbers.map { String(format: "%.2f", $0) } + [bytes.map { String(format: "%.0f", $0) } ?? "-"]
        print("\(parallel)  " + cells.joined(separator: "  "))
    }

    /// Milliseconds.
    private struct Times {
        var hold: Double
        var capture: Double
    }

    private static func request(_ id: String, account: String, key: String, _ ledger: Ledger) async throws -> Times {
        let start = ContinuousClock.now
        let outcome = try await ledger.hold(
            HoldRequest(
                requestID: id,
                account: account,
                key: key,
                model: "nemotron-nano-9b-v2",
                promptTokens: 500,
                thinkingBound: 1000,
                completionBound: 2000
            )
        )
        guard case .held = outcome else { fatalError("\(outcome)") }
        let held = ContinuousClock.now
        let usage = TokenUsage(prompt: 500, cachedPrompt: 128, thinking: 321, answer: 123, forced: 2)
        ledger.progress(TokenUsage(prompt: 500, cachedPrompt: 128, thinking: 64), requestID: id)
        let running = ContinuousClock.now
        _ = try await ledger.capture(Capture(requestID: id, usage: usage, engine: usage, reported: usage))
        return Times(
            hold: (held - start) / .milliseconds(1),
            capture: (ContinuousClock.now - running) / .milliseconds(1)
        )
    }

    private static func size(of path: String) -> Int {
        // The write-ahead log is part of it until it is written back.
        [path, path + "-wal"].reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }
}

/// What the command line says.
private struct Arguments {
    var seconds = 5.0
    var parallel = [1, 16, 256]
    /// A database instead of a folder.
    var ledger: String?
    var folder = FileManager.default.temporaryDirectory.path

    init(_ words: [String]) {
        for (name, value) in zip(words.dropFirst(), words.dropFirst(2)) {
            switch name {
            case "--seconds": seconds = Double(value) ?? seconds
            case "--parallel": parallel = value.split(separator: ",").compactMap { Int($0) }
            case "--ledger": ledger = value
            case "--folder": folder = value
            default: break
            }
        }
    }
}
