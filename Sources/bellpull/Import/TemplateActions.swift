/// The actions of a hooks file that is a Go template (webhook's option `-template`; docs/Templates.md), such as
/// `{{ getenv "SECRET" | js }}`.
///
/// A file with actions need be neither JSON nor YAML. So the actions are replaced by placeholders of letters and digits, and are
/// put back into the values after the file was read.
struct TemplateActions {
    /// The file with placeholders.
    let text: String
    /// The actions, in the order of the file.
    private let actions: [String]

    private static let name = "BELLPULLTEMPLATE"

    /// Finds the actions of `file`. Comments, `{{/* … */}}`, stand for nothing, and are removed.
    init(_ file: String) {
        var (result, rest, actions) = ("", file[...], [String]())
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let action = rest[start.lowerBound..<end.upperBound]
            result += rest[..<start.lowerBound]
            if !Self.isComment(action) {
                result += "\(Self.name)\(actions.count)X"
                actions.append(String(action))
            }
            rest = rest[end.upperBound...]
        }
        (text, self.actions) = (result + rest, actions)
    }

    private static func isComment(_ action: Substring) -> Bool {
        action.hasPrefix("{{/*") || action.hasPrefix("{{- /*")
    }

    /// The first action; `nil` if the file is no template.
    var first: String? { actions.first }

    /// Returns `value` with its actions in place of the placeholders.
    func restored(in value: String) -> String {
        guard !actions.isEmpty, value.contains(Self.name) else { return value }
        return value.replacing(#/BELLPULLTEMPLATE([0-9]{1,7})X/#) { match in
            Int(match.1).flatMap { actions.indices.contains($0) ? actions[$0] : nil } ?? String(match.0)
        }
    }
}
