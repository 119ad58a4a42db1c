/// Positions counted as Python counts them: in code points.
extension TemplateString {
    /// The number of code points. O(n).
    var scalarCount: Int {
        utf8.withUnsafeBufferPointer { bytes in
            var count = 0
            for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
            return count
        }
    }

    /// Whether every code point is one byte. O(n).
    var isASCII: Bool {
        utf8.withUnsafeBufferPointer { bytes in
            var all: UInt8 = 0
            for byte in bytes { all |= byte }
            return all < 0x80
        }
    }

    /// The byte where code point `index` starts; the end if there are not so many.
    func byteOffset(ofScalar index: Int) -> Int {
        utf8.withUnsafeBufferPointer { bytes in
            var seen = 0
            for offset in 0..<bytes.count where bytes[offset] & 0xC0 != 0x80 {
                if seen == index { return offset }
                seen += 1
            }
            return bytes.count
        }
    }

    /// The number of code points before the byte `offset`.
    func scalarIndex(ofByte offset: Int) -> Int {
        utf8.withUnsafeBufferPointer { bytes in
            var count = 0
            for index in 0..<offset where bytes[index] & 0xC0 != 0x80 { count += 1 }
            return count
        }
    }

    /// The code point that starts at the byte `offset`, and its length.
    func scalar(at offset: Int) -> (scalar: UnicodeScalar, length: Int) {
        utf8.withUnsafeBufferPointer { PythonText.scalar(in: $0, at: offset) }
    }

    /// The code point that ends before the byte `offset`.
    func scalar(before offset: Int) -> (scalar: UnicodeScalar, length: Int) {
        var start = offset - 1
        while start > 0, utf8[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: start)
    }

    /// Each code point as a text of its own.
    func characters() -> [TemplateString] {
        var result: [TemplateString] = []
        result.reserveCapacity(utf8.count)
        var offset = 0
        while offset < utf8.count {
            let length = scalar(at: offset).length
            result.append(self[bytes: offset..<offset + length])
            offset += length
        }
        return result
    }

    /// Code points `lower`, `lower + step`, … (`count` of them), as slices with a step take them.
    func taking(count: Int, from lower: Int, step: Int) -> TemplateString {
        guard count > 0 else { return TemplateString() }
        if step == 1 {
            if isASCII { return self[bytes: lower..<lower + count] }
            let start = byteOffset(ofScalar: lower)
            var end = start
            for _ in 0..<count { end += PythonText.length(ofLead: utf8[end]) }
            return self[bytes: start..<end]
        }
        var starts: [Int] = []
        for offset in utf8.indices where utf8[offset] & 0xC0 != 0x80 { starts.append(offset) }
        var result = TemplateString()
        for turn in 0..<count {
            let start = starts[lower + turn * step]
            result.append(self, bytes: start..<start + PythonText.length(ofLead: utf8[start]))
        }
        return result
    }
}
