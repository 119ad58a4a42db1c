import OrderedJSON

/// Finds the tool calls in an answer while it is being written.
///
/// The model calls tools by `<TOOLCALL>[{"name": "f", "arguments": {…}}, …]</TOOLCALL>`. Arguments are passed on as they
/// were sampled, byte for byte, as soon as the name is known; every byte has been found fit for JSON before. Arguments given as a
/// string are that string's text. As NVIDIA's own parser does, missing brackets of the array are forgiven, entries without
/// a name are no calls, and a block in which nothing is a call is text. A block that goes wrong behind
/// a call that was told already stays that call, and the rest is text.
///
/// Pure: however the answer is cut into pieces, the joined parts are the same.
struct ToolCallParser: Sendable {
    /// What became certain.
    enum Part: Sendable, Equatable {
        case text(String)
        case call(index: Int, name: String)
        /// More of the arguments of the call that was told last.
        case arguments(index: Int, String)
    }

    private enum Mode: Sendable {
        case text
        case calls(ToolCallBlock)
    }

    static let openingTag = Array("<TOOLCALL>".utf8)
    static let closingTag = Array("</TOOLCALL>".utf8)

    private let allowsParallelCalls: Bool
    private var mode = Mode.text
    /// Text that may turn out to be the opening tag, or blanks that belong to it.
    private var held: [UInt8] = []
    private var text: [UInt8] = []
    private var arguments: [UInt8] = []
    private var parts: [Part] = []
    /// Whether the call that is being read is told.
    private var isTelling = false
    /// How many calls have been told.
    private(set) var callCount = 0

    /// With `allowsParallelCalls` false, calls behind the first are left out.
    init(allowsParallelCalls: Bool = true) { self.allowsParallelCalls = allowsParallelCalls }

    /// Takes more of the answer.
    mutating func feed(_ answer: String) -> [Part] {
        for byte in answer.utf8 { feed(byte) }
        return taken()
    }

    /// Gives up what is held back: the answer has ended.
    mutating func finish() -> [Part] {
        if case .calls(let block) = mode {
            if block.isBetweenCalls { mode = .text } else { giveUp(block) }
        }
        // Blanks that would have stood before a call, or between two.
        if callCount == 0 || held.contains(where: { !Self.isBlank($0) }) { text += held }
        held = []
        return taken()
    }

    private mutating func taken() -> [Part] {
        releaseArguments()
        releaseText()
        defer { parts = [] }
        return parts
    }

    private mutating func feed(_ byte: UInt8) {
        guard case .calls(var block) = mode else {
            feedText(byte)
            return
        }
        // Taken out while it changes, or every byte would copy it.
        mode = .text
        var isOpen = true
        for event in block.feed(byte) {
            switch event {
            case .call(let name): tell(name)
            case .arguments(let bytes): if isTelling { arguments += bytes }
            case .closed: isOpen = false
            case .fault:
                isOpen = false
                giveUp(block)
            }
        }
        if isOpen { mode = .calls(block) }
    }

    private mutating func feedText(_ byte: UInt8) {
        held.append(byte)
        while !held.isEmpty {
            let blanks = held.prefix(while: Self.isBlank).count
            let rest = held[blanks...]
            if Self.openingTag.starts(with: rest) {
                if rest.count == Self.openingTag.count {
                    mode = .calls(ToolCallBlock(lead: held))
                    held = []
                }
                return
            }
            text += held.prefix(blanks + 1)
            held.removeFirst(blanks + 1)
        }
    }

    /// What has not become a call is text after all.
    private mutating func giveUp(_ block: ToolCallBlock) {
        mode = .text
        releaseArguments()
        if callCount == 0 || block.untold.contains(where: { !Self.isBlank($0) }) { text += block.untold }
    }

    private mutating func tell(_ name: String) {
        releaseArguments()
        releaseText()
        isTelling = allowsParallelCalls || callCount == 0
        guard isTelling else { return }
        parts.append(.call(index: callCount, name: name))
        callCount += 1
    }

    private mutating func releaseArguments() {
        guard !arguments.isEmpty else { return }
        parts.append(.arguments(index: callCount - 1, String(decoding: arguments, as: UTF8.self)))
        arguments = []
    }

    private mutating func releaseText() {
        guard !text.isEmpty else { return }
        parts.append(.text(String(decoding: text, as: UTF8.self)))
        text = []
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
