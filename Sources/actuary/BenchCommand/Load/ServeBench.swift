import ArgumentParser
import Foundation

/// `actuary bench serve`: how a running server does under load.
struct ServeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Puts load on a running server and prints throughput, time to first token and gaps between tokens.",
        discussion: """
            Without --rate so many streams run side by side, each with its next request when the last has ended; with it \
            requests are sent at random times, whatever becomes of them, and times count from when they were due. Any \
            server of the OpenAI API will do. The exit code is not 0 if any request failed.
            """
    )

    @Option(help: "The server.")
    var url = ServerAddress.standard

    @Option(help: "The model to ask, instead of the server's first one.")
    var model: String?

    @Option(help: "Numbers of streams, separated by commas; each is measured by itself.")
    var concurrency = NumberList([1, 2, 4, 8, 16])

    @Option(help: "Requests per second, instead of a number of streams.")
    var rate: Double?

    @Option(help: "Seconds of each measurement.")
    var duration = 20.0

    @Option(help: "Words of each prompt, two to four tokens each with most tokenizers.")
    var promptWords = 32

    @Option(help: "How many of the words all requests begin with.")
    var sharedWords = 0

    @Option(help: "The longest answer, tokens.")
    var maxTokens = 64

    @Option(
        help: "Words of prompts that arrive beside the streams, one after the other until the time is over; 0 is none."
    )
    var arrivingWords = 0

    @Option(help: "Write one JSON object for each measurement to this file.")
    var json: String?

    func validate() throws {
        let checks: [(name: String, isGood: Bool, allowed: String)] = [
            ("rate", rate.map { $0 > 0 && $0 <= 100_000 } ?? true, "above 0, up to 100000"),
            ("duration", duration > 0 && duration <= 86_400, "above 0, up to 86400"),
            ("prompt-words", (1...10_000_000).contains(promptWords), "1 to 10000000"),
            ("shared-words", (0...promptWords).contains(sharedWords), "0 to --prompt-words"),
            ("max-tokens", (1...Int(Int32.max)).contains(maxTokens), "1 to 2147483647"),
            ("arriving-words", (0...10_000_000).contains(arrivingWords), "0 to 10000000"),
            ("concurrency", concurrency.numbers.allSatisfy { (1...10_000).contains($0) }, "numbers from 1 to 10000"),
        ]
        for check in checks where !check.isGood { throw ValidationError("--\(check.name) must be \(check.allowed)") }
    }

    func run() async throws {
        if let json { try write("", to: json) }
        let http = HTTPClient(address: url)
        let client = LoadClient(client: http, model: try await modelName(http), run: UInt64.random(in: 0 ... .max))
        let run = LoadRun(
            client: client,
            demand: LoadClient.Demand(words: promptWords, sharedWords: sharedWords, maxTokens: maxTokens),
            duration: .seconds(duration),
            disturbingWords: arrivingWords == 0 ? nil : arrivingWords
        )
        // The server's first request ever pays for what is only done once.
        _ = await client.send(run.demand, number: -1)
        var results: [LoadResult] = []
        if let rate {
            results.append(await run.open(rate: rate, seed: client.run))
        } else {
            for streams in concurrency.numbers { results.append(await run.closed(streams: streams)) }
        }
        StandardStream.output.write(BudgetReport.aligned([LoadResult.header] + results.map(\.cells)))
        if let json { try write(results.map(\.json).joined(), to: json) }
        let failures = results.flatMap(\.failures)
        if let first = failures.first {
            throw CommandFailure.unavailable("\(failures.count) requests failed; the first: \(first)")
        }
    }

    private func modelName(_ client: HTTPClient) async throws(CommandFailure) -> String {
        if let model { return model }
        do throws(ClientError) { return try await client.firstModel() } catch { throw .unavailable(error.message) }
    }

    private func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw .inputOutput("cannot write \(path): give a file in a folder that exists and may be written")
        }
    }
}
