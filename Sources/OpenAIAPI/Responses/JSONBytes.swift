import OrderedJSON

/// Appends JSON to a byte buffer: answers are written straight into the bytes that are sent.
extension [UInt8] {
    /// Text that is JSON already.
    mutating func json(_ text: StaticString) { text.withUTF8Buffer { append(contentsOf: $0) } }

    /// A string with its quotes.
    mutating func json(string: String) { JSONValue.append(string, to: &self) }

    /// A string, or null.
    mutating func json(string: String?) {
        if let string { json(string: string) } else { json("null") }
    }

    mutating func json(_ number: Int) { append(contentsOf: String(number).utf8) }

    /// A number, or null.
    mutating func json(_ number: Int?) {
        if let number { json(number) } else { json("null") }
    }

    mutating func json(_ flag: Bool) { json(flag ? "true" : "false") }

    /// An array of numbers.
    mutating func json(_ numbers: some Sequence<Int>) {
        json("[")
        var isFirst = true
        for number in numbers {
            if !isFirst { json(",") }
            isFirst = false
            json(number)
        }
        json("]")
    }

    /// A log-probability.
    mutating func json(logprob: Float) {
        append(contentsOf: logprob.logprobText.utf8)
    }
}

extension Float {
    /// A log-probability in JSON. That of an impossible token is no number there; -9999 stands for it, as it does elsewhere.
    var logprobText: String { (isFinite ? max(self, -9999) : -9999).description }
}
