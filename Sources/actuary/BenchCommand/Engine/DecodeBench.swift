import ArgumentParser

/// `actuary bench decode`: how fast answers are written.
struct DecodeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Measures decoding with made-up weights, beside what the machine's memory and arithmetic allow.",
        discussion: "tokens/s is of all sequences together; the limit is taken from probes in the same minutes."
    )

    @OptionGroup var options: EngineBenchOptions

    @Option(help: "How many guessed tokens each step checks for each sequence, all of them right, separated by commas.")
    var drafts = NumberList([0])

    func validate() throws {
        if let bad = drafts.numbers.first(where: { $0 > 64 }) {
            throw ValidationError("--drafts takes numbers from 0 to 64, not \(bad)")
        }
    }

    func run() async throws {
        try options.run(.decode, batch: [1, 16], depth: [0, 16_384], tokens: 8, drafts: drafts.numbers)
    }
}
