/// A picture in a file of its own: title, description, colours for light and dark, and what is drawn.
///
/// It needs no font of its own.
struct SVGDocument: Sendable {
    var width: Double
    var height: Double
    /// What a reader who cannot see the picture is told.
    var title: String
    var summary: String
    /// Rules of the picture's own classes, and those that replace them on a dark ground.
    var lightRules: String
    var darkRules: String
    var body: String

    /// The whole file.
    var text: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
        width="\(Self.number(width))" height="\(Self.number(height))" role="img" aria-labelledby="title summary">
        <title id="title">\(Self.escaped(title))</title>
        <desc id="summary">\(Self.escaped(summary))</desc>
        <style>
        text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
        .head { font-size: 16px; font-weight: 600; }
        .quiet { fill: #59636e; }
        .value { font-weight: 600; }
        .grid { stroke: #59636e; stroke-opacity: 0.25; }
        \(lightRules)
        @media (prefers-color-scheme: dark) {
        text { fill: #f0f6fc; }
        .quiet { fill: #9198a1; }
        .grid { stroke: #9198a1; }
        \(darkRules)
        }
        </style>
        \(body)
        </svg>

        """
    }

    /// A coordinate.
    static func number(_ number: Double) -> String { BudgetReport.decimal(number) }

    /// Text between tags or in an attribute.
    ///
    /// XML 1.0 has no way to write most control characters; they become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
