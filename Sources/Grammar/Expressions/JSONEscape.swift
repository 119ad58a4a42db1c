/// How JSON writes characters that do not stand for themselves in a string.
enum JSONEscape {
    static func bytes(of scalar: UInt32) -> [UInt8] {
        switch scalar {
        case 0x22: Array("\\\"".utf8)
        case 0x5C: Array("\\\\".utf8)
        case 0x08: Array("\\b".utf8)
        case 0x09: Array("\\t".utf8)
        case 0x0A: Array("\\n".utf8)
        case 0x0C: Array("\\f".utf8)
        case 0x0D: Array("\\r".utf8)
        default: Array("\\u00".utf8) + [UInt8(scalar >> 4) + 0x30, Self.digit(scalar & 15)]
        }
    }

    private static func digit(_ value: UInt32) -> UInt8 { UInt8(value < 10 ? 0x30 + value : 0x57 + value) }
}
