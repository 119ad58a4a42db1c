import NemotronH
import OrderedJSON
import TestSupport
import Testing

@Suite struct ModelShapeTests {
    private static func parameterCount(_ configuration: NemotronHConfiguration) -> Int {
        TensorDemand.all(configuration).map { $0.shape.reduce(1, *) }.reduce(0, +)
    }

    @Test("the 9B has the published number of parameters")
    func nine() throws {
        let configuration = try ModelShape.configuration(named: "nemotron-nano-9b-v2")
        #expect(Self.parameterCount(configuration) == 8_888_227_328)
        #expect(configuration.layers.count { $0 == .mamba } == 27)
        #expect(configuration.layers.count { $0 == .attention } == 4)
    }

    @Test("the small shape has about 1.1 billion, and layers in about the proportions of the 9B")
    func one() throws {
        let configuration = try ModelShape.configuration(named: "1b")
        #expect((1_050_000_000...1_200_000_000).contains(Self.parameterCount(configuration)))
        let share = Double(configuration.layers.count { $0 == .mamba }) / Double(configuration.layers.count)
        #expect(abs(share - 27.0 / 56) < 0.06)
    }

    @Test(
        "a transformer has the parameters of its hybrid within 2 %, and attention for Mamba",
        arguments: [("nemotron-nano-9b-v2", "transformer-9b"), ("1b", "transformer-1b")]
    )
    func transformers(hybridName: String, name: String) throws {
        let hybrid = try ModelShape.configuration(named: hybridName)
        let transformer = try ModelShape.configuration(named: name)
        let ratio = Double(Self.parameterCount(transformer)) / Double(Self.parameterCount(hybrid))
        #expect(abs(ratio - 1) < 0.02, "\(ratio)")
        #expect(transformer.mamba == nil && transformer.attention == hybrid.attention)
        #expect(transformer.hiddenSize == hybrid.hiddenSize && transformer.vocabularySize == hybrid.vocabularySize)
        #expect(transformer.layers.count == hybrid.layers.count)
        for (mixer, old) in zip(transformer.layers, hybrid.layers) {
            switch (mixer, old) {
            case (.attention, .mamba), (.attention, .attention), (.mlp, .mlp): break
            default: Issue.record("\(mixer) instead of \(old)")
            }
        }
    }

    @Test("matrices fill whole chunks and groups of rows", arguments: ModelShape.names)
    func wholeChunks(name: String) throws {
        let configuration = try ModelShape.configuration(named: name)
        for demand in TensorDemand.all(configuration) where demand.role == .matrix || demand.role == .head {
            #expect((demand.shape.last ?? 0) % 64 == 0, "\(demand)")
            #expect((demand.shape.first ?? 0) % 16 == 0, "\(demand)")
        }
    }

    @Test("a shape's config.json holds the fields that readers of the family need", arguments: ModelShape.names)
    func json(name: String) throws {
        let text = try #require(ModelShape.json(named: name))
        let value = try JSONValue(parsing: Array(text.utf8), options: .python)
        #expect(value["model_type"] == "nemotron_h" && value["vocab_size"] == 131_072)
        let pattern = try #require(value["hybrid_override_pattern"]?.string)
        #expect(value["num_hidden_layers"]?.integer == pattern.count)
        #expect(try NemotronHConfiguration(json: Array(text.utf8), file: "x") == ModelShape.configuration(named: name))
    }

    @Test("any other name is the path of a config.json")
    func paths() throws {
        let path = Fixtures.path("models/hybrid-two-groups/config.json")
        let expected = try NemotronHConfiguration(json: Fixtures.bytes(at: path), file: path)
        #expect(try ModelShape.configuration(named: path) == expected)
        #expect(ModelShape.json(named: path) == nil)
        #expect(throws: ModelError.self) { try ModelShape.configuration(named: "transformer-2b") }
    }
}
