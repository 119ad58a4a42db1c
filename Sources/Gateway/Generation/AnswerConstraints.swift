import Engine
import Grammar
import OpenAIAPI
import OrderedJSON
import Synchronization
import Tokenization

/// Compiles what requests say of the form of their answers, and keeps what was compiled.
final class AnswerConstraints: Sendable {
    private static let capacity = 64

    private struct State {
        var trie: TokenTrie?
        /// The one used last comes last.
        var grammars: [(key: String, grammar: Grammar)] = []
    }

    private let tokenizer: Tokenizer
    private let state = Mutex(State())

    init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// What the engine has to hold to; `nil` for a free answer.
    ///
    /// An answer that has to be calls is nothing else, whatever its form were otherwise. One that may be calls is a text of
    /// its form or calls; in a free one, calls of strict tools are held to their schemas wherever they come.
    ///
    /// - Throws: 400 that names the place at fault.
    func constraint(
        _ requested: RequestedForm,
        _ tools: ToolOptions = ToolOptions()
    ) throws(APIError) -> TokenConstraint? {
        let calls = ToolCallGrammar(tools)
        if let calls, tools.requiresCalls {
            let grammar = try grammar("calls " + calls.key, path: "tools") { builder throws(GrammarError) in
                try calls.whole(&builder)
            }
            return TokenConstraint(grammar, trie: trie)
        }
        guard let key = Self.key(requested.form) else {
            guard let calls, calls.isStrict else { return nil }
            let grammar = try grammar("list " + calls.key, path: "tools") { builder throws(GrammarError) in
                try calls.list(&builder)
            }
            return TokenConstraint(grammar, trie: trie, trigger: ToolCallGrammar.trigger)
        }
        let choices = key + (calls.map { " or calls " + $0.key } ?? "")
        let grammar = try grammar(choices, path: requested.path) { builder throws(GrammarError) in
            let form = try builder.expression(of: requested)
            return if let calls { .choice([form, try calls.whole(&builder)]) } else { form }
        }
        return TokenConstraint(grammar, trie: trie)
    }

    /// A grammar that was compiled under the same key, or a new one.
    ///
    /// Equal keys must stand for equal grammars: sequences share what they have computed of one.
    private func grammar(
        _ key: String,
        path: String,
        compile: (inout GrammarBuilder) throws(GrammarError) -> GrammarExpression
    ) throws(APIError) -> Grammar {
        let known = state.withLock { state -> Grammar? in
            guard let index = state.grammars.firstIndex(where: { $0.key == key }) else { return nil }
            let entry = state.grammars.remove(at: index)
            state.grammars.append(entry)
            return entry.grammar
        }
        if let known { return known }
        let grammar: Grammar
        do throws(GrammarError) {
            var builder = GrammarBuilder()
            grammar = try builder.finish(try compile(&builder), path: path)
        } catch {
            throw APIError(error, path: path)
        }
        state.withLock { state in
            if state.grammars.count == Self.capacity { state.grammars.removeFirst() }
            state.grammars.append((key, grammar))
        }
        return grammar
    }

    /// The vocabulary, arranged when it is first needed.
    var trie: TokenTrie {
        state.withLock { state in
            if let trie = state.trie { return trie }
            let tokens = (0..<Int32(tokenizer.vocabularySize)).map { token in
                tokenizer.isSpecial(token) ? [] : Array(tokenizer.bytes(of: token))
            }
            let trie = TokenTrie(tokens)
            state.trie = trie
            return trie
        }
    }

    private static func key(_ form: AnswerForm) -> String? {
        switch form {
        case .free: nil
        case .jsonObject: "object"
        case .jsonSchema(let schema): "schema " + schema.text()
        case .regex(let pattern): "regex " + pattern
        case .grammar(let text): "grammar " + text
        case .words(let words): "words " + JSONValue.array(words.map(JSONValue.string)).text()
        }
    }
}

extension GrammarBuilder {
    /// The texts of a form.
    ///
    /// - Precondition: The answer is not free.
    fileprivate mutating func expression(of requested: RequestedForm) throws(GrammarError) -> GrammarExpression {
        switch requested.form {
        case .free: preconditionFailure("a free answer has no grammar")
        case .jsonObject: try jsonObject()
        case .jsonSchema(let schema): try jsonSchema(schema, path: requested.path)
        case .regex(let pattern): try .regex(pattern)
        case .grammar(let text): try gbnf(text)
        case .words(let words): .words(words.map { Array($0.utf8) })
        }
    }
}

extension APIError {
    /// 400 for what cannot be compiled.
    init(_ error: GrammarError, path: String) {
        let place = error.path.isEmpty ? path : error.path
        let code = if case .unsupported = error { "unsupported_parameter" } else { "invalid_value" }
        self = .invalidRequest("'\(place)' cannot be used: \(error).", param: place, code: code)
    }
}
