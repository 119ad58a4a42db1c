/// Upper and lower case as Python's `str` maps them: full mappings, with the final sigma.
extension PythonText {
    static func uppercased(_ text: TemplateString) -> TemplateString {
        mapped(text) { scalar, _, _ in scalar.properties.uppercaseMapping }
    }

    static func lowercased(_ text: TemplateString) -> TemplateString {
        mapped(text, lower)
    }

    /// First code point in title case, the rest in lower case.
    static func capitalized(_ text: TemplateString) -> TemplateString {
        mapped(text) { scalar, index, all in
            index == 0 ? scalar.properties.titlecaseMapping : lower(scalar, index, all)
        }
    }

    /// `str.title()`: title case wherever the code point before has no case.
    static func titled(_ text: TemplateString) -> TemplateString {
        mapped(text) { scalar, index, all in
            index > 0 && all[index - 1].properties.isCased
                ? lower(scalar, index, all) : scalar.properties.titlecaseMapping
        }
    }

    static func swappedCase(_ text: TemplateString) -> TemplateString {
        mapped(text) { scalar, index, all in
            if scalar.properties.isUppercase { return lower(scalar, index, all) }
            return scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
        }
    }

    private static func mapped(
        _ text: TemplateString,
        _ map: (UnicodeScalar, Int, [UnicodeScalar]) -> String
    ) -> TemplateString {
        let scalars = Array(text.string.unicodeScalars)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.byteCount)
        for (index, scalar) in scalars.enumerated() { bytes.append(contentsOf: map(scalar, index, scalars).utf8) }
        return TemplateString(utf8: bytes, derivedFrom: text)
    }

    private static func lower(_ scalar: UnicodeScalar, _ index: Int, _ all: [UnicodeScalar]) -> String {
        guard scalar == "\u{3A3}" else { return scalar.properties.lowercaseMapping }
        // Unicode 3.13, Final_Sigma: after a cased letter and not before one, skipping what case ignores.
        let before = all[..<index].last { !$0.properties.isCaseIgnorable }
        let after = all[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
        return isFinal ? "\u{3C2}" : "\u{3C3}"
    }

    /// Whether there is a cased code point and all cased ones are upper case.
    static func isUpper(_ text: TemplateString) -> Bool {
        isCased(text) { $0.isLowercase || $0.generalCategory == .titlecaseLetter }
    }

    /// Whether there is a cased code point and all cased ones are lower case.
    static func isLower(_ text: TemplateString) -> Bool {
        isCased(text) { $0.isUppercase || $0.generalCategory == .titlecaseLetter }
    }

    private static func isCased(
        _ text: TemplateString,
        unless isWrong: (UnicodeScalar.Properties) -> Bool
    ) -> Bool {
        var found = false
        for scalar in text.string.unicodeScalars {
            if isWrong(scalar.properties) { return false }
            found = found || scalar.properties.isUppercase || scalar.properties.isLowercase
        }
        return found
    }

    /// Whether the text is not empty and all its code points satisfy `test`.
    static func all(_ text: TemplateString, _ test: (UnicodeScalar) -> Bool) -> Bool {
        !text.isEmpty && text.string.unicodeScalars.allSatisfy(test)
    }

    static func isAlpha(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    static func isDecimal(_ scalar: UnicodeScalar) -> Bool {
        scalar.properties.generalCategory == .decimalNumber
    }

    static func isDigit(_ scalar: UnicodeScalar) -> Bool {
        scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
    }

    static func isNumeric(_ scalar: UnicodeScalar) -> Bool { scalar.properties.numericType != nil }
}
