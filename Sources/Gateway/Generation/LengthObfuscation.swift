/// Fills events up to a multiple of one length, so that who watches encrypted packets learns little of the tokens in them.
enum LengthObfuscation {
    private static let blockBytes = 64
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Adds a member `obfuscation` of random letters to a JSON object; compression finds nothing to save in them.
    ///
    /// - Precondition: The object has members.
    static func fill(_ object: inout [UInt8]) {
        let name = Array(#","obfuscation":""#.utf8)
        let bareCount = object.count + name.count + 1
        let count = (blockBytes - bareCount % blockBytes) % blockBytes
        object.removeLast()
        object += name
        for _ in 0..<count { object.append(alphabet.randomElement() ?? alphabet[0]) }
        object += [UInt8(ascii: "\""), UInt8(ascii: "}")]
    }
}
