import ArgumentParser
import Compute
import Foundation
import NemotronH
import OrderedJSON
import Tokenization

/// `actuary model inspect`: what a model is, without running it.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what a model's folder or packed file holds, and whether it is whole."
    )

    @Argument(help: "A folder, a packed file, or 'embedded' for the built-in model.")
    var model: String

    @Flag(help: "Read a packed file as a whole and compare its checksums.")
    var verify = false

    @Option(help: "Write the same as one JSON object to this file.")
    var json: String?

    func run() async throws {
        let path = model == Settings.embeddedModel ? try BundledResources.path("actuary-embedded") : model
        let device = try CPUDevice.forCommand(threads: 0)
        let source = try ModelFolder(path: path)
        if verify { try source.verify(device) }
        let loaded = try source.model(on: device)
        let rows = try Self.rows(source, loaded, isVerified: verify)
        StandardStream.output.write(BudgetReport.aligned(rows.map { [$0.0, "  " + $0.1.shown] }))
        let object = JSONValue.object(JSONObject(rows.map { ($0.0, $0.1) }))
        try EngineBenchReport(jsonPath: json).write(object.text() + "\n")
    }

    private static func rows(
        _ source: ModelFolder,
        _ model: NemotronHModel,
        isVerified: Bool
    ) throws -> [(String, JSONValue)] {
        let configuration = model.configuration
        func count(_ isKind: (LayerKind) -> Bool) -> JSONValue {
            .integer(Int64(configuration.layers.count(where: isKind)))
        }
        let demands = TensorDemand.all(configuration)
        var rows: [(String, JSONValue)] = [
            ("model", .string(source.name)), ("architecture", "nemotron_h"),
            ("kind", .string(source.isPacked ? "packed file" : "folder")),
            ("parameters", .integer(Int64(demands.reduce(0) { $0 + $1.count }))),
            ("layers", .integer(Int64(configuration.layers.count))),
            ("mamba_layers", count { $0 == .mamba }), ("attention_layers", count { $0 == .attention }),
            ("mlp_layers", count { if case .mlp = $0 { true } else { false } }),
            ("expert_layers", count { $0 == .experts }),
            ("hidden_size", .integer(Int64(configuration.hiddenSize))),
            ("vocabulary_size", .integer(Int64(configuration.vocabularySize))),
            ("context", .integer(Int64(configuration.maxPositionEmbeddings))),
            ("weights_bytes", .integer(Int64(model.weightBytes))),
            ("state_bytes_per_sequence", .integer(Int64(model.stateBytesPerSlot))),
            ("kv_bytes_per_token", .integer(Int64(model.kvBytesPerBlock(tokens: 64, format: .bfloat16) / 64))),
            ("tokenizer_tokens", .integer(Int64(try source.tokenizer().vocabularySize))),
        ]
        for (format, bytes) in source.bytesByFormat { rows.append(("bytes_" + format, .integer(Int64(bytes)))) }
        if source.isPacked { rows.append(("checksums", isVerified ? "verified" : "not read")) }
        return rows
    }
}

extension JSONValue {
    /// For a table: texts without quotes.
    fileprivate var shown: String { string ?? text() }
}
