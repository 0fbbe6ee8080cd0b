internal import Text

extension String {
    /// The text in a single line, as a text or an attribute of SVG.
    var escapedForBadge: String { escapedForDisplay.markupEscaped }
}
