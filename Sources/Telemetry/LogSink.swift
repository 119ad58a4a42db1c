/// Where finished log lines go.
package protocol LogSink: Sendable {
    /// Takes one whole line, its line feed included.
    func write(line: [UInt8])
}
