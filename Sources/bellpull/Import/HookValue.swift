import Foundation

/// A value of a hooks file, as JSON knows them.
enum HookValue: Equatable {
    case text(String)
    /// A text with an action of a Go template, such as `{{ getenv "SECRET" | js }}`, which only webhook can evaluate.
    case template(String)
    case flag(Bool)
    case list([HookValue])
    case object([String: HookValue])
    case null

    /// Converts what `JSONSerialization` returns. Numbers become text: hooks compare everything as text.
    init(_ value: Any, _ actions: TemplateActions) {
        switch value {
        case let text as String:
            let restored = actions.restored(in: text)
            self = restored.contains("{{") ? .template(restored) : .text(restored)
        case let number as NSNumber where CFGetTypeIDIsBoolean(number): self = .flag(number.boolValue)
        case let number as NSNumber: self = .text(number.stringValue)
        case let list as [Any]: self = .list(list.map { HookValue($0, actions) })
        case let object as [String: Any]:
            let pairs = object.map { (actions.restored(in: $0.key), HookValue($0.value, actions)) }
            self = .object(Dictionary(pairs) { first, _ in first })
        default: self = .null
        }
    }

    /// The text; `nil` for a template, so that no template becomes a setting.
    var text: String? {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    /// The text for messages, also of a template.
    var shown: String? { if case .template(let text) = self { text } else { text } }

    /// The first template in this value.
    var template: String? {
        switch self {
        case .template(let text): text
        case .list(let list): list.lazy.compactMap(\.template).first
        case .object(let object):
            object.sorted { $0.key < $1.key }.lazy.compactMap { $0.key.contains("{{") ? $0.key : $0.value.template }
                .first
        case .text, .flag, .null: nil
        }
    }

    var list: [HookValue] { if case .list(let list) = self { list } else { [] } }

    var object: [String: HookValue]? { if case .object(let object) = self { object } else { nil } }

    subscript(_ key: String) -> HookValue? { object?[key] }
}

/// Whether `number` is a boolean of JSON.
private func CFGetTypeIDIsBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
