import Text

/// Rows of cells in aligned columns.
struct Table {
    /// One line of text with a style.
    struct Cell: ExpressibleByStringInterpolation {
        let text: String
        let style: Terminal.Style?

        /// Escapes `text` for display.
        init(_ text: String, _ style: Terminal.Style? = nil) {
            self.text = text.escapedForDisplay
            self.style = style
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    private let heading: [String]
    private var rows: [[Cell]] = []

    /// Creates an empty table with a column for each heading.
    init(_ heading: String...) {
        self.heading = heading
    }

    /// Adds a row with one cell per heading.
    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// Returns the lines of the table. Wraps the last column at the width of the terminal, and no other column.
    func lines(on terminal: Terminal) -> [String] {
        let all = [heading.map { Cell($0, .faint) }] + rows
        let widths = heading.indices.map { column in all.map { $0[column].text.displayWidth }.max() ?? 0 }
        let indentation = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        return all.flatMap { row in
            var line = ""
            for (cell, width) in zip(row.dropLast(), widths) {
                line += terminal.styled(cell.text, cell.style)
                line += String(repeating: " ", count: width - cell.text.displayWidth + 2)
            }
            guard let last = row.last else { return [line] }
            let parts = last.text.wrapped(toWidth: terminal.width, indentedBy: indentation)
            return parts.enumerated().map { index, part in
                let start = index == 0 ? line : String(repeating: " ", count: indentation)
                return (start + terminal.styled(part, last.style)).withoutTrailingSpaces
            }
        }
    }
}
