import Glibc
import Synchronization

/// Writes log lines to a file descriptor, standard error unless told otherwise.
///
/// A line is handed over in one `write(2)`; what the kernel did not take follows before any other thread's line. A
/// reader that has gone away loses the lines, it does not stop the server.
package final class StandardErrorSink: LogSink {
    private let descriptor: Int32
    private let turn = Mutex(())

    package init(descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

    package func write(line: [UInt8]) {
        turn.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count >= 0 {
                        rest = rest.dropFirst(count)
                    } else if errno == EAGAIN {
                        // Whoever shares the descriptor has made it non-blocking.
                        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        _ = poll(&wait, 1, -1)
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
