import COpenSSL
import Testing

@testable import HTTPServer

@Suite("TLS sessions", .timeLimit(.minutes(2)))
struct TLSSessionTests {
    private static let versions = [TLS1_2_VERSION, TLS1_3_VERSION]

    @Test("a handshake and text both ways, with either version", arguments: versions)
    func conversation(version: Int32) throws {
        let context = try TLSContext(TLSCertificates.server)
        var talk = TLSConversation(context, client: TLSTestClient(version: version))
        talk.settle()
        #expect(talk.events == [.secured] && talk.client.isSecured)
        #expect(talk.client.protocolName == "http/1.1")
        talk.client.send(Array("ping".utf8))
        talk.settle()
        let long = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        for start in stride(from: 0, to: long.count, by: TLSSession.recordBytesMax) {
            let end = min(long.count, start + TLSSession.recordBytesMax)
            long[start..<end].withUnsafeBytes { talk.session.seal($0) }
        }
        talk.settle()
        #expect(talk.text == Array("ping".utf8) && talk.clientText == long)
        talk.client.sendEnd()
        talk.session.sealEnd()
        talk.settle()
        #expect(talk.events == [.secured, .end] && talk.client.hasEnd)
    }

    @Test("every split of what the client sends gives the same", arguments: versions)
    func splits(version: Int32) throws {
        let context = try TLSContext(TLSCertificates.server)
        var cut = 1
        while true {
            var talk = TLSConversation(context, client: TLSTestClient(version: version), firstPiece: cut)
            talk.settle()
            talk.client.send(Array("ping".utf8))
            talk.settle()
            try #require(talk.events == [.secured], "cut at \(cut)")
            try #require(talk.text == Array("ping".utf8), "cut at \(cut)")
            cut += 1
            if cut > talk.wireBytes { break }
        }
        #expect(cut > 200)
    }

    @Test("the handshake comes to the same byte by byte")
    func byteByByte() throws {
        let context = try TLSContext(TLSCertificates.server)
        var talk = TLSConversation(context)
        for byte in talk.client.takeWire() { talk.feed([byte]) }
        talk.settle()
        #expect(talk.events == [.secured])
    }

    @Test("protocols: ours among others is taken, only others end the handshake, none is fine")
    func protocols() throws {
        let context = try TLSContext(TLSCertificates.server)
        var talk = TLSConversation(context, client: TLSTestClient(protocols: ["h2", "http/1.1"]))
        talk.settle()
        #expect(talk.events == [.secured] && talk.client.protocolName == "http/1.1")
        talk = TLSConversation(context, client: TLSTestClient(protocols: ["h2"]))
        talk.settle()
        guard case .failed = talk.events.first else { return #expect(talk.events == []) }
        talk = TLSConversation(context, client: TLSTestClient(protocols: []))
        talk.settle()
        #expect(talk.events == [.secured] && talk.client.protocolName.isEmpty)
    }

    @Test("TLS 1.1 is refused, with an alert")
    func oldVersion() throws {
        let context = try TLSContext(TLSCertificates.server)
        var talk = TLSConversation(context, client: TLSTestClient())
        // What a client of TLS 1.1 says first, as this OpenSSL would not.
        talk.feed(
            [0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0xC0, 0x13, 1, 0]
        )
        guard case .failed = talk.events.first else { return #expect(talk.events == []) }
        #expect(talk.session.sealed.withUnsafeBytes { $0.first } == 0x15)
    }

    @Test("a session is resumed by its ticket, and not after a reload", arguments: versions)
    func resumption(version: Int32) throws {
        let credentials = try TLSCredentials(TLSCertificates.server)
        let context = try TLSContext(TLSCertificates.server)
        var first = TLSConversation(context, client: TLSTestClient(version: version))
        first.settle()
        #expect(!first.session.isResumed)
        let ticket = SSL_get1_session(first.client.pointer)
        defer { SSL_SESSION_free(ticket) }
        var second = TLSConversation(context, client: TLSTestClient(version: version, resuming: ticket))
        second.settle()
        #expect(second.events == [.secured] && second.session.isResumed)
        try credentials.reload()
        var third = TLSConversation(
            try TLSContext(TLSCertificates.server),
            client: TLSTestClient(version: version, resuming: ticket)
        )
        third.settle()
        #expect(third.events == [.secured] && !third.session.isResumed)
    }

    @Test("with an authority for clients, only its own get in", arguments: versions)
    func clientCertificates(version: Int32) throws {
        let context = try TLSContext(TLSCertificates.strict)
        for (certificate, isWelcome) in [
            (TLSCertificates.client, true), (TLSCertificates.stranger, false), (nil, false),
        ] {
            var talk = TLSConversation(context, client: TLSTestClient(version: version, certificate: certificate))
            talk.settle()
            #expect((talk.events == [.secured]) == isWelcome, "\(talk.events)")
        }
    }

    @Test("a request in plain HTTP is told from TLS", arguments: ["GET / HTTP/1.1\r\n", "POST", "x"])
    func plain(text: String) throws {
        var talk = TLSConversation(try TLSContext(TLSCertificates.server))
        talk.feed(Array(text.utf8))
        #expect(talk.events == [.notTLS])
    }

    @Test("files that cannot be used are named")
    func badFiles() {
        func error(_ files: TLSFiles) -> TLSError? {
            do throws(TLSError) {
                _ = try TLSContext(files)
                return nil
            } catch {
                return error
            }
        }
        let good = TLSCertificates.server
        var files = good
        files.certificatePath = "/nowhere.pem"
        #expect("\(String(describing: error(files)))".contains("/nowhere.pem"))
        files = good
        files.keyPath = TLSCertificates.renewed.keyPath
        #expect(error(files) == .keyMismatch(certificatePath: good.certificatePath, keyPath: files.keyPath))
        files.keyPath = TLSCertificates.encryptedKeyPath
        guard case .unusableFile(files.keyPath, "key", _) = error(files) else { return #expect(Bool(false)) }
        files = good
        files.clientAuthorityPath = good.keyPath
        guard case .unusableFile(good.keyPath, "authority of clients", _) = error(files) else {
            return #expect(Bool(false))
        }
        #expect(error(good) == nil)
    }

    @Test("no bytes crash a session, and after a failure it stays failed", arguments: 0..<4)
    func mutations(seed: Int) throws {
        let context = try TLSContext(TLSCertificates.server)
        var random = SeededGenerator(seed: UInt64(seed))
        let hello = TLSTestClient().takeWire()
        for _ in 0..<500 {
            var bytes = hello
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            var talk = TLSConversation(context)
            talk.feed(bytes)
            talk.feed((0..<200).map { _ in .random(in: 0...255, using: &random) })
            talk.feed(hello)
            if case .failed = talk.events.first {
                #expect(talk.events.allSatisfy { $0 == talk.events[0] })
            }
            #expect(talk.text.isEmpty)
        }
    }
}
