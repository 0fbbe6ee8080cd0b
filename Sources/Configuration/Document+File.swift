internal import Text

extension Document {
    /// The file at `path`, or `nil` if it cannot be read or is not TOML.
    ///
    /// - Parameter mayBeMissing: whether it is fine if there is none.
    static func read(_ path: String, mayBeMissing: Bool = false, _ diagnostics: inout Diagnostics) -> Document? {
        let place = path.escapedForDisplay
        do throws(FileTrouble) {
            let file = try PlainFile(at: path, limit: limit)
            if file.isWritableByOthers {
                diagnostics.warning(place, "everybody can write it", hint: "chmod o-w \(place)")
            }
            return parse(file.text, place, &diagnostics)
        } catch {
            if error == .missing, mayBeMissing { return nil }
            diagnostics.issue(place, error.message, hint: error.hint(path: path))
            return nil
        }
    }

    private static func parse(_ text: String, _ place: String, _ diagnostics: inout Diagnostics) -> Document? {
        do {
            return try Document(text, place: place)
        } catch {
            diagnostics.issue(error.place, error.message, hint: error.hint)
            return nil
        }
    }
}
