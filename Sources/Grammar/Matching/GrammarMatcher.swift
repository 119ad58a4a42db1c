/// Follows a grammar through texts, and tells which tokens may come next.
///
/// A *place* stands for all that the text so far may mean: states, each with the rules to return to. Places, the steps
/// between them and the masks of tokens are computed when they are first needed and kept. Confined to one thread.
package final class GrammarMatcher {
    /// Names a place.
    package typealias Place = Int32
    /// The text so far is not the beginning of anything.
    package static let nowhere: Place = -1

    /// The most places that are kept, at a kilobyte each.
    private static let maxPlaceCount = 12_000
    /// The most masks that are kept.
    private static let maxMaskCount = 400
    /// How many readings of a text are followed; what is beyond is left out, which only narrows what may come.
    private static let maxReadingCount = 4_096
    private static let unknown: Int32 = -2

    /// One reading of the text so far.
    private struct Reading: Hashable {
        /// -1 if the whole text is complete.
        let state: Int32
        /// The rule to return to, or -1 at the top.
        let stack: Int32
    }

    private struct Frame: Hashable {
        let then: Int32
        let below: Int32
    }

    private let grammar: Grammar
    private let trie: TokenTrie
    private var readings: [[Reading]] = []
    private var numbers: [[Reading]: Place] = [:]
    /// 256 for each place.
    private var steps: [Place] = []
    private var frames: [Frame] = []
    private var frameNumbers: [Frame: Int32] = [:]
    private var masks: [Place: TokenMask] = [:]
    private var places: [Place]
    /// The place before any text.
    package private(set) var start: Place = 0

    package init(_ grammar: Grammar, _ trie: TokenTrie) {
        self.grammar = grammar
        self.trie = trie
        places = Array(repeating: Self.nowhere, count: trie.longest + 1)
        var found = Closure()
        enter(grammar.root, stack: -1, &found)
        start = number(found)
    }

    /// Whether so much is kept that a new matcher should go on.
    package var isFull: Bool { readings.count >= Self.maxPlaceCount }

    /// Whether the text may end here.
    package func isComplete(_ place: Place) -> Bool { readings[Int(place)].first?.state == -1 }

    /// Whether the text may go on.
    package func canGoOn(_ place: Place) -> Bool { readings[Int(place)].last.map { $0.state >= 0 } ?? false }

    /// The place behind more text, or `nowhere`.
    package func advance(_ place: Place, _ bytes: some Sequence<UInt8>) -> Place {
        var place = place
        for byte in bytes {
            place = step(place, byte)
            if place == Self.nowhere { return place }
        }
        return place
    }

    /// The tokens that may come next.
    package func mask(_ place: Place) -> TokenMask {
        if let known = masks[place] { return known }
        var mask = TokenMask(tokenCount: trie.tokenCount)
        let run = plainRun(readings[Int(place)])
        if run.length > 0 { mask.formUnion(trie.plain[min(run.length, trie.plain.count - 1)]) }
        walk(run.tellsAll ? trie.rest : trie.all, from: place, &mask)
        if masks.count >= Self.maxMaskCount { masks = [:] }
        masks[place] = mask
        return mask
    }

    /// The same place in a matcher that has kept nothing yet.
    package func renewed(_ place: Place) -> (matcher: GrammarMatcher, place: Place) {
        let matcher = GrammarMatcher(grammar, trie)
        var found = Closure()
        for reading in readings[Int(place)] {
            var thens: [Int32] = []
            var stack = reading.stack
            while stack >= 0 {
                thens.append(frames[Int(stack)].then)
                stack = frames[Int(stack)].below
            }
            let copy = thens.reversed().reduce(Int32(-1)) { matcher.frame(then: $1, below: $0) }
            found.readings.append(Reading(state: reading.state, stack: copy))
        }
        return (matcher, matcher.number(found))
    }

    // MARK: - Masks

    /// How many plain characters may come, and whether longer tokens of them cannot come by another way.
    private func plainRun(_ readings: [Reading]) -> (length: Int, tellsAll: Bool) {
        var length: Int32 = 0
        var hasOthers = false
        for reading in readings where reading.state >= 0 {
            length = max(length, grammar.plainRuns[Int(reading.state)])
            hasOthers = hasOthers || grammar.hasOtherPlainEdges[Int(reading.state)]
        }
        return (Int(length), length > 0 && (!hasOthers || Int(length) >= trie.plain.count - 1))
    }

    private func walk(_ nodes: TokenTrie.Nodes, from place: Place, _ mask: inout TokenMask) {
        places[0] = place
        var node = 0
        nodes.bytes.withUnsafeBufferPointer { bytes in
            while node < bytes.count {
                let depth = Int(nodes.depths[node])
                let next = step(places[depth], bytes[node])
                guard next != Self.nowhere else {
                    node = Int(nodes.ends[node])
                    continue
                }
                places[depth + 1] = next
                var token = nodes.tokens[node]
                while token >= 0 {
                    mask.insert(token)
                    token = trie.twins[Int(token)]
                }
                node += 1
            }
        }
    }

    // MARK: - Steps

    @inline(__always)
    private func step(_ place: Place, _ byte: UInt8) -> Place {
        let known = steps[Int(place) << 8 | Int(byte)]
        return known == Self.unknown ? computeStep(place, byte) : known
    }

    /// Computes the step over a byte and over all its neighbours that lead to the same place.
    private func computeStep(_ place: Place, _ byte: UInt8) -> Place {
        var found = Closure()
        var (first, last): (UInt8, UInt8) = (0, 255)
        for reading in readings[Int(place)] where reading.state >= 0 {
            for edge in grammar.states[Int(reading.state)].edges {
                if edge.bytes.contains(byte) {
                    first = max(first, edge.bytes.lowerBound)
                    last = min(last, edge.bytes.upperBound)
                    enter(edge.to, stack: reading.stack, &found)
                } else if edge.bytes.upperBound < byte {
                    first = max(first, edge.bytes.upperBound + 1)
                } else {
                    last = min(last, edge.bytes.lowerBound - 1)
                }
            }
        }
        let next = found.readings.isEmpty ? Self.nowhere : number(found)
        for other in first...last { steps[Int(place) << 8 | Int(other)] = next }
        return next
    }

    /// Readings that are reached without a byte.
    private struct Closure {
        var readings: [Reading] = []
        var seen: Set<Reading> = []
    }

    private func enter(_ state: Int32, stack: Int32, _ found: inout Closure) {
        var open = [Reading(state: state, stack: stack)]
        while let reading = open.popLast() {
            guard found.seen.count < Self.maxReadingCount, found.seen.insert(reading).inserted else { continue }
            let content = grammar.states[Int(reading.state)]
            if !content.edges.isEmpty { found.readings.append(reading) }
            for jump in content.jumps { open.append(Reading(state: jump, stack: reading.stack)) }
            for call in content.calls {
                let stack = isPlainReturn(call.then) ? reading.stack : frame(then: call.then, below: reading.stack)
                open.append(Reading(state: grammar.starts[Int(call.rule)], stack: stack))
            }
            guard content.isEnd else { continue }
            if reading.stack < 0 {
                let end = Reading(state: -1, stack: -1)
                if found.seen.insert(end).inserted { found.readings.append(end) }
            } else {
                let frame = frames[Int(reading.stack)]
                open.append(Reading(state: frame.then, stack: frame.below))
            }
        }
    }

    /// Whether a rule that is called last need not be returned from: lists then take no memory.
    private func isPlainReturn(_ state: Int32) -> Bool {
        let content = grammar.states[Int(state)]
        return content.isEnd && content.edges.isEmpty && content.jumps.isEmpty && content.calls.isEmpty
    }

    private func frame(then: Int32, below: Int32) -> Int32 {
        let frame = Frame(then: then, below: below)
        if let known = frameNumbers[frame] { return known }
        frames.append(frame)
        frameNumbers[frame] = Int32(frames.count - 1)
        return Int32(frames.count - 1)
    }

    private func number(_ found: Closure) -> Place {
        let sorted = found.readings.sorted { ($0.state, $0.stack) < ($1.state, $1.stack) }
        if let known = numbers[sorted] { return known }
        readings.append(sorted)
        numbers[sorted] = Place(readings.count - 1)
        steps.append(contentsOf: repeatElement(Self.unknown, count: 256))
        return Place(readings.count - 1)
    }
}
