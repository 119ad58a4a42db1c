/// Draws accuracy against budget, with the mean thinking tokens and the prices of each budget below it.
struct BudgetChart: Sendable {
    let report: BudgetReport

    private static let width = 720.0
    private static let height = 456.0
    private static let left = 64.0
    private static let right = 32.0
    private static let top = 80.0
    private static let bottom = 124.0

    /// The whole file.
    var svg: String {
        SVGDocument(
            width: Self.width,
            height: Self.height,
            title: "Accuracy of \(report.model) by thinking budget",
            summary: summary,
            lightRules: """
                .bar { fill: #9a6700; fill-opacity: 0.3; }
                .curve { fill: none; stroke: #0969da; stroke-width: 2.5; stroke-linejoin: round; }
                .point { fill: #0969da; }
                """,
            darkRules: """
                .bar { fill: #d29922; }
                .curve { stroke: #4493f8; }
                .point { fill: #4493f8; }
                """,
            body: """
                <text class="head" x="\(text(Self.left))" y="26">\(escaped("Right answers by thinking budget"))</text>
                <text class="quiet" x="\(text(Self.left))" y="46">\(escaped(subtitle))</text>
                \(grid)
                \(bars)
                \(curve)
                \(axis)
                """
        ).text
    }

    private var subtitle: String {
        "\(report.model), \(report.questionCount) questions; line: right answers, bars: mean thinking tokens used"
    }

    private var summary: String {
        report.scores.map { "\($0.budget.label): \(percent($0)), \(tokens($0)) thinking tokens" }.joined(
            separator: "; "
        )
    }

    private var grid: String {
        stride(from: 0, through: 100, by: 25).map { share in
            let y = self.y(Double(share) / 100)
            return """
                <line class="grid" x1="\(text(Self.left))" y1="\(text(y))" x2="\(text(Self.width - Self.right))" \
                y2="\(text(y))"/>
                <text class="quiet" x="\(text(Self.left - 10))" y="\(text(y + 4))" text-anchor="end">\(share) %</text>
                """
        }.joined(separator: "\n")
    }

    /// The tallest bar is half as high as the plot, so that the curve above stays readable.
    private var bars: String {
        let most = report.scores.compactMap(\.all.meanThinkingTokens).max() ?? 0
        let barWidth = step * 0.4
        return report.scores.enumerated().map { index, score in
            let share = most > 0 ? (score.all.meanThinkingTokens ?? 0) / most / 2 : 0
            let y = self.y(share)
            return """
                <rect class="bar" x="\(text(x(index) - barWidth / 2))" y="\(text(y))" width="\(text(barWidth))" \
                height="\(text(self.y(0) - y))"/>
                """
        }.joined(separator: "\n")
    }

    private var curve: String {
        let points = report.scores.enumerated().map { (x: x($0), y: y($1.all.accuracy), label: percent($1)) }
        let line = points.map { "\(text($0.x)),\(text($0.y))" }.joined(separator: " ")
        // To the left, where a curve that rises leaves room.
        let marks = points.map { point in
            """
            <circle class="point" cx="\(text(point.x))" cy="\(text(point.y))" r="4.5"/>
            <text class="value" x="\(text(point.x + 6))" y="\(text(point.y - 11))" text-anchor="end">\(point.label)</text>
            """
        }
        return (["<polyline class=\"curve\" points=\"\(line)\"/>"] + marks).joined(separator: "\n")
    }

    private var axis: String {
        let base = y(0)
        let labels = report.scores.enumerated().map { index, score in
            """
            <text x="\(text(x(index)))" y="\(text(base + 20))" text-anchor="middle">\(escaped(score.budget.label))</text>
            <text class="quiet" x="\(text(x(index)))" y="\(text(base + 40))" text-anchor="middle">\(tokens(score))</text>
            <text class="quiet" x="\(text(x(index)))" y="\(text(base + 60))" text-anchor="middle">\(prices(score))</text>
            """
        }
        let captions =
            ["max_think_tokens, and below it the mean of thinking tokens used (one credit each)"]
            + (hasPrices ? ["and US dollars for 1,000 questions / for 1,000 right answers"] : [])
        let lines = captions.enumerated().map { index, caption in
            """
            <text class="quiet" x="\(text((Self.left + Self.width - Self.right) / 2))" \
            y="\(text(base + 84 + 18 * Double(index)))" text-anchor="middle">\(caption)</text>
            """
        }
        return (labels + lines).joined(separator: "\n")
    }

    private var hasPrices: Bool { report.scores.contains { $0.all.costPerQuestion != nil } }

    private var step: Double { (Self.width - Self.left - Self.right) / Double(max(1, report.scores.count)) }

    private func x(_ index: Int) -> Double { Self.left + (Double(index) + 0.5) * step }

    private func y(_ share: Double) -> Double {
        Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }

    private func percent(_ score: BudgetScore) -> String { BudgetReport.decimal(score.all.accuracy * 100) + " %" }

    private func tokens(_ score: BudgetScore) -> String {
        score.all.meanThinkingTokens.map(BudgetReport.decimal) ?? "-"
    }

    private func prices(_ score: BudgetScore) -> String {
        guard hasPrices else { return "" }
        return BudgetReport.price(score.all.costPerQuestion) + " / " + BudgetReport.price(score.all.costPerRightAnswer)
    }

    private func text(_ number: Double) -> String { SVGDocument.number(number) }

    private func escaped(_ text: String) -> String { SVGDocument.escaped(text) }
}
