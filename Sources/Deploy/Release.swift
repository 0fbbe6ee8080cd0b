public import Foundation
public import Git

/// One folder of a site with releases.
public struct Release: Sendable, Equatable {
    /// The name of the folder, such as `20261130T031200Z-1a2b3c4`: the time of its creation in UTC and the commit. Names sort
    /// by time.
    public let name: String
    /// The commit.
    public let commit: Commit
    /// The ref that was followed; `nil` if the commit was ordered by name.
    public let ref: String?
    /// When the release was created.
    public let created: Date
    /// When visitors got the release for the first time and later times; empty if they never did.
    public internal(set) var wentLive: [Date]
    /// Whether a person took the release back: `rollback` without a name does not return to such a release.
    public internal(set) var isWithdrawn: Bool
    /// When steps were about to change the files; `nil` if the site had no build and no test.
    var laidOut: FileTime?
    /// When the steps had ended; `nil` likewise.
    var built: FileTime?
    /// Whether the release went live and its health check has not ended.
    var isUnproven = false

    /// Returns the release as it is noted when it goes live at `time`.
    func live(since time: Date, isUnproven: Bool) -> Release {
        var release = self
        release.isUnproven = isUnproven
        release.wentLive = Array((wentLive + [time]).suffix(20))
        release.isWithdrawn = false
        return release
    }

    /// Returns the release as it is noted right before it goes live to be checked.
    func unproven() -> Release {
        var release = self
        release.isUnproven = true
        return release
    }

    /// Returns the release as it is noted when its check has ended.
    func proven() -> Release {
        var release = self
        release.isUnproven = false
        return release
    }

    /// Returns the release as it is noted when it stays live.
    func live() -> Release {
        var release = self
        release.isWithdrawn = false
        return release
    }

    /// Returns the release as it is noted when another one goes live.
    func left(isWithdrawn: Bool) -> Release {
        var release = self
        // The process that made it live was killed before it noted that.
        if wentLive.isEmpty { release.wentLive = [created] }
        release.isWithdrawn = isWithdrawn
        return release
    }

    /// Returns the time in `name`.
    static func time(in name: String) -> Date? {
        let digits = name.prefix { $0 != "-" }.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int32 {
            digits[range].reduce(0) { 10 * $0 + Int32($1 - UInt8(ascii: "0")) }
        }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(0..<4) - 1900, number(4..<6) - 1, number(6..<8))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(8..<10), number(10..<12), number(12..<14))
        return Date(timeIntervalSince1970: TimeInterval(timegm(&parts)))
    }

    /// Returns a name for a release of `commit` created at `time`.
    static func name(of commit: Commit, at time: Date) -> String {
        var seconds = time_t(time.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
        let digits = String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(digits)-\(commit.description.prefix(7))"
    }
}

extension Release: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, commit, ref, created
        case wentLive = "went_live"
        case isWithdrawn = "withdrawn"
        case laidOut = "laid_out"
        case built
        case isUnproven = "unproven"
    }

    /// Reads a release from the JSON of its record.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        guard let commit = Commit(try values.decode(String.self, forKey: .commit)) else {
            throw DecodingError.dataCorruptedError(forKey: .commit, in: values, debugDescription: "not a commit")
        }
        self.commit = commit
        ref = try values.decodeIfPresent(String.self, forKey: .ref)
        created = Date(timeIntervalSince1970: TimeInterval(try values.decode(Int.self, forKey: .created)))
        wentLive = try values.decode([Int].self, forKey: .wentLive).map {
            Date(timeIntervalSince1970: TimeInterval($0))
        }
        isWithdrawn = try values.decode(Bool.self, forKey: .isWithdrawn)
        laidOut = try values.decodeIfPresent(String.self, forKey: .laidOut).flatMap { FileTime($0) }
        built = try values.decodeIfPresent(String.self, forKey: .built).flatMap { FileTime($0) }
        isUnproven = try values.decodeIfPresent(Bool.self, forKey: .isUnproven) ?? false
    }

    /// Writes the record of the release as JSON, with times in whole seconds since 1970.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(commit.description, forKey: .commit)
        try values.encodeIfPresent(ref, forKey: .ref)
        try values.encode(Int(created.timeIntervalSince1970), forKey: .created)
        try values.encode(wentLive.map { Int($0.timeIntervalSince1970) }, forKey: .wentLive)
        try values.encode(isWithdrawn, forKey: .isWithdrawn)
        try values.encodeIfPresent(laidOut?.description, forKey: .laidOut)
        try values.encodeIfPresent(built?.description, forKey: .built)
        if isUnproven { try values.encode(true, forKey: .isUnproven) }
    }
}
