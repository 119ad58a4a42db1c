/// The JSON body that every error carries.
package enum ErrorBody {
    /// Encodes `{"error":{"message","type","param","code"}}` with all four keys.
    ///
    /// - Parameters:
    ///   - message: One sentence for a person.
    ///   - status: The status code, from which `type` follows.
    ///   - param: The parameter that is at fault, or null.
    ///   - code: A stable word for programs, or null.
    /// - Returns: The bytes of the JSON text.
    package static func json(message: String, status: Int, param: String? = nil, code: String? = nil) -> [UInt8] {
        var bytes = Array(#"{"error":{"message":"#.utf8)
        appendString(message, to: &bytes)
        bytes.append(contentsOf: #","type":"#.utf8)
        appendString(type(ofStatus: status), to: &bytes)
        bytes.append(contentsOf: #","param":"#.utf8)
        appendString(param, to: &bytes)
        bytes.append(contentsOf: #","code":"#.utf8)
        appendString(code, to: &bytes)
        bytes.append(contentsOf: "}}".utf8)
        return bytes
    }

    private static func type(ofStatus status: Int) -> String {
        switch status {
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    private static func appendString(_ text: String?, to bytes: inout [UInt8]) {
        guard let text else {
            bytes.append(contentsOf: "null".utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
