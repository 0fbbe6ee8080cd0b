public import Foundation

/// One request in nginx's access log, in the format `bellpull` (`nginx/bellpull-log.conf`), or in the log of another web server
/// that writes most of its members.
public struct AccessLogLine: Sendable, Equatable {
    /// When nginx sent the reply, to the second.
    public internal(set) var time = Date(timeIntervalSince1970: 0)
    /// nginx's id of the request.
    public internal(set) var requestID = ""
    /// The address of the client.
    public internal(set) var remote = ""
    /// The HTTP method.
    public internal(set) var method = ""
    /// The path of the request, without the query.
    public internal(set) var path = ""
    /// The status of the reply; `nil` if nginx sent none.
    public internal(set) var status: Int?
    /// The status of Bellpull's reply; `nil` if nginx did not ask Bellpull or got no answer.
    public internal(set) var upstreamStatus: Int?
    /// The number of sent bytes, including headers.
    public internal(set) var bytes = 0
    /// The time from the first received byte to the last sent byte.
    public internal(set) var requestTime = Duration.zero
    /// The forge's id of the delivery.
    public internal(set) var delivery: String?
    /// The forge's name for the event.
    public internal(set) var event: String?
    /// Bellpull's word for the outcome, such as `deployed`; `nil` if nginx answered itself.
    public internal(set) var outcome: String?
    /// The sites of the delivery as logged: names with commas between them. A long list is cut and ends in `...`.
    public internal(set) var site: String?
    /// The commit that is live after the delivery.
    public internal(set) var commit: String?
    /// How long Bellpull took.
    public internal(set) var duration: Duration?
    /// Why the delivery ended as it did.
    public internal(set) var reason: String?
    /// The newest receipt of the ledger at the time of the reply; `nil` in the logs of older versions and if no deployment
    /// has finished.
    public internal(set) var receipt: String?

    /// Whether the request had a signature or a token, right or wrong; `nil` in logs that do not tell.
    public internal(set) var isSigned: Bool?
    /// How many lines in a row say the same, if the reader was given a selection. This line is the last of them.
    public internal(set) var count = 1

    /// The names of the sites. A name that was cut is left out.
    public var sites: [String] {
        guard let site else { return [] }
        // A name has no full stop at its end, and most deliveries concern one site.
        if site.utf8.last != UInt8(ascii: "."), !site.utf8.contains(UInt8(ascii: ",")) { return [site] }
        let names = site.split(separator: ",").map(String.init)
        return hasCutSites ? names.dropLast() : names
    }

    /// Whether the list of the sites was too long for the log.
    public var hasCutSites: Bool { site?.hasSuffix("...") == true }

    /// Whether the reply says that the request succeeded.
    public var isAccepted: Bool { status.map { (200..<300).contains($0) } ?? false }
}
