/// A text that knows which of its parts the template wrote itself.
///
/// Text that came with the request must not be able to spell a special token, so provenance is carried through every
/// operation: `trusted` lists the parts that are literals of the template. A text is its UTF-8 bytes plus that short
/// list, so that messages of many megabytes cost no more than copying them.
struct TemplateString: Sendable {
    /// Always valid UTF-8.
    private(set) var utf8: [UInt8]
    /// Parts written by the template: sorted, not empty, touching ones merged.
    private(set) var trusted: [Range<Int>]

    /// The empty text.
    init() {
        utf8 = []
        trusted = []
    }

    /// Text from outside.
    init(untrusted utf8: [UInt8]) {
        self.utf8 = utf8
        trusted = []
    }

    /// Text from outside.
    init(untrusted text: String) { self.init(untrusted: Array(text.utf8)) }

    /// Text of the template.
    init(trusted utf8: [UInt8]) {
        self.utf8 = utf8
        trusted = utf8.isEmpty ? [] : [0..<utf8.count]
    }

    /// Text of the template.
    init(trusted text: String) { self.init(trusted: Array(text.utf8)) }

    /// Text made from `source` by a change that keeps no positions: trusted if all of `source` was.
    init(utf8: [UInt8], derivedFrom source: TemplateString) {
        self.init(untrusted: utf8)
        if source.isFullyTrusted {
            self = TemplateString(trusted: utf8)
        } else if source.utf8.count == utf8.count, source.isASCII {
            trusted = source.trusted
        }
    }

    var isEmpty: Bool { utf8.isEmpty }
    var byteCount: Int { utf8.count }
    var string: String { String(decoding: utf8, as: UTF8.self) }

    /// Whether the template wrote all of it; true of the empty text.
    var isFullyTrusted: Bool { utf8.isEmpty || trusted == [0..<utf8.count] }

    mutating func reserve(_ byteCount: Int) { utf8.reserveCapacity(byteCount) }

    mutating func append(_ other: TemplateString) {
        let offset = utf8.count
        utf8.append(contentsOf: other.utf8)
        for run in other.trusted { trust(run.lowerBound + offset..<run.upperBound + offset) }
    }

    /// Appends the bytes `range` of `other`.
    mutating func append(_ other: TemplateString, bytes range: Range<Int>) {
        guard !range.isEmpty else { return }
        let offset = utf8.count - range.lowerBound
        utf8.append(contentsOf: other.utf8[range])
        var index = other.indexOfRun(endingAfter: range.lowerBound)
        while index < other.trusted.count, other.trusted[index].lowerBound < range.upperBound {
            let run = other.trusted[index].clamped(to: range)
            trust(run.lowerBound + offset..<run.upperBound + offset)
            index += 1
        }
    }

    /// Appends text from outside.
    mutating func append(untrusted bytes: some Collection<UInt8>) { utf8.append(contentsOf: bytes) }

    /// The bytes `range` as a text of their own.
    subscript(bytes range: Range<Int>) -> TemplateString {
        if range.lowerBound == 0, range.upperBound == utf8.count { return self }
        var part = TemplateString()
        part.append(self, bytes: range)
        return part
    }

    private mutating func trust(_ run: Range<Int>) {
        if let last = trusted.last, last.upperBound == run.lowerBound {
            trusted[trusted.count - 1] = last.lowerBound..<run.upperBound
        } else {
            trusted.append(run)
        }
    }

    /// The first run that ends behind `position`, by bisection.
    private func indexOfRun(endingAfter position: Int) -> Int {
        var low = 0
        var high = trusted.count
        while low < high {
            let middle = (low + high) / 2
            if trusted[middle].upperBound <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Two texts are equal when they read the same, whoever wrote them.
extension TemplateString: Equatable {
    static func == (left: TemplateString, right: TemplateString) -> Bool { left.utf8 == right.utf8 }
}
