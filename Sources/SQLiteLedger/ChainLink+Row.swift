internal import Deploy
internal import Foundation
internal import GRDB

extension ChainLink {
    /// Reads a row of `receipt`. Bytes that are not a receipt read as zeros, which no deployment has.
    init(_ row: Row) {
        self.init(
            deployment: row["deployment"], number: row["number"],
            previous: (row["previous"] as Data?).flatMap { Receipt($0) } ?? .none,
            receipt: (row["receipt"] as Data?).flatMap { Receipt($0) } ?? .none)
    }
}

extension ChainLink.End {
    /// Reads a row with a number and a receipt; `nil` if the bytes are not a receipt.
    init?(_ row: Row) {
        guard let receipt = (row["receipt"] as Data?).flatMap({ Receipt($0) }) else { return nil }
        self.init(number: row["number"], receipt: receipt)
    }
}
