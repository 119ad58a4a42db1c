import Foundation

/// The part of an entry that depends on its kind, as canonical JSON: sorted keys, no blanks, whole numbers only.
extension LedgerEvent {
    private struct NewKey: Codable {
        var terms: KeyTerms
        var digest: String
    }

    private struct Rotation: Codable {
        var digest: String
        var oldUntil: Milliseconds?
        enum CodingKeys: String, CodingKey {
            case digest
            case oldUntil = "old_until"
        }
    }

    private struct Amount: Codable {
        var amount: PicoUSD
    }

    private struct Credits: Codable {
        var credits: Int
    }

    /// The JSON object.
    package var detail: String {
        switch self {
        case .accountCreated(let terms), .accountChanged(let terms): CanonicalJSON.text(of: terms)
        case .keyCreated(let terms, let digest): CanonicalJSON.text(of: NewKey(terms: terms, digest: digest))
        case .keyChanged(let terms): CanonicalJSON.text(of: terms)
        case .keyRotated(let digest, let until): CanonicalJSON.text(of: Rotation(digest: digest, oldUntil: until))
        case .grant(let amount): CanonicalJSON.text(of: Amount(amount: amount))
        case .creditGrant(let credits): CanonicalJSON.text(of: Credits(credits: credits))
        case .hold(let terms): CanonicalJSON.text(of: terms)
        case .holdExtended(let extended): CanonicalJSON.text(of: extended)
        case .capture(let settlement), .recovered(let settlement): CanonicalJSON.text(of: settlement)
        case .void(let voiding): CanonicalJSON.text(of: voiding)
        case .surplusCharge(let charge): CanonicalJSON.text(of: charge)
        case .lease(let terms): CanonicalJSON.text(of: terms)
        case .leaseEnded(let end): CanonicalJSON.text(of: end)
        case .accountClosed, .keyRevoked: "{}"
        }
    }

    /// The event of a kind with that detail.
    ///
    /// - Throws: A decoding error if the detail is not one of this kind.
    package init(kind: Kind, detail: String) throws {
        func read<Value: Decodable>(_ type: Value.Type) throws -> Value { try CanonicalJSON.read(type, from: detail) }
        switch kind {
        case .accountCreated: self = .accountCreated(try read(AccountTerms.self))
        case .accountChanged: self = .accountChanged(try read(AccountTerms.self))
        case .accountClosed: self = .accountClosed
        case .keyCreated:
            let key = try read(NewKey.self)
            self = .keyCreated(key.terms, digest: key.digest)
        case .keyChanged: self = .keyChanged(try read(KeyTerms.self))
        case .keyRotated:
            let rotation = try read(Rotation.self)
            self = .keyRotated(digest: rotation.digest, oldUntil: rotation.oldUntil)
        case .keyRevoked: self = .keyRevoked
        case .grant: self = .grant(try read(Amount.self).amount)
        case .creditGrant: self = .creditGrant(try read(Credits.self).credits)
        case .hold: self = .hold(try read(HoldTerms.self))
        case .holdExtended: self = .holdExtended(try read(ExtendedHold.self))
        case .capture: self = .capture(try read(Settlement.self))
        case .void: self = .void(try read(Voiding.self))
        case .recovered: self = .recovered(try read(Settlement.self))
        case .surplusCharge: self = .surplusCharge(try read(SurplusCharge.self))
        case .lease: self = .lease(try read(LeaseTerms.self))
        case .leaseEnded: self = .leaseEnded(try read(LeaseEnd.self))
        }
    }
}

/// JSON whose text is determined by its value.
package enum CanonicalJSON {
    package static func text(of value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("integers and strings always encode: \(error)")
        }
    }

    package static func read<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
