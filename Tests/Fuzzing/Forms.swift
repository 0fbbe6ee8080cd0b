internal import Foundation

@testable internal import Webhook

/// A form: its payload is what Foundation decodes, if that is text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let form = Data(bytes: bytes, count: count)
    let fields = form.split(separator: UInt8(ascii: "&")).filter { $0.starts(with: Data("payload=".utf8)) }
    let payload = try? FormBody(form).payload()
    guard fields.count == 1, let text = String(data: fields[0].dropFirst(8), encoding: .utf8) else {
        precondition(payload == nil || fields.count == 1, "a payload that is none")
        return 0
    }
    guard let decoded = text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding else { return 0 }
    precondition(payload == Data(decoded.utf8), "two readings of one form")
    return 0
}
