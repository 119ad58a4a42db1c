/// Finds one text in another in linear time, whatever the two are (Knuth, Morris, Pratt).
///
/// The needle may come from a request, so the quadratic worst case of the plain search is not acceptable.
struct ByteSearch {
    private let needle: [UInt8]
    /// For each prefix of the needle: the length of its longest proper border.
    private let borders: [Int]

    /// - Precondition: `needle` is not empty.
    init(_ needle: [UInt8]) {
        precondition(!needle.isEmpty, "an empty needle is everywhere")
        self.needle = needle
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// The offset of the first occurrence that starts at or behind `start`.
    func first(in bytes: [UInt8], from start: Int = 0) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                borders.withUnsafeBufferPointer { borders in
                    ByteSearch.first(of: needle, borders, in: bytes, from: start)
                }
            }
        }
    }

    /// The offsets of the occurrences from left to right that do not overlap, at most `limit` of them.
    func all(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        var found: [Int] = []
        var position = 0
        while found.count < limit, let match = first(in: bytes, from: position) {
            found.append(match)
            position = match + needle.count
        }
        return found
    }

    private static func first(
        of needle: UnsafeBufferPointer<UInt8>,
        _ borders: UnsafeBufferPointer<Int>,
        in bytes: UnsafeBufferPointer<UInt8>,
        from start: Int
    ) -> Int? {
        var matched = 0
        var index = start
        let lead = needle[0]
        while index < bytes.count {
            if matched == 0 {
                while index < bytes.count, bytes[index] != lead { index += 1 }
                guard index < bytes.count else { return nil }
                matched = 1
            } else {
                while matched > 0, bytes[index] != needle[matched] { matched = borders[matched - 1] }
                if bytes[index] == needle[matched] { matched += 1 }
            }
            index += 1
            if matched == needle.count { return index - matched }
        }
        return nil
    }
}
