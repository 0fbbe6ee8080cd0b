public import Foundation
internal import Webhook

/// The hash over a finished deployment and over the receipt before it. The receipts of a host form a chain in the order in
/// which its deployments finished: nobody can change a deployment without changing all receipts after it, and nginx's log
/// has some of those.
///
/// A receipt is the SHA-256 digest of these texts, one after the other, each as a netstring (cr.yp.to/proto/netstrings.txt).
/// `-,` is in place of a missing text, and numbers are decimal, times in milliseconds since 1970:
///
///     bellpull receipt 1 · receipt before, 64 hexadecimal digits · number in the chain · id · host · site · order · cause
///     state · target_ref · target_commit · target_before · target_deleted (0 or 1) · commit · queued · started · ended
///     duration · failure · hint · note · output
public struct Receipt: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes of the digest.
    public let bytes: Data

    /// Zeros, in place of a receipt before the first one.
    public static let none = Receipt(zeros: SHA256.length)

    private init(zeros count: Int) { bytes = Data(count: count) }

    /// Creates a receipt from its 32 bytes; `nil` for another number of bytes.
    public init?(_ bytes: Data) {
        guard bytes.count == SHA256.length else { return nil }
        self.bytes = bytes
    }

    /// Creates a receipt from 64 hexadecimal digits in lower case; `nil` for any other text.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * SHA256.length else { return nil }
        var bytes = Data(capacity: SHA256.length)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// Computes the receipt of a finished deployment with its output; `nil` if OpenSSL fails.
    ///
    /// - Parameters:
    ///   - number: the place of the deployment in the chain, from 1.
    ///   - previous: the receipt before.
    public init?(of record: DeploymentRecord, number: Int64, after previous: Receipt) {
        var text = Netstrings()
        text.add("bellpull receipt 1")
        text.add(previous.description)
        for number in [number, record.id] { text.add("\(number)") }
        text.add(record.site.host)
        text.add(record.site.name)
        text.add(record.order.rawValue)
        text.add(record.cause.rawValue)
        text.add(record.state.rawValue)
        text.add(record.target?.ref)
        text.add(record.target?.commit.description)
        text.add(record.target?.before?.description)
        text.add(record.target?.isDeletion == true ? "1" : "0")
        text.add(record.commit?.description)
        for time in [record.queued, record.started, record.ended] { text.add(time.map { "\($0.wholeMilliseconds)" }) }
        text.add(record.duration.map { "\(Int64($0 / .milliseconds(1)))" })
        text.add(record.failure?.message)
        text.add(record.failure?.hint)
        text.add(record.note)
        text.add(record.output)
        self.init(SHA256.digest(of: text.bytes))
    }

    /// 64 hexadecimal digits in lower case.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The first twelve digits, for people.
    public var short: String { String(description.prefix(12)) }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

/// Texts one after the other: the end of one cannot be taken for the beginning of the next.
private struct Netstrings {
    private(set) var bytes = Data()

    mutating func add(_ text: String?) {
        guard let text else { return bytes.append(contentsOf: "-,".utf8) }
        bytes.append(contentsOf: "\(text.utf8.count):".utf8)
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: ","))
    }
}

extension Date {
    fileprivate var wholeMilliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}
