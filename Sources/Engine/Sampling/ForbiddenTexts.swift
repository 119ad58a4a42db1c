/// Watches an answer for texts that it may not have.
struct ForbiddenTexts: Sendable {
    private let texts: [[UInt8]]
    private let longest: Int
    /// The last bytes of the answer.
    private var tail: [UInt8] = []

    /// `nil` if everything is allowed.
    ///
    /// - Precondition: No text is empty.
    init?(_ texts: [String]) {
        guard let longest = texts.map(\.utf8.count).max() else { return nil }
        precondition(texts.allSatisfy { !$0.isEmpty }, "every answer has the empty text")
        self.texts = texts.map { Array($0.utf8) }
        self.longest = longest
    }

    /// Goes on over bytes of the answer; false if a forbidden text is complete with one of them.
    mutating func take(_ bytes: some Sequence<UInt8>) -> Bool {
        var isAllowed = true
        for byte in bytes {
            if tail.count == longest { tail.removeFirst() }
            tail.append(byte)
            if texts.contains(where: { tail.suffix($0.count).elementsEqual($0) }) { isAllowed = false }
        }
        return isAllowed
    }
}
