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

    /// Returns the lines of the table. Cuts the last column to the width of the terminal, and no other column.
    func lines(on terminal: Terminal) -> [String] {
        let all = [heading.map { Cell($0, .faint) }] + rows
        let widths = heading.indices.map { column in all.map { $0[column].text.displayWidth }.max() ?? 0 }
        return all.map { row in
            var line = ""
            var used = 0
            for (cell, width) in zip(row.dropLast(), widths) {
                line += terminal.styled(cell.text, cell.style)
                line += String(repeating: " ", count: width - cell.text.displayWidth + 2)
                used += width + 2
            }
            if let last = row.last {
                let text = terminal.width.map { last.text.cut(toWidth: $0 - used) } ?? last.text
                line += terminal.styled(text, last.style)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}

extension String {
    /// The width of the text in terminal columns. East Asian characters and emoji fill two columns each.
    fileprivate var displayWidth: Int { reduce(0) { $0 + Self.width(of: $1) } }

    /// Returns the text, or its beginning and `…` if the text is wider than `width`.
    fileprivate func cut(toWidth width: Int) -> String {
        guard !isEmpty, displayWidth > width else { return self }
        var used = 1
        let beginning = prefix { character in
            used += Self.width(of: character)
            return used <= width
        }
        return beginning + "…"
    }

    private static func width(of character: Character) -> Int {
        character.unicodeScalars.contains { scalar in wide.contains { $0.contains(scalar.value) } } ? 2 : 1
    }

    /// The main blocks of wide characters (Unicode Standard Annex #11).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
        0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1faff, 0x20000...0x3fffd,
    ]
}
