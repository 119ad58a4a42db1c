/// A whole number of tokens written in decimal digits, as names and headers have it.
package struct TokenCount: Sendable, Equatable {
    package let value: Int

    /// `nil` for anything but digits, and beyond the largest number a request may name.
    package init?(_ text: some StringProtocol) {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isPlain, let number = Int64(text), number <= ChatParameters.maxTokenCount else { return nil }
        value = Int(number)
    }
}
