import Billing
import Foundation
import Yams

/// A price file: `version`, `models` and `plans`, as `Config/prices.yaml` explains them.
struct PriceFile {
    private let path: String
    private let text: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads the file.
    ///
    /// - Throws: `CommandFailure.badConfiguration` if it cannot be read.
    init(path: String) throws(CommandFailure) {
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else { throw .badConfiguration("cannot read the prices \(path): name a text file that you may read") }
        self.init(path: path, text: text)
    }

    /// The checked list.
    ///
    /// - Throws: `CommandFailure.badConfiguration` with the line of the first fault.
    func list() throws(CommandFailure) -> PriceList {
        let root = try compose()
        let sections = try members(root, "the file", allowed: ["version", "models", "plans"])
        guard let version = sections["version"]?.scalar?.string, !version.isEmpty else {
            throw fault(root, "version is missing: name this list, for example by its date")
        }
        guard let models = sections["models"] else { throw fault(root, "models is missing: it lists prices by model") }
        var book = PriceBook(version: version, models: [:])
        for (name, node) in try members(models, "models") {
            book.models[name] = try prices(node, of: name, version: version)
        }
        var plans: [CreditPlan] = []
        if let section = sections["plans"] {
            for (name, node) in try ordered(section, "plans") { plans.append(try plan(node, name: name)) }
        }
        return PriceList(book: book, plans: PlanCatalog(plans))
    }

    private func prices(_ node: Node, of model: String, version: String) throws(CommandFailure) -> UnitPrices {
        let keys = ["prompt", "cached_prompt", "thinking", "answer", "surplus_thinking"]
        let fields = try members(node, "models.\(model)", allowed: keys)
        func price(_ key: String) throws(CommandFailure) -> PicoUSD {
            guard let field = fields[key] else { throw fault(node, "models.\(model).\(key) is missing") }
            // A billion picodollars a token are 1,000 USD a million.
            return PicoUSD(Int64(try integer(field, "models.\(model).\(key)", 0...1_000_000_000)))
        }
        return UnitPrices(
            version: version,
            prompt: try price("prompt"),
            cachedPrompt: try price("cached_prompt"),
            thinking: try price("thinking"),
            answer: try price("answer"),
            surplusThinking: try price("surplus_thinking")
        )
    }

    private func plan(_ node: Node, name: String) throws(CommandFailure) -> CreditPlan {
        let keys = ["earn_rate", "cap", "launch", "baseline", "mode"]
        let fields = try members(node, "plans.\(name)", allowed: keys)
        let range = 0...CreditPlan.termMax
        func count(_ key: String, within range: ClosedRange<Int> = range) throws(CommandFailure) -> Int? {
            guard let field = fields[key] else { return nil }
            return try integer(field, "plans.\(name).\(key)", range)
        }
        guard let earnRate = try count("earn_rate", within: 0...CreditPlan.termMax / 24) else {
            throw fault(node, "plans.\(name).earn_rate is missing")
        }
        var mode = CreditPlan.Mode.standard
        if let field = fields["mode"] {
            guard let named = field.scalar.flatMap({ CreditPlan.Mode(rawValue: $0.string) }) else {
                throw fault(field, "plans.\(name).mode must be standard or unlimited")
            }
            mode = named
        }
        return CreditPlan(
            name: name,
            earnRate: earnRate,
            cap: try count("cap"),
            launch: try count("launch") ?? 0,
            baseline: try count("baseline", within: 0...CreditPlan.termMax / 60) ?? 0,
            mode: mode
        )
    }
}

// MARK: - Nodes

extension PriceFile {
    private func compose() throws(CommandFailure) -> Node {
        do {
            if let root = try Yams.compose(yaml: text) { return root }
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            throw .badConfiguration("\(path):\(context.mark.line): \(keys.first ?? "a key") is set twice")
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            throw .badConfiguration("\(path):\(mark.line): this is not YAML: \(problem)")
        } catch {
            throw .badConfiguration("\(path): this is not YAML")
        }
        throw .badConfiguration("\(path): there are no prices in it")
    }

    private func ordered(_ node: Node, _ place: String) throws(CommandFailure) -> [(String, Node)] {
        guard let mapping = node.mapping else { throw fault(node, "\(place) must be a mapping of names to values") }
        return mapping.map { ($0.key.string ?? "", $0.value) }
    }

    private func members(
        _ node: Node,
        _ place: String,
        allowed: [String]? = nil
    ) throws(CommandFailure) -> [String: Node] {
        var result: [String: Node] = [:]
        for (name, value) in try ordered(node, place) {
            if let allowed, !allowed.contains(name) {
                throw fault(value, "\(place) has no key \(name); there are \(allowed.joined(separator: ", "))")
            }
            result[name] = value
        }
        return result
    }

    private func integer(_ node: Node, _ place: String, _ range: ClosedRange<Int>) throws(CommandFailure) -> Int {
        guard let number = node.scalar.flatMap({ Int($0.string) }), range.contains(number) else {
            throw fault(node, "\(place) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func fault(_ node: Node, _ what: String) -> CommandFailure {
        .badConfiguration("\(path):\(node.mark?.line ?? 1): \(what)")
    }
}
