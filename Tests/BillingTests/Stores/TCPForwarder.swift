import Foundation
import Synchronization

@testable import Billing

/// Stands between a ledger and its database, and can cut the line or let it fall silent.
final class TCPForwarder: Sendable {
    /// The database's URL with the forwarder's port.
    let url: String
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    private struct State {
        var mode = Mode.open
        var isStopped = false
    }

    private enum Mode {
        case open
        case frozen
        case cut
    }

    init(to url: String) throws {
        guard let range = url.firstRange(of: #/127\.0\.0\.1:[0-9]+/#),
            let port = UInt16(url[range].split(separator: ":")[1])
        else { throw StoreError.unreachable("no port in the URL") }
        target = port
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 64)
                _ = getsockname(listener, $0, &length)
            }
        }
        self.url = url.replacingCharacters(in: range, with: "127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
        Thread.detachNewThread { self.run() }
    }

    /// Ends all connections and accepts no more.
    func cut() { set(.cut) }
    /// Keeps the connections, but nothing passes.
    func freeze() { set(.frozen) }
    func resume() { set(.open) }
    func stop() { state.withLock { $0.isStopped = true } }

    private func set(_ mode: Mode) {
        state.withLock { $0.mode = mode }
        // The thread looks every 10 ms.
        usleep(50_000)
    }

    private func run() {
        var peers: [Int32: Int32] = [:]
        func end() {
            for descriptor in peers.keys { close(descriptor) }
            peers = [:]
        }
        while true {
            let (mode, isStopped) = state.withLock { ($0.mode, $0.isStopped) }
            if isStopped || mode == .cut { end() }
            if isStopped { break }
            guard mode != .frozen else {
                usleep(10_000)
                continue
            }
            var polled = ([listener] + peers.keys).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), 10) > 0 else { continue }
            for entry in polled where entry.revents != 0 {
                if entry.fd == listener {
                    accept(into: &peers, isCut: mode == .cut)
                } else if let peer = peers[entry.fd], !Self.pass(from: entry.fd, to: peer) {
                    peers[entry.fd] = nil
                    peers[peer] = nil
                    close(entry.fd)
                    close(peer)
                }
            }
        }
        close(listener)
    }

    private func accept(into peers: inout [Int32: Int32], isCut: Bool) {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: target)
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, !isCut else {
            close(client)
            close(server)
            return
        }
        peers[client] = server
        peers[server] = client
    }

    private static func pass(from source: Int32, to target: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(source, &bytes, bytes.count)
        var sent = 0
        while sent < count {
            let part = send(target, Array(bytes[sent..<count]), count - sent, Int32(MSG_NOSIGNAL))
            guard part > 0 else { return false }
            sent += part
        }
        return count > 0
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
