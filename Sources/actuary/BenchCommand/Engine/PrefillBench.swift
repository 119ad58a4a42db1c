import ArgumentParser

/// `actuary bench prefill`: how fast prompts are read.
struct PrefillBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prefill",
        abstract:
            "Measures reading prompts with made-up weights, beside what the machine's memory and arithmetic allow.",
        discussion: "Prompts of --tokens tokens are read in passes of at most \(EngineBench.passTokens)."
    )

    @OptionGroup var options: EngineBenchOptions

    func run() async throws {
        try options.run(.prefill, batch: [1], depth: [0], tokens: 512)
    }
}
