internal import Foundation

@testable internal import Webhook

/// Compares the payload of a form with the payload that Foundation decodes. Foundation replaces invalid UTF-8.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let form = Data(bytes: bytes, count: count)
    let fields = form.split(separator: UInt8(ascii: "&")).filter { $0.starts(with: Data("payload=".utf8)) }
    let payload = try? FormBody(form).payload()
    let spaced = fields.first?.dropFirst(8).map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
    guard fields.count == 1, let text = spaced.flatMap({ String(validating: $0, as: UTF8.self) }) else {
        precondition(payload == nil || fields.count == 1, "a payload without exactly one field")
        return 0
    }
    guard let decoded = text.removingPercentEncoding else { return 0 }
    let repaired = payload.map { String(decoding: $0, as: UTF8.self) }
    precondition(repaired?.utf8.elementsEqual(decoded.utf8) == true, "Foundation decodes another payload")
    return 0
}
