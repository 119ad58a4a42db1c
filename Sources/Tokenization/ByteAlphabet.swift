/// The printable stand-ins for bytes in which byte-level vocabularies are written (GPT-2's table).
///
/// Bytes that are visible in Latin-1 stand for themselves; the others get the code points from 256 on, in order.
enum ByteAlphabet {
    /// The scalar of each byte, `[256]`.
    static let scalars: [Unicode.Scalar] = {
        var scalars: [Unicode.Scalar] = []
        var spare: UInt16 = 256
        for byte in UInt8.min...UInt8.max {
            switch byte {
            case 33...126, 161...172, 174...255: scalars.append(Unicode.Scalar(byte))
            default:
                guard let scalar = Unicode.Scalar(spare) else { preconditionFailure("256 to 323 are scalars") }
                scalars.append(scalar)
                spare += 1
            }
        }
        return scalars
    }()

    /// The byte of each scalar below 324, or -1.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 324)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
        return bytes
    }()

    /// Appends the bytes that a token's name stands for.
    ///
    /// A name with a character outside the alphabet stands for its own UTF-8, as in Hugging Face `tokenizers`.
    ///
    /// - Returns: Whether the name is written in the alphabet.
    static func decode(_ name: ArraySlice<UInt8>, into result: inout [UInt8]) -> Bool {
        let start = result.count
        var index = name.startIndex
        while index < name.endIndex {
            let lead = name[index]
            var scalar = Int(lead)
            if lead >= 0x80 {
                index += 1
                // Two bytes reach up to U+07FF; longer sequences lie outside the alphabet anyway.
                scalar = lead < 0xE0 && index < name.endIndex ? Int(lead & 0x1F) << 6 | Int(name[index] & 0x3F) : .max
            }
            guard scalar < bytes.count, bytes[scalar] >= 0 else {
                result.removeSubrange(start...)
                result.append(contentsOf: name)
                return false
            }
            result.append(UInt8(bytes[scalar]))
            index += 1
        }
        return true
    }
}
