/// The string methods of Python that cut and glue, on bytes, with provenance kept.
extension TemplateString {
    /// Where a strip works.
    enum Side { case left, right, both }

    /// Without the white space, or the given code points, at its ends.
    func stripped(_ side: Side = .both, of characters: TemplateString? = nil) -> TemplateString {
        let set = characters.map { Set($0.string.unicodeScalars) }
        func drops(_ scalar: UnicodeScalar) -> Bool { set?.contains(scalar) ?? PythonText.isSpace(scalar) }
        var start = 0
        var end = utf8.count
        if side != .right {
            while start < end {
                let next = scalar(at: start)
                guard drops(next.scalar) else { break }
                start += next.length
            }
        }
        if side != .left {
            while end > start {
                let last = scalar(before: end)
                guard drops(last.scalar) else { break }
                end -= last.length
            }
        }
        return self[bytes: start..<end]
    }

    /// Cuts at every occurrence of `separator`, at most `limit` times, from the left or from the right.
    ///
    /// - Precondition: `separator` is not empty.
    func split(separator: TemplateString, limit: Int, fromRight: Bool) -> [TemplateString] {
        let cuts = occurrences(of: separator, limit: limit, fromRight: fromRight)
        var parts: [TemplateString] = []
        var start = 0
        for cut in cuts {
            parts.append(self[bytes: start..<cut])
            start = cut + separator.byteCount
        }
        parts.append(self[bytes: start..<utf8.count])
        return parts
    }

    /// The byte offsets of the occurrences that do not overlap, in ascending order.
    func occurrences(of needle: TemplateString, limit: Int = .max, fromRight: Bool = false) -> [Int] {
        guard fromRight else { return ByteSearch(needle.utf8).all(in: utf8, limit: limit) }
        let mirrored = ByteSearch(needle.utf8.reversed()).all(in: utf8.reversed(), limit: limit)
        return mirrored.reversed().map { utf8.count - $0 - needle.byteCount }
    }

    /// Cuts at runs of white space, at most `limit` times; there are no empty parts.
    ///
    /// The part that is left when the limit is reached keeps the blanks at its far end.
    func splitAtSpaces(limit: Int, fromRight: Bool) -> [TemplateString] {
        fromRight ? splitAtSpacesFromRight(limit: limit) : splitAtSpacesFromLeft(limit: limit)
    }

    private func splitAtSpacesFromLeft(limit: Int) -> [TemplateString] {
        var parts: [TemplateString] = []
        var offset = 0
        while true {
            while offset < utf8.count, case let next = scalar(at: offset), PythonText.isSpace(next.scalar) {
                offset += next.length
            }
            guard offset < utf8.count else { return parts }
            if parts.count == limit {
                parts.append(self[bytes: offset..<utf8.count])
                return parts
            }
            let start = offset
            while offset < utf8.count, case let next = scalar(at: offset), !PythonText.isSpace(next.scalar) {
                offset += next.length
            }
            parts.append(self[bytes: start..<offset])
        }
    }

    private func splitAtSpacesFromRight(limit: Int) -> [TemplateString] {
        var parts: [TemplateString] = []
        var end = utf8.count
        while true {
            while end > 0, case let last = scalar(before: end), PythonText.isSpace(last.scalar) { end -= last.length }
            guard end > 0 else { return parts.reversed() }
            if parts.count == limit {
                parts.append(self[bytes: 0..<end])
                return parts.reversed()
            }
            let stop = end
            while end > 0, case let last = scalar(before: end), !PythonText.isSpace(last.scalar) { end -= last.length }
            parts.append(self[bytes: end..<stop])
        }
    }

    /// The lines, cut at every line boundary Python knows; a last empty line does not count.
    func lines(keepingEnds: Bool) -> [TemplateString] {
        var result: [TemplateString] = []
        var start = 0
        var offset = 0
        while offset < utf8.count {
            let next = scalar(at: offset)
            let end = offset
            offset += next.length
            guard PythonText.isLineBoundary(next.scalar) else { continue }
            if next.scalar == "\r", offset < utf8.count, utf8[offset] == 0x0A { offset += 1 }
            result.append(self[bytes: start..<(keepingEnds ? offset : end)])
            start = offset
        }
        if start < utf8.count { result.append(self[bytes: start..<utf8.count]) }
        return result
    }

    /// With the first `limit` occurrences of `old` replaced; an empty `old` is found between all code points.
    func replacing(_ old: TemplateString, with new: TemplateString, limit: Int = .max) -> TemplateString {
        guard limit > 0 else { return self }
        if old.isEmpty { return interspersed(with: new, limit: limit) }
        guard old.byteCount <= utf8.count else { return self }
        let matches = ByteSearch(old.utf8).all(in: utf8, limit: limit)
        guard !matches.isEmpty else { return self }
        var result = TemplateString()
        result.reserve(utf8.count + matches.count * (new.byteCount - old.byteCount))
        var start = 0
        for match in matches {
            result.append(self, bytes: start..<match)
            result.append(new)
            start = match + old.byteCount
        }
        result.append(self, bytes: start..<utf8.count)
        return result
    }

    private func interspersed(with new: TemplateString, limit: Int) -> TemplateString {
        var result = TemplateString()
        var inserted = 0
        var offset = 0
        while inserted < limit {
            result.append(new)
            inserted += 1
            guard offset < utf8.count else { return result }
            let length = scalar(at: offset).length
            result.append(self, bytes: offset..<offset + length)
            offset += length
        }
        result.append(self, bytes: offset..<utf8.count)
        return result
    }

    /// Whether `other` occurs in it.
    func contains(_ other: TemplateString) -> Bool {
        if other.isEmpty { return true }
        guard other.byteCount <= utf8.count else { return false }
        return ByteSearch(other.utf8).first(in: utf8) != nil
    }

    func hasPrefix(_ other: TemplateString) -> Bool { utf8.starts(with: other.utf8) }

    func hasSuffix(_ other: TemplateString) -> Bool {
        other.byteCount <= utf8.count && utf8[(utf8.count - other.byteCount)...].elementsEqual(other.utf8)
    }

    /// The parts with this text between them.
    func joining(_ parts: [TemplateString]) -> TemplateString {
        var result = TemplateString()
        result.reserve(parts.reduce(byteCount * max(0, parts.count - 1)) { $0 + $1.byteCount })
        for (index, part) in parts.enumerated() {
            if index > 0 { result.append(self) }
            result.append(part)
        }
        return result
    }

    /// This text `count` times.
    func repeated(_ count: Int) -> TemplateString {
        var result = TemplateString()
        result.reserve(byteCount * max(0, count))
        for _ in 0..<max(0, count) { result.append(self) }
        return result
    }
}
