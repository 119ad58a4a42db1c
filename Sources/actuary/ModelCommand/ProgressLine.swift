/// Progress on standard error: one line that changes on a terminal, a line every tenth elsewhere.
struct ProgressLine {
    let title: String
    private var lastPercent = -1

    init(title: String) { self.title = title }

    /// Shows that so much is done.
    mutating func show(_ done: Int, of total: Int) {
        let percent = total > 0 ? Int(Double(done) / Double(total) * 100) : 100
        let isTerminal = StandardStream.error.isTerminal
        guard percent != lastPercent, isTerminal || percent / 10 != lastPercent / 10 || lastPercent < 0 else { return }
        lastPercent = percent
        if isTerminal {
            let full = percent * 40 / 100
            let bar = String(repeating: "#", count: full) + String(repeating: ".", count: 40 - full)
            StandardStream.error.write("\r\(title) [\(bar)] \(percent) %")
        } else {
            StandardStream.error.write("\(title) \(percent) %\n")
        }
    }

    /// Leaves the line.
    func end() {
        if StandardStream.error.isTerminal { StandardStream.error.write("\n") }
    }
}
