/// Tells on standard error how far a run has come: in place on a terminal, else once at its end.
struct BudgetProgress: Sendable {
    let label: String
    let total: Int

    func show(_ done: Int) {
        if StandardStream.error.isTerminal {
            StandardStream.error.write("\r\(label): \(done) of \(total)" + (done == total ? "\n" : ""))
        } else if done == total {
            StandardStream.error.write("\(label): \(total) questions asked\n")
        }
    }
}
