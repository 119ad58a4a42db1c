/// Draws memory of one sequence and speed, hybrid beside transformer, one column of bars for each pair of shapes.
struct HybridChart: Sendable {
    let report: HybridReport

    private static let panelWidth = 348.0
    private static let plotHeight = 130.0
    private static let left = 12.0
    private static let top = 96.0
    /// From one row of plots to the next.
    private static let rowHeight = 204.0
    private static let barWidth = 30.0

    /// One plot: bars of a pair, two at each context.
    private struct Plot {
        var title: String
        var groups: [Group]

        /// The tallest bar.
        var most: Double { groups.flatMap { [$0.hybrid, $0.transformer] }.compactMap(\.self).max() ?? 0 }
    }

    /// What is drawn at one context; `nil` where nothing was measured.
    private struct Group {
        var context: Int
        var hybrid: Double?
        var transformer: Double?
    }

    /// The whole file.
    var svg: String {
        let columns = plots
        let height = Self.top + 2 * Self.rowHeight
        return SVGDocument(
            width: 2 * Self.left + Double(max(1, columns.count)) * Self.panelWidth,
            height: height,
            title: "Hybrids and transformers of equal size: memory of a sequence and decoding speed by context",
            summary: summary,
            lightRules: """
                .hybrid { fill: #0969da; }
                .transformer { fill: #9a6700; fill-opacity: 0.55; }
                .small { font-size: 11px; }
                """,
            darkRules: """
                .hybrid { fill: #4493f8; }
                .transformer { fill: #d29922; }
                """,
            body: ([head] + columns.enumerated().flatMap(panel)).joined(separator: "\n")
        ).text
    }

    private var head: String {
        let weights = report.rows.first?.weights ?? "no"
        return """
            <text class="head" x="\(x(8))" y="26">\(escaped("Hybrid against transformer"))</text>
            <text class="quiet" x="\(x(8))" y="46">\(escaped("\(weights) weights, one sequence, \(report.threadCount) threads"))</text>
            <rect class="hybrid" x="\(x(8))" y="58" width="11" height="11"/>
            <text x="\(x(24))" y="68">hybrid</text>
            <rect class="transformer" x="\(x(84))" y="58" width="11" height="11"/>
            <text x="\(x(100))" y="68">attention in place of Mamba</text>
            """
    }

    private var summary: String {
        report.rows.map { row in
            let speed = row.result.map { "\(HybridReport.short($0.tokensPerSecond)) tokens/s" } ?? "does not fit"
            return "\(row.shape) at \(row.context): \(HybridReport.gigabytes(row.sequenceBytes)) GB, \(speed)"
        }.joined(separator: "; ")
    }

    /// For each pair that was measured, memory above speed.
    private var plots: [[Plot]] {
        HybridPair.allCases.compactMap { pair in
            let comparisons = report.comparisons(pair)
            guard !comparisons.isEmpty else { return nil }
            func groups(_ value: (HybridRow) -> Double?) -> [Group] {
                comparisons.map {
                    Group(context: $0.hybrid.context, hybrid: value($0.hybrid), transformer: value($0.transformer))
                }
            }
            return [
                Plot(title: "\(pair.rawValue): GB of a sequence", groups: groups { Double($0.sequenceBytes) / 1e9 }),
                Plot(title: "\(pair.rawValue): tokens/s", groups: groups { $0.result?.tokensPerSecond }),
            ]
        }
    }

    private func panel(_ column: Int, _ plots: [Plot]) -> [String] {
        plots.enumerated().map { row, plot in
            draw(plot, x: Self.left + Double(column) * Self.panelWidth, y: Self.top + Double(row) * Self.rowHeight)
        }
    }

    private func draw(_ plot: Plot, x left: Double, y top: Double) -> String {
        let base = top + 24 + Self.plotHeight
        let step = (Self.panelWidth - 16) / Double(max(1, plot.groups.count))
        // Room above the tallest bar for its number.
        let scale = plot.most > 0 ? (Self.plotHeight - 16) / plot.most : 0
        let frame = """
            <text class="value" x="\(x(left + 8 - Self.left))" y="\(number(top + 8))">\(escaped(plot.title))</text>
            <line class="grid" x1="\(number(left + 8))" y1="\(number(base))" \
            x2="\(number(left + Self.panelWidth - 8))" y2="\(number(base))"/>
            """
        let groups = plot.groups.enumerated().map { index, group in
            let center = left + 8 + (Double(index) + 0.5) * step
            return """
                \(bar("hybrid", group.hybrid, x: center - Self.barWidth - 1, base: base, scale: scale))
                \(bar("transformer", group.transformer, x: center + 1, base: base, scale: scale))
                <text class="quiet" x="\(number(center))" y="\(number(base + 18))" \
                text-anchor="middle">\(Self.label(context: group.context))</text>
                """
        }
        return ([frame] + groups).joined(separator: "\n")
    }

    private func bar(_ kind: String, _ value: Double?, x: Double, base: Double, scale: Double) -> String {
        let middle = x + Self.barWidth / 2
        guard let value else {
            return """
                <text class="quiet small" transform="translate(\(number(middle + 4)) \(number(base - 6))) rotate(-90)">\
                does not fit</text>
                """
        }
        let height = value * scale
        return """
            <rect class="\(kind)" x="\(number(x))" y="\(number(base - height))" width="\(number(Self.barWidth))" \
            height="\(number(height))"/>
            <text class="small" x="\(number(middle))" y="\(number(base - height - 5))" \
            text-anchor="middle">\(HybridReport.short(value))</text>
            """
    }

    /// A context as it is spoken of: 65536 is 64k.
    static func label(context: Int) -> String { context % 1024 == 0 ? "\(context / 1024)k" : "\(context)" }

    private func x(_ offset: Double) -> String { number(Self.left + offset) }

    private func number(_ value: Double) -> String { SVGDocument.number(value) }

    private func escaped(_ text: String) -> String { SVGDocument.escaped(text) }
}
