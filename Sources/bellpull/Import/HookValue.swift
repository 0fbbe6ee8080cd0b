import Foundation

/// A value of a hooks file, as JSON knows them.
enum HookValue: Equatable {
    case text(String)
    case flag(Bool)
    case list([HookValue])
    case object([String: HookValue])
    case null

    /// Converts what `JSONSerialization` returns. Numbers become text: hooks compare everything as text.
    init(_ value: Any) {
        switch value {
        case let text as String: self = .text(text)
        case let number as NSNumber where CFGetTypeIDIsBoolean(number): self = .flag(number.boolValue)
        case let number as NSNumber: self = .text(number.stringValue)
        case let list as [Any]: self = .list(list.map { HookValue($0) })
        case let object as [String: Any]: self = .object(object.mapValues { HookValue($0) })
        default: self = .null
        }
    }

    var text: String? {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    var list: [HookValue] { if case .list(let list) = self { list } else { [] } }

    var object: [String: HookValue]? { if case .object(let object) = self { object } else { nil } }

    subscript(_ key: String) -> HookValue? { object?[key] }
}

/// Whether `number` is a boolean of JSON.
private func CFGetTypeIDIsBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
