import Glibc

/// Standard output or standard error, written at once and without a buffer.
enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Whether it leads to a terminal.
    var isTerminal: Bool { isatty(rawValue) != 0 }

    /// Writes the whole text; what a reader that has gone away does not take is lost.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
