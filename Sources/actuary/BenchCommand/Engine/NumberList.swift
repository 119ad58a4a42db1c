import ArgumentParser

/// Whole numbers with commas between them, as `--batch` and `--depth` take them.
struct NumberList: ExpressibleByArgument, Equatable, Sendable {
    let numbers: [Int]

    init(_ numbers: [Int]) { self.numbers = numbers }

    /// Takes different numbers that are not negative, for example `0,4096`.
    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, numbers.allSatisfy({ $0 >= 0 }), Set(numbers).count == numbers.count else {
            return nil
        }
        self.init(numbers)
    }

    var defaultValueDescription: String { numbers.map(String.init).joined(separator: ",") }
}
