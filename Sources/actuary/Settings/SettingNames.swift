/// Finds the setting that a misspelt name may have meant.
enum SettingNames {
    /// The nearest key of the file, if one is near.
    static func nearest(key: String) -> String? { nearest(key, in: SettingKey.all.map(\.name)) }

    /// The nearest section of the file, if one is near.
    static func nearest(section: String) -> String? {
        let sections = SettingKey.all.compactMap { $0.name.split(separator: ".").first.map(String.init) }
        // A key at the top level is more often one whose section was forgotten.
        return SettingKey.all.first { $0.name.hasSuffix(".\(section)") }?.name ?? nearest(section, in: sections)
    }

    /// The nearest environment variable, if one is near.
    static func nearest(variable: String) -> String? { nearest(variable, in: SettingKey.all.map(\.variable)) }

    private static func nearest(_ name: String, in candidates: [String]) -> String? {
        let ranked = candidates.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, name.utf8.count / 4) ? best.name : nil
    }

    /// The number of bytes to insert, remove or replace to make one of the other (Wagner and Fischer).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (i, byte) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in second.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[second.count]
    }
}
