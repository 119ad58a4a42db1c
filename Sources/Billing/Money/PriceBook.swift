/// The prices of all models, as one version of the price list has them.
package struct PriceBook: Equatable, Sendable {
    /// Names this list for ever; entries of the ledger quote it.
    package var version: String
    /// By the model's served name; `*` stands for every model that is not named.
    package var models: [String: UnitPrices]

    /// The name that stands for every other model.
    package static let anyModel = "*"

    package init(version: String, models: [String: UnitPrices]) {
        self.version = version
        self.models = models
    }

    /// The prices of a model; `nil` if there is none, which is not the same as free.
    package func prices(of model: String) -> UnitPrices? { models[model] ?? models[PriceBook.anyModel] }

    /// The list that applies when no other is given; `Config/prices.yaml` says the same.
    package static let builtIn: PriceBook = {
        let version = "2026-11-25"
        func prices(_ prompt: Int64, _ cached: Int64, _ thinking: Int64, _ answer: Int64, _ surplus: Int64)
            -> UnitPrices
        {
            UnitPrices(
                version: version,
                prompt: PicoUSD(prompt),
                cachedPrompt: PicoUSD(cached),
                thinking: PicoUSD(thinking),
                answer: PicoUSD(answer),
                surplusThinking: PicoUSD(surplus)
            )
        }
        return PriceBook(
            version: version,
            models: [
                "nemotron-nano-9b-v2": prices(40_000, 10_000, 200_000, 160_000, 50_000),
                "actuary-embedded": prices(1000, 250, 5000, 4000, 1250),
            ]
        )
    }()
}
