import OrderedJSON

/// The table of contents of a safetensors file: 8 bytes of length, a JSON object, then the data.
///
/// Everything that the data's reader relies on is checked here: the ranges lie inside the file, touch one another, and are as
/// long as shape and type demand.
package struct SafetensorsHeader: Sendable, Equatable {
    /// One tensor of the file.
    package struct Entry: Sendable, Equatable {
        package let type: TensorType
        package let shape: [Int]
        /// Where its bytes lie, counted from the start of the file.
        package let byteRange: Range<Int>
    }

    /// The format's own limit for headers.
    package static let limitBytes = 100_000_000

    package let entries: [String: Entry]

    /// Reads the header of a whole file.
    ///
    /// - Parameters:
    ///   - bytes: The file's bytes.
    ///   - file: Its name for error messages.
    /// - Throws: `ComputeError` naming `file` and what is wrong with it.
    package init(bytes: UnsafeRawBufferPointer, file: String) throws(ComputeError) {
        guard bytes.count >= 8 else { throw .truncatedHeader(file: file, neededBytes: 8, fileBytes: bytes.count) }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(SafetensorsHeader.limitBytes) else {
            throw .headerTooLarge(file: file, headerBytes: length, limitBytes: SafetensorsHeader.limitBytes)
        }
        guard length <= UInt64(bytes.count - 8) else {
            throw .truncatedHeader(file: file, neededBytes: length + 8, fileBytes: bytes.count)
        }
        let dataStart = 8 + Int(length)
        let json: JSONValue
        do { json = try JSONValue(parsing: Array(bytes[8..<dataStart])) } catch {
            throw .invalidJSON(file: file, error)
        }
        guard let members = json.object else { throw .notAnObject(file: file) }
        var entries: [String: Entry] = [:]
        for (name, value) in members where name != "__metadata__" {
            do { entries[name] = try SafetensorsHeader.entry(value, dataStart: dataStart) } catch {
                throw .invalidTensor(file: file, tensor: name, error)
            }
        }
        self.entries = entries
        try checkRanges(file: file, dataStart: dataStart, fileBytes: bytes.count)
    }

    private static func entry(_ value: JSONValue, dataStart: Int) throws(ComputeError.TensorFault) -> Entry {
        guard value.object != nil else { throw .notAnObject }
        guard let typeName = value["dtype"] else { throw .missing(field: "dtype") }
        guard let typeName = typeName.string else { throw .invalid(field: "dtype") }
        guard let type = TensorType(rawValue: typeName) else { throw .unknownType(typeName) }
        guard let shapeValue = value["shape"] else { throw .missing(field: "shape") }
        guard let shape = wholeNumbers(shapeValue) else { throw .invalid(field: "shape") }
        guard let offsetsValue = value["data_offsets"] else { throw .missing(field: "data_offsets") }
        guard let offsets = wholeNumbers(offsetsValue), offsets.count == 2, offsets[0] <= offsets[1] else {
            throw .invalid(field: "data_offsets")
        }
        let (end, hasOverflown) = offsets[1].addingReportingOverflow(dataStart)
        guard !hasOverflown, let shapeBytes = product(shape, type.byteCount) else { throw .tooLarge }
        guard shapeBytes == offsets[1] - offsets[0] else {
            throw .sizeMismatch(shapeBytes: shapeBytes, rangeBytes: offsets[1] - offsets[0])
        }
        return Entry(type: type, shape: shape, byteRange: (offsets[0] + dataStart)..<end)
    }

    private static func wholeNumbers(_ value: JSONValue) -> [Int]? {
        guard let elements = value.array else { return nil }
        let numbers = elements.compactMap(\.integer)
        return numbers.count == elements.count && numbers.allSatisfy { $0 >= 0 } ? numbers : nil
    }

    private static func product(_ shape: [Int], _ elementBytes: Int) -> Int? {
        var total = elementBytes
        for dimension in shape {
            let (next, hasOverflown) = total.multipliedReportingOverflow(by: dimension)
            guard !hasOverflown else { return nil }
            total = next
        }
        return total
    }

    /// The format demands that the tensors cover the data without gap or overlap.
    private func checkRanges(file: String, dataStart: Int, fileBytes: Int) throws(ComputeError) {
        let sorted = entries.sorted {
            let (left, right) = ($0.value.byteRange, $1.value.byteRange)
            return (left.lowerBound, left.upperBound, $0.key) < (right.lowerBound, right.upperBound, $1.key)
        }
        var end = dataStart
        var previous = ""
        for (name, entry) in sorted {
            guard entry.byteRange.lowerBound >= end else {
                throw .overlappingTensors(file: file, first: previous, second: name)
            }
            guard entry.byteRange.lowerBound == end else { throw .gapBeforeTensor(file: file, tensor: name) }
            end = entry.byteRange.upperBound
            previous = name
        }
        guard end <= fileBytes else {
            throw .truncatedData(file: file, neededBytes: end - dataStart, dataBytes: fileBytes - dataStart)
        }
        guard end == fileBytes else {
            throw .trailingData(file: file, usedBytes: end - dataStart, dataBytes: fileBytes - dataStart)
        }
    }
}
