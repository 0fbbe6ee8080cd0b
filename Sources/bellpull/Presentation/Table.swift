import Text

/// Rows of cells, in columns that align.
struct Table {
    /// A cell: one line of text, and how it stands out.
    struct Cell: ExpressibleByStringInterpolation {
        let text: String
        let style: Terminal.Style?

        /// `text`, fit to be shown.
        init(_ text: String, _ style: Terminal.Style? = nil) {
            self.text = text.escapedForDisplay
            self.style = style
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    private let heading: [String]
    private var rows: [[Cell]] = []

    /// A table of columns under these headings.
    init(_ heading: String...) {
        self.heading = heading
    }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The table, line by line. The last column is cut where it would not fit on the terminal, and nowhere else.
    func lines(on terminal: Terminal) -> [String] {
        let all = [heading.map { Cell($0, .faint) }] + rows
        let widths = heading.indices.map { column in all.map { $0[column].text.count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            var used = 0
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                var text = cell.text
                if isLast, let width = terminal.width, used + text.count > width {
                    text = String(text.prefix(max(width - used - 1, 0))) + "…"
                }
                line += terminal.styled(text, cell.style)
                guard !isLast else { continue }
                line += String(repeating: " ", count: widths[column] - text.count + 2)
                used += widths[column] + 2
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
