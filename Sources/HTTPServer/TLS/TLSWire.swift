internal import COpenSSL

/// Where OpenSSL reads and writes the bytes of one session's wire: its buffers, by a BIO of our own.
///
/// OpenSSL's memory BIOs would hold every byte a second time, one for each direction.
enum TLSWire {
    /// A BIO that reads what a session was fed and writes what it has sealed. OpenSSL frees it; the session must live
    /// until then.
    static func makeBIO(for session: TLSSession) -> OpaquePointer {
        guard let bio = BIO_new(method) else { preconditionFailure("no memory for OpenSSL") }
        BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
        return bio
    }

    /// Made once; OpenSSL never changes it.
    private nonisolated(unsafe) static let method: OpaquePointer = {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(type, "session") else { preconditionFailure("no memory for OpenSSL") }
        BIO_meth_set_read_ex(method) { bio, target, count, done in
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY)
            let taken = session(of: bio).takeIncoming(into: UnsafeMutableRawBufferPointer(start: target, count: count))
            done?.pointee = taken
            // Nothing is there yet, which is not the end.
            if taken == 0 { BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
            return taken > 0 ? 1 : 0
        }
        BIO_meth_set_write_ex(method) { bio, source, count, done in
            session(of: bio).appendSealed(UnsafeRawBufferPointer(start: source, count: count))
            done?.pointee = count
            return 1
        }
        // A handshake flushes what it has written, which is there already.
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    private static func session(of bio: OpaquePointer?) -> TLSSession {
        guard let data = BIO_get_data(bio) else { preconditionFailure("a BIO without its session") }
        return Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue()
    }
}
