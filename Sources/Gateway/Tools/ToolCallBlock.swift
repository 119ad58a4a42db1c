import OrderedJSON

/// The inside of `<TOOLCALL>…</TOOLCALL>`, read byte by byte.
struct ToolCallBlock: Sendable {
    /// What a byte led to.
    enum Event: Sendable, Equatable {
        /// A call whose name is known and whose arguments begin.
        case call(String)
        case arguments([UInt8])
        /// The closing tag is complete.
        case closed
        /// This is no list of calls, or not any longer; `untold` is text.
        case fault
    }

    private enum Place: Sendable {
        case beforeArray
        case entries
        /// Behind the array, or behind an entry where its bracket was left out: so many bytes of the closing tag.
        case closing(Int)
    }

    /// A member of an entry while it is read.
    private struct Member: Sendable {
        var key: String?
        var bytes: [UInt8] = []
        var isInValue = false
    }

    /// An entry while it is read.
    private struct Entry: Sendable {
        var name: String?
        /// Arguments that came before the name.
        var early: [UInt8]?
        var hasArguments = false
        var isTold = false
    }

    /// The bytes that have not become part of a call.
    private(set) var untold: [UInt8]
    private var place = Place.beforeArray
    private var scanner = JSONScanner()
    private var member = Member()
    private var entry = Entry()
    private var hasCalls = false

    /// Begins behind the opening tag; `lead` is the tag and the blanks before it.
    init(lead: [UInt8]) { untold = lead }

    /// Whether it could end here without a loss: behind a call, at most signs of the array or of the tag came.
    var isBetweenCalls: Bool {
        if case .closing = place { return hasCalls }
        return hasCalls && !entry.isTold && untold.allSatisfy { ToolCallParser.isBlank($0) || $0 == UInt8(ascii: ",") }
    }

    mutating func feed(_ byte: UInt8) -> [Event] {
        if !entry.isTold { untold.append(byte) }
        switch place {
        case .beforeArray:
            if ToolCallParser.isBlank(byte) { return [] }
            guard byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") else { return [.fault] }
            place = .entries
            _ = try? scanner.feed(UInt8(ascii: "["))
            return byte == UInt8(ascii: "[") ? [] : read(byte)
        case .entries where byte == ToolCallParser.closingTag[0] && scanner.isBehindValue && scanner.depth == 1:
            place = .closing(1)
            return []
        case .entries: return read(byte)
        case .closing(let count):
            if count == 0, ToolCallParser.isBlank(byte) { return [] }
            guard ToolCallParser.closingTag[count] == byte else { return [.fault] }
            place = .closing(count + 1)
            guard count + 1 == ToolCallParser.closingTag.count else { return [] }
            return [hasCalls ? .closed : .fault]
        }
    }

    private mutating func read(_ byte: UInt8) -> [Event] {
        do throws(JSONScanner.Fault) {
            let isKeyPlace = scanner.depth == 2 && member.key == nil
            let events = try scanner.feed(byte)
            return try advance(byte, events, isKeyPlace)
        } catch {
            if entry.isTold { untold = [byte] }
            return [.fault]
        }
    }

    /// Array, entry, member: brackets 1, 2 and 3 are open inside them.
    private mutating func advance(
        _ byte: UInt8,
        _ events: [JSONScanner.Event],
        _ isKeyPlace: Bool
    ) throws(JSONScanner.Fault) -> [Event] {
        if scanner.isComplete {
            place = .closing(0)
            return []
        }
        if events.contains(.begin) {
            if scanner.depth == 1 || (scanner.depth == 2 && member.key == nil) {
                guard byte == UInt8(ascii: "{") else { throw JSONScanner.Fault() }
                entry = Entry()
                member = Member()
                return []
            }
            member.isInValue = member.key != nil
        }
        if isKeyPlace, byte == UInt8(ascii: "\"") || !member.bytes.isEmpty { member.bytes.append(byte) }
        if events.contains(.key), scanner.depth == 2 {
            member = Member(key: Self.string(member.bytes))
            return []
        }
        var told: [Event] = []
        if member.isInValue { told += try readValue(byte, hasEnded: events.contains(.end) && scanner.depth <= 2) }
        if events.contains(.end), scanner.depth == 1 { told += endEntry() }
        return told
    }

    private mutating func readValue(_ byte: UInt8, hasEnded: Bool) throws(JSONScanner.Fault) -> [Event] {
        defer { if hasEnded { member = Member() } }
        switch member.key {
        case "name" where entry.name == nil:
            member.bytes.append(byte)
            guard hasEnded else { return [] }
            guard let name = Self.string(member.bytes), !name.isEmpty else { throw JSONScanner.Fault() }
            entry.name = name
            guard let early = entry.early else { return [] }
            return tell(name) + [.arguments(early)]
        case "arguments" where !entry.hasArguments:
            member.bytes.append(byte)
            let told = try readArguments(hasEnded: hasEnded)
            entry.hasArguments = hasEnded
            return told
        default: return []
        }
    }

    private mutating func readArguments(hasEnded: Bool) throws(JSONScanner.Fault) -> [Event] {
        if member.bytes[0] == UInt8(ascii: "{") {
            guard let name = entry.name else {
                if hasEnded { entry.early = member.bytes }
                return []
            }
            defer { member.bytes.replaceSubrange(1..., with: []) }
            if entry.isTold { return [.arguments([member.bytes[1]])] }
            return tell(name) + [.arguments(member.bytes)]
        }
        guard hasEnded else { return [] }
        guard let value = try? JSONValue(parsing: member.bytes) else { throw JSONScanner.Fault() }
        switch value {
        case .string(let text): entry.early = Array(text.utf8)
        case .null: entry.early = Array("{}".utf8)
        default: throw JSONScanner.Fault()
        }
        guard let name = entry.name, let arguments = entry.early else { return [] }
        return tell(name) + [.arguments(arguments)]
    }

    private mutating func endEntry() -> [Event] {
        defer {
            entry = Entry()
            member = Member()
        }
        if entry.isTold {
            untold = []
            return []
        }
        guard let name = entry.name else { return [] }
        let told = tell(name) + [.arguments(Array("{}".utf8))]
        untold = []
        return told
    }

    private mutating func tell(_ name: String) -> [Event] {
        entry.isTold = true
        hasCalls = true
        untold = []
        return [.call(name)]
    }

    private static func string(_ bytes: [UInt8]) -> String? { (try? JSONValue(parsing: bytes))?.string }
}
