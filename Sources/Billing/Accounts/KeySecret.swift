import Crypto

/// The text of a key: `sk-act-` and 32 random bytes in base 62. It is shown once and kept nowhere.
package struct KeySecret: Sendable {
    package static let prefix = "sk-act-"
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// 62^43 > 2^256.
    private static let digitCount = 43

    package let text: String

    /// - Parameter randomBytes: 32 bytes that nobody can guess.
    package init(randomBytes: [UInt8]) {
        precondition(randomBytes.count == 32)
        var number = randomBytes
        var digits: [UInt8] = []
        for _ in 0..<KeySecret.digitCount {
            // One step of long division by 62.
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 62)
                remainder = value % 62
            }
            digits.append(KeySecret.alphabet[remainder])
        }
        text = KeySecret.prefix + String(decoding: digits.reversed(), as: UTF8.self)
    }

    /// A new key from the system's source of randomness.
    package static func random() -> KeySecret {
        KeySecret(randomBytes: randomBytes(32))
    }

    /// The digest under which the key is kept.
    package var digest: String { KeySecret.digest(of: text) }

    /// The SHA-256 digest of a text, in hexadecimal digits.
    package static func digest(of text: String) -> String { digest(of: Array(text.utf8)) }

    /// The SHA-256 digest of bytes, in hexadecimal digits.
    package static func digest(of bytes: [UInt8]) -> String { Hexadecimal.text(SHA256.hash(data: bytes)) }

    /// Whether two digests are equal, in a time that does not tell where they differ.
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
    }

    /// A new identifier: a prefix and 96 random bits.
    package static func randomIdentifier(_ prefix: String) -> String {
        prefix + Hexadecimal.text(randomBytes(12))
    }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
