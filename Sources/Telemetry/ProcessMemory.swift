import Foundation

/// What this process takes of the machine's memory, as the kernel counts it.
package struct ProcessMemory: Sendable, Equatable {
    /// All pages in memory, mapped files among them.
    package var residentBytes: Int
    /// Those that belong to no file.
    package var anonymousBytes: Int

    /// Reads the counts; 0 where the system does not tell.
    package static func now() -> ProcessMemory {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        return ProcessMemory(residentBytes: field("VmRSS:", text), anonymousBytes: field("RssAnon:", text))
    }

    private static func field(_ name: String, _ text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 2, let kibibytes = Int(words[1]) { return kibibytes * 1024 }
        }
        return 0
    }
}
