import Foundation
import OrderedJSON

/// A question with the one answer that is right.
struct BudgetQuestion: Equatable, Sendable {
    var id: String
    /// The kind of question, under which results are summed.
    var task: String
    var question: String
    var answer: String

    /// Reads a file of JSON Lines.
    ///
    /// - Throws: `CommandFailure.inputOutput`, or `.badInput` with file, line and member.
    static func load(_ path: String) throws(CommandFailure) -> [BudgetQuestion] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .inputOutput("cannot read \(path): is it a file that you may read?")
        }
        return try parse([UInt8](data), path: path)
    }

    /// Reads JSON Lines; empty lines are skipped.
    ///
    /// - Throws: `CommandFailure.badInput` with file, line and member.
    static func parse(_ bytes: [UInt8], path: String) throws(CommandFailure) -> [BudgetQuestion] {
        var questions: [BudgetQuestion] = []
        var ids: Set<String> = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) {
            let place = "\(path):\(index + 1)"
            let value: JSONValue
            do {
                value = try JSONValue(parsing: Array(line))
            } catch {
                throw .badInput("\(place) is not JSON (column \(error.column)): each line must hold one object")
            }
            func member(_ name: String) throws(CommandFailure) -> String {
                guard let text = value[name]?.string, !text.isEmpty else {
                    throw .badInput("\(place): the member \"\(name)\" must be a text that is not empty")
                }
                return text
            }
            let question = BudgetQuestion(
                id: try member("id"),
                task: try member("task"),
                question: try member("question"),
                answer: try member("answer")
            )
            guard ids.insert(question.id).inserted else {
                throw .badInput("\(place): the id \"\(question.id)\" has been used before; ids must differ")
            }
            questions.append(question)
        }
        guard !questions.isEmpty else { throw .badInput("\(path) holds no questions") }
        return questions
    }

    /// Whether a text is the answer: exactly, but for blank space around it.
    func isAnswered(by text: String) -> Bool {
        BudgetQuestion.trimmed(text) == BudgetQuestion.trimmed(answer)
    }

    /// Compared by scalars: other spellings of the same characters are other answers.
    private static func trimmed(_ text: String) -> [UnicodeScalar] {
        let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
        return Array(scalars.reversed().drop { $0.properties.isWhitespace }.reversed())
    }
}
