import OrderedJSON

/// Reads the list of layers, which files write in three ways.
enum LayerPattern {
    private static let maxLayerCount = 4096

    static func layers(_ fields: ConfigurationFields) throws(ModelError) -> [LayerKind] {
        let (name, marks) = try marks(fields)
        guard (1...maxLayerCount).contains(marks.count) else {
            throw fields.invalid(name, .outOfRange(value: marks.count, allowed: 1...maxLayerCount))
        }
        let layerCount = try fields.size("num_hidden_layers", or: marks.count)
        guard layerCount == marks.count else {
            throw fields.invalid(name, .wrongCount(expected: layerCount, found: marks.count))
        }
        var widths = try mlpWidths(fields, count: marks.count { $0 == "-" })[...]
        var layers: [LayerKind] = []
        for mark in marks {
            switch mark {
            case "M": layers.append(.mamba)
            case "*": layers.append(.attention)
            case "E": layers.append(.experts)
            default: layers.append(.mlp(intermediateSize: widths.removeFirst()))
            }
        }
        return layers
    }

    /// One of `M`, `*`, `-`, `E` for each layer, and the field it was read from.
    private static func marks(_ fields: ConfigurationFields) throws(ModelError) -> (String, [Character]) {
        let names = ["hybrid_override_pattern", "layers_block_type", "layer_types"]
        let (name, value) = try fields.require(names)
        if let pattern = value.string {
            for mark in pattern where !"M*-E".contains(mark) {
                throw fields.invalid(name, .unknownName(String(mark)))
            }
            return (name, Array(pattern))
        }
        guard let entries = value.array else { throw fields.wrongType(name, "a string or a list", value) }
        var marks: [Character] = []
        for entry in entries {
            guard let kind = entry.string else { throw fields.wrongType(name, "a list of strings", entry) }
            switch kind {
            case "mamba", "linear_attention": marks.append("M")
            case "attention", "full_attention": marks.append("*")
            case "mlp": marks.append("-")
            case "moe": marks.append("E")
            default: throw fields.invalid(name, .unknownName(kind))
            }
        }
        return (name, marks)
    }

    /// `intermediate_size` is one number, or a list with one for all or one for each MLP.
    private static func mlpWidths(_ fields: ConfigurationFields, count: Int) throws(ModelError) -> [Int] {
        guard count > 0 else { return [] }
        let (name, value) = try fields.require(["intermediate_size"])
        var widths: [Int] = []
        for element in value.array ?? [value] {
            widths.append(try fields.size(name, element, allowed: 1...ConfigurationFields.sizeLimit))
        }
        if widths.count == 1 { return Array(repeating: widths[0], count: count) }
        guard widths.count == count else {
            throw fields.invalid(name, .wrongCount(expected: count, found: widths.count))
        }
        return widths
    }
}
