internal import Text

/// A value of the key `local_edits`: what happens to a person's edits of tracked files when a mirror moves on.
public enum LocalEdits: String, Sendable, CaseIterable {
    /// The deployment fails, and the edits stay.
    case refuse
    /// The edits are saved under `refs/bellpull/discarded`, and then discarded.
    case save

    /// Reads `local_edits` of `section`; `refuse` without the key or after an error.
    init(_ section: Section, _ diagnostics: inout Diagnostics) {
        self = .refuse
        guard let text = section.text(.localEdits, &diagnostics) else { return }
        if let value = LocalEdits(rawValue: text) {
            self = value
        } else {
            let known = Self.allCases.map { "\(Key.localEdits.name) = \"\($0.rawValue)\"" }
            section.refuse(
                .localEdits, text, "local_edits is neither refuse nor save: \(text.escapedForDisplay)",
                hint: known.joined(separator: " or "), &diagnostics)
        }
    }
}
