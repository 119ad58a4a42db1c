import Dispatch
import Glibc

/// A connected socket with its Dispatch sources; to be used on its event loop's queue only.
///
/// The read source is suspended while nothing is to be read; the write source exists only once a write would have
/// blocked, and is suspended while nothing waits. Closing cancels both, resumed first if need be (a suspended source
/// must not be released), and the descriptor is closed by the last cancel handler: no event can hit a reused number.
final class ConnectionSocket {
    /// The descriptor, open until the last cancel handler has run.
    let descriptor: Int32

    private let queue: DispatchQueue
    private let onWritable: () -> Void
    private let readSource: any DispatchSourceRead
    private var writeSource: (any DispatchSourceWrite)?
    private var isReading = true
    private var isWriting = false

    /// Takes over a nonblocking descriptor and starts to read.
    init(
        descriptor: Int32,
        queue: DispatchQueue,
        onReadable: @escaping () -> Void,
        onWritable: @escaping () -> Void
    ) {
        self.descriptor = descriptor
        self.queue = queue
        self.onWritable = onWritable
        readSource = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        readSource.setEventHandler(handler: onReadable)
        readSource.resume()
    }

    /// Switches events for input on or off.
    func setReading(_ reading: Bool) {
        guard reading != isReading else { return }
        isReading = reading
        if reading { readSource.resume() } else { readSource.suspend() }
    }

    /// Switches events for room in the send buffer on or off.
    func setWriting(_ writing: Bool) {
        guard writing != isWriting else { return }
        isWriting = writing
        guard let writeSource else {
            let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
            source.setEventHandler(handler: onWritable)
            source.resume()
            writeSource = source
            return
        }
        if writing { writeSource.resume() } else { writeSource.suspend() }
    }

    /// Shuts the sending side: the client reads an end.
    func shutdownSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends the socket.
    ///
    /// - Parameters:
    ///   - reset: Whether the client is to see a reset.
    ///   - completion: Called on the queue once the descriptor is closed.
    func close(reset: Bool, completion: @escaping () -> Void) {
        if reset { Socket.resetOnClose(descriptor) }
        let descriptor = descriptor
        var sourceCount = writeSource == nil ? 1 : 2
        let cancelled = {
            sourceCount -= 1
            guard sourceCount == 0 else { return }
            _ = Glibc.close(descriptor)
            completion()
        }
        readSource.setCancelHandler(handler: cancelled)
        readSource.cancel()
        if !isReading { readSource.resume() }
        guard let writeSource else { return }
        writeSource.setCancelHandler(handler: cancelled)
        writeSource.cancel()
        if !isWriting { writeSource.resume() }
    }
}
