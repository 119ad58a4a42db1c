import Glibc
import Logging
import OrderedJSON
import Synchronization
import Testing

@testable import Telemetry

@Suite struct JSONLogHandlerTests {
    private final class Collector: LogSink {
        let lines = Mutex<[[UInt8]]>([])
        func write(line: [UInt8]) { lines.withLock { $0.append(line) } }
        var texts: [String] { lines.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    }

    private func logger(_ collector: Collector, level: Logger.Level = .trace) -> Logger {
        Logger(label: "test") { _ in
            JSONLogHandler(level: level, sink: collector, now: { WallTime(seconds: 0, nanoseconds: 5_000_000) })
        }
    }

    @Test("an event is one line with time, level, message and sorted metadata")
    func oneLine() {
        let collector = Collector()
        logger(collector).notice("ready", metadata: ["port": .stringConvertible(8080), "host": "127.0.0.1"])
        #expect(
            collector.texts == [
                #"{"time":"1970-01-01T00:00:00.005Z","level":"notice","message":"ready","host":"127.0.0.1","port":8080}"#
                    + "\n"
            ]
        )
    }

    @Test("line ends, quotes and control characters stay inside their string")
    func escaping() throws {
        let collector = Collector()
        let message = "first\nsecond \"quoted\" \u{1b}[2m \u{0}\r"
        logger(collector).error("\(message)", metadata: ["key\n": "value\n"])
        let line = try #require(collector.texts.first)
        #expect(line.filter { $0 == "\n" }.count == 1 && line.hasSuffix("\n"))
        let value = try JSONValue(parsing: line)
        #expect(value["message"] == .string(message))
        #expect(value["key\n"] == "value\n")
    }

    @Test("numbers, truth values, lists and nested members keep their kind")
    func kinds() throws {
        let collector = Collector()
        logger(collector).info(
            "m",
            metadata: [
                "a": .stringConvertible(1.5), "b": .stringConvertible(true), "c": .stringConvertible(UInt64.max),
                "d": ["x", "y"], "e": ["inner": .stringConvertible(-3)], "f": .stringConvertible(Double.infinity),
            ]
        )
        let value = try JSONValue(parsing: try #require(collector.texts.first))
        #expect(value["a"] == .double(1.5))
        #expect(value["b"] == true)
        #expect(value["c"] == "18446744073709551615")
        #expect(value["d"] == ["x", "y"])
        #expect(value["e"] == ["inner": -3])
        #expect(value["f"] == "inf")
    }

    @Test("metadata cannot replace the time, the level or the message")
    func reservedNames() throws {
        let collector = Collector()
        logger(collector).info("m", metadata: ["message": "other", "time": "never"])
        let value = try JSONValue(parsing: try #require(collector.texts.first))
        #expect(value["message"] == "m")
        #expect(value["message_"] == "other")
        #expect(value["time_"] == "never")
    }

    @Test("an event's metadata win over the logger's")
    func precedence() throws {
        let collector = Collector()
        var logger = logger(collector)
        logger[metadataKey: "request_id"] = "one"
        logger[metadataKey: "kept"] = "yes"
        logger.info("m", metadata: ["request_id": "two"])
        let value = try JSONValue(parsing: try #require(collector.texts.first))
        #expect(value["request_id"] == "two")
        #expect(value["kept"] == "yes")
    }

    @Test("events below the level are not written")
    func level() {
        let collector = Collector()
        let logger = logger(collector, level: .warning)
        logger.info("no")
        logger.warning("yes")
        #expect(collector.texts.count == 1)
    }

    @Test("lines of many threads arrive whole", .timeLimit(.minutes(1)))
    func wholeLines() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        // A non-blocking pipe that is full makes the kernel take lines in pieces.
        _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK)
        let reader = Task.detached { () -> [UInt8] in
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1000)
            while case let count = read(reading, &buffer, buffer.count), count > 0 { received += buffer[..<count] }
            return received
        }
        let sink = StandardErrorSink(descriptor: writing)
        await withTaskGroup(of: Void.self) { group in
            for name in 0..<4 {
                group.addTask {
                    let logger = Logger(label: "test") { _ in JSONLogHandler(level: .info, sink: sink) }
                    let text = String(repeating: "x", count: 6000)
                    for _ in 0..<25 { logger.info("\(text)", metadata: ["name": .stringConvertible(name)]) }
                }
            }
        }
        close(writing)
        let lines = await reader.value.split(separator: UInt8(ascii: "\n"))
        close(reading)
        #expect(lines.count == 100)
        for line in lines { _ = try JSONValue(parsing: Array(line)) }
    }
}
