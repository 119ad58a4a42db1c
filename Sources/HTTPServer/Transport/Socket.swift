import Glibc

/// The system calls on sockets, with `errno` turned into values.
///
/// `EINTR` is retried here; `EBADF` and `EFAULT` are bugs and stop the program.
enum Socket {
    /// What reading gave.
    enum Received: Equatable {
        case bytes(Int)
        case end
        case wouldBlock
        case peerClosed
    }

    /// What writing gave.
    enum Sent: Equatable {
        case bytes(Int)
        case wouldBlock
        case peerClosed
    }

    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Received {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default:
                checkUsage(errno)
                return .peerClosed
            }
        }
    }

    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Sent {
        while true {
            // MSG_NOSIGNAL: a client that left must not stop the process with SIGPIPE.
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .wouldBlock
            default:
                checkUsage(errno)
                return .peerClosed
            }
        }
    }

    /// How much the kernel holds of what has not been sent at all, so that a slow reader is noticed soon.
    private static let unsentBytesMax: Int32 = 128 * 1024

    /// Sets up a socket that was accepted: not blocking, not inherited, no delay, dead peers found within 90 s.
    static func configureAccepted(_ descriptor: Int32) {
        makeNonblocking(descriptor)
        setOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1)
        setOption(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsentBytesMax)
        setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        setOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 60)
        setOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 10)
        setOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3)
    }

    static func makeNonblocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Lets the coming `close` send a reset instead of a FIN.
    static func resetOnClose(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    @discardableResult
    static func setOption(_ descriptor: Int32, _ level: some BinaryInteger, _ name: Int32, _ value: Int32) -> Bool {
        var value = value
        return setsockopt(descriptor, Int32(level), name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    private static func checkUsage(_ code: Int32) {
        precondition(code != EBADF && code != EFAULT && code != ENOTSOCK, "a socket was used after its end")
    }
}
