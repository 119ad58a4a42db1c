package import Logging
import OrderedJSON

/// Writes each log event as one JSON object on one line.
///
/// The members are `time` (RFC 3339, UTC), `level` and `message`, then the metadata in alphabetical order. Metadata that
/// carry the name of one of the three get an underscore behind it. Callers keep prompts and keys out of both.
package struct JSONLogHandler: LogHandler {
    /// The least severe level that is written.
    package var logLevel: Logger.Level

    /// Members of every line of this logger.
    package var metadata: Logger.Metadata = [:]

    /// Members that are asked for at every event.
    package var metadataProvider: Logger.MetadataProvider?

    private let sink: any LogSink
    private let now: @Sendable () -> WallTime

    /// - Parameters:
    ///   - level: The least severe level that is written.
    ///   - sink: Takes the lines.
    ///   - now: Tells the time of an event.
    package init(
        level: Logger.Level,
        sink: any LogSink,
        now: @escaping @Sendable () -> WallTime = WallTime.now
    ) {
        self.logLevel = level
        self.sink = sink
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var members = metadata
        if let provided = metadataProvider?.get() { members.merge(provided) { _, new in new } }
        if let own = event.metadata { members.merge(own) { _, new in new } }

        var line: JSONObject = [
            "time": .string(now().rfc3339),
            "level": .string(event.level.rawValue),
            "message": .string(event.message.description),
        ]
        if let error = event.error { line["error"] = .string("\(error)") }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            line[line[key] == nil ? key : key + "_"] = JSONLogHandler.json(value)
        }
        var bytes = JSONValue.object(line).utf8()
        bytes.append(UInt8(ascii: "\n"))
        sink.write(line: bytes)
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .string(let text): return .string(text)
        case .stringConvertible(let value): return json(value)
        case .array(let elements): return .array(elements.map(json))
        case .dictionary(let members):
            var object = JSONObject()
            for (key, member) in members.sorted(by: { $0.key < $1.key }) { object[key] = json(member) }
            return .object(object)
        }
    }

    /// Numbers and truth values stay what they are, so that they can be compared and summed by who reads the log.
    private static func json(_ value: any CustomStringConvertible) -> JSONValue {
        switch value {
        case let flag as Bool: .bool(flag)
        case let number as Double where number.isFinite: .double(number)
        case let number as any BinaryInteger: Int64(exactly: number).map(JSONValue.integer) ?? .string("\(number)")
        default: .string(value.description)
        }
    }
}
