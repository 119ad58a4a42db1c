import Foundation

/// What the machine has to spare.
enum AvailableMemory {
    /// Bytes that processes can still take without swapping, as the kernel estimates it.
    static func bytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return .max / 2 }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let fields = line.split(separator: " ")
            if fields.count >= 2, let kibibytes = Int(fields[1]) { return kibibytes * 1024 }
        }
        return .max / 2
    }
}
