/// Writes metrics in the text format of Prometheus, version 0.0.4.
///
/// Pure: values come in as arguments. A family is announced by its first sample; give samples of one family together.
package struct PrometheusText: Sendable {
    /// What a number means over time.
    package enum Kind: String, Sendable {
        /// Only grows; its name ends in `_total`.
        case counter
        case gauge
        case histogram
    }

    /// The value of the header `content-type`.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private var text = ""
    private var family = ""

    package init() {}

    package var bytes: [UInt8] { Array(text.utf8) }

    /// Adds one number.
    ///
    /// - Parameters:
    ///   - name: A valid metric name.
    ///   - kind: Of all samples of that name.
    ///   - help: One line.
    ///   - labels: In the order they are written; values may hold anything.
    ///   - value: The number.
    package mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        labels: [(name: String, value: String)] = [],
        _ value: Double
    ) {
        announce(name, kind, help)
        sample(name, labels, value)
    }

    /// Adds a distribution.
    ///
    /// - Parameters:
    ///   - name: A valid metric name, with its unit.
    ///   - help: One line.
    ///   - labels: In the order they are written; values may hold anything.
    ///   - bounds: The upper bounds of all buckets but the last, ascending.
    ///   - counts: How many values each bucket has; one more than bounds.
    ///   - sum: All values together.
    package mutating func addHistogram(
        _ name: String,
        _ help: String,
        labels: [(name: String, value: String)] = [],
        bounds: [Double],
        counts: [Int],
        sum: Double
    ) {
        precondition(counts.count == bounds.count + 1, "a histogram has one bucket above its bounds")
        announce(name, .histogram, help)
        var total = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count
            sample("\(name)_bucket", labels + [("le", PrometheusText.number(bound))], Double(total))
        }
        sample("\(name)_sum", labels, sum)
        sample("\(name)_count", labels, Double(total))
    }

    private mutating func announce(_ name: String, _ kind: Kind, _ help: String) {
        guard name != family else { return }
        family = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func sample(_ name: String, _ labels: [(name: String, value: String)], _ value: Double) {
        let written = labels.map { "\($0.name)=\"\(PrometheusText.escaped($0.value))\"" }.joined(separator: ",")
        text += written.isEmpty ? name : "\(name){\(written)}"
        text += " \(PrometheusText.number(value))\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
