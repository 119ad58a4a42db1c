import OrderedJSON

/// The messages of a request in the form templates expect: known roles, and contents that are plain text.
struct Conversation {
    private(set) var messages: [JSONObject] = []

    /// Checks and normalizes the messages of a request.
    ///
    /// - Throws: `TemplateError.invalidMessages` with the path of the culprit.
    init(_ values: [JSONValue]) throws(TemplateError) {
        for (index, value) in values.enumerated() { messages.append(try Conversation.normalized(value, index)) }
        guard messages.contains(where: { $0.role != "system" }) else {
            throw .invalidMessages(
                field: "messages",
                message: "at least one message with the role user, assistant or tool is needed"
            )
        }
    }

    private static func normalized(_ value: JSONValue, _ index: Int) throws(TemplateError) -> JSONObject {
        let path = "messages[\(index)]"
        guard case .object(let source) = value else {
            throw .invalidMessages(field: path, message: "must be an object, not \(value.kind)")
        }
        // Templates ask whether a key is there, not whether its value is null.
        var message = JSONObject()
        for member in source where !member.value.isNull { message[member.key] = member.value }
        message["role"] = .string(try role(message["role"], path))
        message["content"] = .string(try content(message["content"], message.role, path))
        if message["reasoning_content"] == nil, let reasoning = message["reasoning"] {
            message["reasoning_content"] = reasoning
        }
        return message
    }

    private static func role(_ value: JSONValue?, _ path: String) throws(TemplateError) -> String {
        switch value?.string {
        case "system", "developer": return "system"
        case "user": return "user"
        case "assistant": return "assistant"
        case "tool", "function": return "tool"
        default:
            throw .invalidMessages(
                field: path + ".role",
                message: "must be one of system, developer, user, assistant and tool"
            )
        }
    }

    private static func content(_ value: JSONValue?, _ role: String, _ path: String) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .array(let parts):
            var texts: [String] = []
            for (index, part) in parts.enumerated() { texts.append(try text(of: part, "\(path).content[\(index)]")) }
            return texts.joined(separator: "\n")
        case nil where role == "assistant": return ""
        case let value:
            throw .invalidMessages(
                field: path + ".content",
                message: "must be a text or an array of text parts, not \(value?.kind ?? "null")"
            )
        }
    }

    private static func text(of part: JSONValue, _ path: String) throws(TemplateError) -> String {
        let type = part["type"]?.string
        let field: String
        switch type {
        case "text", "input_text", "output_text": field = "text"
        case "refusal": field = "refusal"
        default:
            throw .invalidMessages(
                field: path + ".type",
                message: "only text parts are supported" + (type.map { ", not '\($0)'" } ?? "")
            )
        }
        guard let text = part[field]?.string else {
            throw .invalidMessages(field: "\(path).\(field)", message: "must be a text")
        }
        return text
    }

    // MARK: - System messages

    /// Joins the system messages into one at the front.
    ///
    /// - Parameter keepsLaterOnes: Leaves those behind the first other message where they are.
    /// - Returns: What the switch words say together, if messages were joined: joining may change how they rank.
    mutating func mergeSystemMessages(keepingLaterOnes keepsLaterOnes: Bool) -> Bool? {
        let leading = messages.prefix { $0.role == "system" }.count
        let merged = messages.indices.filter { index in
            messages[index].role == "system" && (index < leading || !keepsLaterOnes)
        }
        guard merged.count > 1 || merged.first.map({ $0 > 0 }) == true else { return nil }
        let state = thinkingState
        let texts = merged.map { messages[$0].content }.filter { !$0.isEmpty }
        var system = messages[merged[0]]
        system["content"] = .string(texts.joined(separator: "\n\n"))
        let others = messages.indices.filter { !merged.contains($0) }.map { messages[$0] }
        messages = [system] + others
        return state
    }

    /// What the switch words of system and user messages say together; the last message that has one decides.
    var thinkingState: Bool? {
        for message in messages.reversed() where message.role == "system" || message.role == "user" {
            if let state = ThinkingSwitch.state(of: message.content) { return state }
        }
        return nil
    }

    /// Makes the switch words say `thinking`, without a change to what is rendered of the messages.
    mutating func switchThinking(to thinking: Bool) {
        guard let last = messages.lastIndex(where: { $0.role == "system" || $0.role == "user" }) else {
            let word = ThinkingSwitch.content("", switchedTo: thinking)
            messages.insert(["role": "system", "content": .string(word)], at: 0)
            return
        }
        messages[last]["content"] = .string(
            ThinkingSwitch.content(messages[last].content, switchedTo: thinking)
        )
    }
}

extension JSONObject {
    fileprivate var role: String { self["role"]?.string ?? "" }
    fileprivate var content: String { self["content"]?.string ?? "" }
}
