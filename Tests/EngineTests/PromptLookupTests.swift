import Engine
import Testing

@Suite struct PromptLookupTests {
    @Test("what followed the last three tokens when they came last is the guess")
    func draft() {
        var lookup = PromptLookup()
        #expect(lookup.draft([1, 2, 3, 4, 5, 6, 7, 1, 2], limit: 7).isEmpty)
        #expect(Array(lookup.draft([1, 2, 3, 4, 5, 6, 7, 1, 2, 3], limit: 7)) == [4, 5, 6, 7])
        #expect(Array(lookup.draft([1, 2, 3, 4, 5, 6, 7, 1, 2, 3], limit: 2)) == [4, 5])
        // The newer of two places.
        #expect(Array(lookup.draft([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 9, 1, 2, 3], limit: 1)) == [9])
        #expect(lookup.draft([1, 2, 3], limit: 4).isEmpty)
    }

    @Test("guesses that hold become longer, those that fail shorter, and none is longer than seven")
    func length() {
        var lookup = PromptLookup()
        let tokens = (0..<40).map { Int32($0) } + [3, 4, 5]
        #expect(lookup.draft(tokens, limit: 99).count == 4)
        lookup.record(drafted: 4, accepted: 4)
        #expect(lookup.draft(tokens, limit: 99).count == PromptLookup.longest)
        lookup.record(drafted: 7, accepted: 1)
        #expect(lookup.draft(tokens, limit: 99).count == 2)
        lookup.record(drafted: 2, accepted: 0)
        #expect(lookup.draft(tokens, limit: 99).count == 1)
    }
}
