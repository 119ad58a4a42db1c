import OrderedJSON

/// How an invoice is written.
package enum InvoiceFormat: String, CaseIterable, Sendable {
    case text
    case json
    case csv

    /// The invoice as a document that ends with a line break.
    package func document(_ invoice: Invoice) -> String {
        switch self {
        case .text: Self.text(invoice)
        case .json: Self.json(invoice).text() + "\n"
        case .csv: Self.csv(invoice)
        }
    }

    private static let heads = ["model", "prices", "item", "tokens", "usd_per_token", "usd"]

    private static func cells(_ line: Invoice.Line) -> [String] {
        [line.model, line.priceVersion, line.item, String(line.tokens), line.unitPrice.usd, line.amount.usd]
    }

    private static func text(_ invoice: Invoice) -> String {
        let rows = [heads] + invoice.lines.map(cells)
        let widths = heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = "Invoice for \(invoice.account), \(CivilTime.monthText(invoice.month)) (UTC)\n\n"
        for row in rows {
            let padded = row.enumerated().map { column, cell in
                let blank = String(repeating: " ", count: widths[column] - cell.count)
                // Words to the left, numbers to the right.
                return column < 3 ? cell + blank : blank + cell
            }
            text += padded.joined(separator: "  ") + "\n"
        }
        text += "\nrequests      \(invoice.requests)\n"
        if invoice.unpricedRequests > 0 { text += "without price \(invoice.unpricedRequests)\n" }
        if invoice.openRequests > 0 { text += "still running \(invoice.openRequests), not counted\n" }
        return text + "total         \(invoice.total.usd) USD\nto pay        \(invoice.total.roundedUSD) USD\n"
    }

    private static func json(_ invoice: Invoice) -> JSONValue {
        .object([
            "account": .string(invoice.account),
            "month": .string(CivilTime.monthText(invoice.month)),
            "currency": "USD",
            "lines": .array(
                invoice.lines.map { line in
                    [
                        "model": .string(line.model), "prices": .string(line.priceVersion), "item": .string(line.item),
                        "tokens": .integer(Int64(line.tokens)), "unit_price": line.unitPrice.json,
                        "amount": line.amount.json,
                    ]
                }
            ),
            "requests": .integer(Int64(invoice.requests)),
            "unpriced_requests": .integer(Int64(invoice.unpricedRequests)),
            "open_requests": .integer(Int64(invoice.openRequests)),
            "total": invoice.total.json,
            "to_pay": .decimal(invoice.total.roundedUSD),
        ])
    }

    private static func csv(_ invoice: Invoice) -> String {
        let month = CivilTime.monthText(invoice.month)
        var rows = [["account", "month"] + heads]
        rows += invoice.lines.map { [invoice.account, month] + cells($0) }
        rows.append([invoice.account, month, "", "", "total", "", "", invoice.total.usd])
        return rows.map(CSV.line).joined()
    }
}

/// Lines of comma-separated values after RFC 4180, with the line breaks of Unix.
enum CSV {
    static func line(_ cells: [String]) -> String {
        let quoted = cells.map { cell in
            guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
            return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        return quoted.joined(separator: ",") + "\n"
    }
}
