@testable import HTTPServer

/// A session and a client that talk to each other in memory; what the client sends is cut into pieces.
struct TLSConversation {
    let session: TLSSession
    let client: TLSTestClient
    /// What the session reported, texts apart.
    var events: [TLSSession.Event] = []
    /// The text that the session received.
    var text: [UInt8] = []
    /// The text that the client received.
    var clientText: [UInt8] = []
    /// How many bytes the client has sent.
    var wireBytes = 0
    /// The size of the first piece; the rest follows in a second one. Nil sends all at once.
    var firstPiece: Int?

    init(_ context: TLSContext, client: TLSTestClient = TLSTestClient(), firstPiece: Int? = nil) {
        session = TLSSession(context)
        self.client = client
        self.firstPiece = firstPiece
    }

    /// Carries bytes both ways until nobody has any.
    mutating func settle() {
        while true {
            let wire = client.takeWire()
            let cut = min(max(0, (firstPiece ?? wire.count + wireBytes) - wireBytes), wire.count)
            wireBytes += wire.count
            feed(Array(wire[..<cut]))
            feed(Array(wire[cut...]))
            let sealed = session.sealed.withUnsafeBytes { Array($0) }
            session.sent(sealed.count)
            if wire.isEmpty, sealed.isEmpty { return }
            clientText += client.receive(sealed)
        }
    }

    mutating func feed(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        session.feed(bytes.span)
        var buffer = [UInt8](repeating: 0, count: TLSSession.recordBytesMax)
        while true {
            let event = buffer.withUnsafeMutableBytes { session.next(into: $0) }
            switch event {
            case .text(let count): text += buffer[..<count]
            case .needsMore: return
            case .secured: events.append(event)
            case .end, .failed, .notTLS:
                events.append(event)
                return
            }
        }
    }
}
