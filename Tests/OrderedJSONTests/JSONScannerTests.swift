import Testing

@testable import OrderedJSON

@Suite struct JSONScannerTests {
    private func accepts(_ text: String) -> Bool {
        var scanner = JSONScanner()
        for byte in text.utf8 { guard (try? scanner.feed(byte)) != nil else { return false } }
        // A number at the top ends with whatever follows it.
        return scanner.isComplete || (try? scanner.feed(0x20)) != nil && scanner.isComplete
    }

    @Test(
        "it accepts what the parser accepts",
        arguments: [
            "{}", "[]", "[1, -0, 2.5, 1e9, 0.1E-3]", #"{"a": {"b": [true, false, null]}, "c": "\u00e9\n"}"#, "12",
            "-1.5 ", #""x""#,
            "nul", "01", "1.", ".5", "-", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, "[1 2]", "]", #""\x""#, "\"\n\"", "[}",
            "", "1e", "{} x",
            #"{1: 2}"#, "[[[]]]", "tru e", #"{"a": 1,}"#, "+1", "1e+", #""\u12g4""#,
        ]
    )
    func agrees(text: String) {
        #expect(accepts(text) == ((try? JSONValue(parsing: text)) != nil), "\(text)")
    }

    @Test("changed documents are judged as the parser judges them")
    func mutations() throws {
        let seed = Array(#"{"a": [1, -2.5e3, {"b": "c\n\u00e9"}], "d": true, "e": null, "f": {}}"#.utf8)
        let bytes = Array(#"{}[]",:0123.eE+-\utrfalsn "#.utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var text = seed
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                if Bool.random(using: &generator) {
                    text[place] = bytes.randomElement(using: &generator) ?? 0
                } else {
                    text.remove(at: place)
                }
            }
            let string = String(decoding: text, as: UTF8.self)
            // What is beyond a Double is well-formed, but the parser refuses it.
            guard string.firstMatch(of: #/[eE]\+?[0-9]{3}/#) == nil else { continue }
            var options = JSONParseOptions()
            options.allowsDuplicateKeys = true
            let isValid = (try? JSONValue(parsing: text, options: options)) != nil
            #expect(accepts(string) == isValid, "\(string)")
        }
    }
}
