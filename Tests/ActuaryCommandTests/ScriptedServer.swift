import Glibc

@testable import actuary

/// A server on loopback that plays one exchange per connection, in a thread of its own, as a test tells it to.
final class ScriptedServer: Sendable {
    /// One accepted connection; calls block.
    struct Peer {
        let descriptor: Int32

        /// Reads until the bytes end as told.
        func read(until end: String) -> String {
            var text: [UInt8] = []
            while !String(decoding: text, as: UTF8.self).hasSuffix(end), let byte = readByte() { text.append(byte) }
            return String(decoding: text, as: UTF8.self)
        }

        /// The next byte, or nothing once the client has gone.
        func readByte() -> UInt8? {
            var byte: UInt8 = 0
            return Glibc.read(descriptor, &byte, 1) == 1 ? byte : nil
        }

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// Sends a piece of a chunked body.
        func sendChunk(_ text: String) { send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }
    }

    let address: ServerAddress
    private let listener: Int32

    /// Starts to listen on a free port; each connection is handed to `script` and closed behind it.
    init?(_ script: @escaping @Sendable (Peer) -> Void) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard isListening,
            let address = ServerAddress(argument: "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))")
        else { return nil }
        self.address = address
        self.listener = listener
        ScriptedServer.inThread {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                ScriptedServer.inThread {
                    script(Peer(descriptor: connection))
                    close(connection)
                }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func inThread(_ work: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(work))
        pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            },
            box.toOpaque()
        )
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
}
