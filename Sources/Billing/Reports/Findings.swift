/// What a check found wrong: the first ones in words, the rest in number.
package struct Findings: Hashable, Sendable {
    /// One sentence each.
    package private(set) var sentences: [String] = []
    package private(set) var count = 0

    private static let sentencesMax = 50

    package init() {}

    mutating func add(_ sentence: @autoclosure () -> String) {
        count += 1
        if sentences.count < Findings.sentencesMax { sentences.append(sentence()) }
    }

    mutating func expect(_ isTrue: Bool, _ sentence: @autoclosure () -> String) {
        if !isTrue { add(sentence()) }
    }
}
